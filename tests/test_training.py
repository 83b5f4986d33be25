"""Training: it learns, it can be repeated, interrupted and resumed bit for bit, and it refuses."""

import contextlib
import copy
import dataclasses
import math
import os
import signal
import subprocess
import sys
import threading

import pytest
import torch
from safetensors.torch import save as save_tensors
from torch import nn
from torch.testing import assert_close

from helpers.learning import training
from helpers.learning.training import History, learning_rate, optimizer, train
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT

V, STEPS = 12, 30
FLOOR = math.log(2)  # nats per token of `text`
SETTINGS = {"steps": STEPS, "batch_size": 4, "lr": 1e-2, "eval_every": 10, "progress": False}


def text(n, seed):
    """A walk on a ring of 12 tokens, one or two steps ahead with equal chance."""
    steps = torch.randint(1, 3, (n,), generator=torch.Generator().manual_seed(seed))
    return steps.cumsum(0) % V


TRAIN, VAL = text(2_000, seed=1), text(500, seed=2)


def new_model(seed=0, **changes):
    torch.manual_seed(seed)
    config = GPTConfig(8, V, n_layer=1, n_head=2, n_embd=16, dropout=0.2)
    return GPT(dataclasses.replace(config, **changes))


def run(model, **changes):
    return train(model, TRAIN, VAL, **(SETTINGS | changes))


def weights(model):
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def same(one, other):
    """Whether two models or two sets of weights are equal, bit for bit."""
    one, other = (weights(m) if isinstance(m, nn.Module) else m for m in (one, other))
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def without_clock(history):
    return dataclasses.replace(history, seconds=0.0, tokens_per_second=0.0)


@pytest.fixture(scope="module")
def unbroken():
    """A run from step 0 to 30: the model, its history and the weights after every step."""
    model, after = new_model(), {}
    history = run(model, on_step=lambda step, _: after.update({step: weights(model)}))
    return model, history, after


# It learns


def test_the_loss_comes_close_to_the_floor_and_stays_above():
    model = new_model(dropout=0.0)
    history = run(model, steps=300, batch_size=16, eval_every=300)
    assert history.val_loss[0] == pytest.approx(math.log(V), abs=0.1)  # the start is a guess
    # Every token of this text has a surprise of exactly ln 2: no chance in the floor.
    assert FLOOR < history.val_loss[-1] < FLOOR + 0.1


def test_a_few_steps_halve_the_loss_on_one_batch():
    one_window = torch.arange(9) * 5 % V
    history = train(new_model(dropout=0.0), one_window, one_window, **SETTINGS)
    assert history.val_loss[-1] < history.val_loss[0] / 2


def test_the_history_has_an_entry_at_the_start_at_every_evaluation_and_at_the_end():
    history = run(new_model(), steps=25)
    assert history.steps == [0, 10, 20, 25]
    assert len(history.train_loss) == len(history.val_loss) == 4
    tokens = 25 * 4 * 8  # steps · batch_size · block_size
    assert history.tokens_per_second == pytest.approx(tokens / history.seconds)


def test_the_history_says_what_evaluation_says(unbroken):
    model, history, _ = unbroken
    assert history.val_loss[-1] == training.evaluate(model, VAL)
    untrained = new_model()
    assert history.val_loss[0] == training.evaluate(untrained, VAL)
    assert history.train_loss[0] == training.evaluate(untrained, TRAIN)


def test_the_training_loss_is_the_mean_over_the_batches_since_the_last_entry():
    model, losses = new_model(), []
    handle = model.register_forward_hook(
        lambda module, args, output: losses.append(output[1].item()) if len(args) == 2 else None
    )
    history = run(model)
    handle.remove()
    assert len(losses) == STEPS
    for i in range(3):
        assert history.train_loss[i + 1] == pytest.approx(sum(losses[10 * i : 10 * i + 10]) / 10)


def test_the_model_is_left_ready_to_speak(unbroken):
    assert not unbroken[0].training


def test_dropout_acts_while_training_whatever_mode_the_model_comes_in(unbroken):
    model, without = new_model().eval(), new_model(dropout=0.0)
    run(model)
    run(without)
    assert same(model, unbroken[0]) and not same(without, unbroken[0])


def test_half_the_digits_train_too_and_the_weights_keep_theirs(unbroken):
    model = new_model()
    history = run(model, precision=torch.bfloat16)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert not same(model, unbroken[0])
    # bfloat16 keeps 8 bits: a relative error of 2^-8 in every product
    assert history.val_loss[-1] == pytest.approx(unbroken[1].val_loss[-1], rel=0.05)


# The parts of a step


def test_the_rate_rises_in_a_line_and_falls_along_a_cosine():
    rates = [learning_rate(step, steps=110, peak=2.0, warmup=10) for step in range(110)]
    assert rates[:10] == pytest.approx([0.2 * (step + 1) for step in range(10)])
    assert rates[10] == pytest.approx(2.0)
    assert rates[60] == pytest.approx(2.0 * (0.05 + 0.95 / 2))  # half way: cos π/2 = 0
    assert learning_rate(110, 110, 2.0, 10) == pytest.approx(2.0 * 0.05)
    assert all(a > b for a, b in zip(rates[10:], rates[11:], strict=False))


def test_without_warm_up_the_first_rate_is_the_peak():
    assert learning_rate(0, steps=10, peak=2.0, warmup=0) == 2.0
    assert learning_rate(0, steps=1, peak=2.0, warmup=1) == 2.0


def test_the_first_step_is_as_large_as_the_first_rate():
    model = new_model()
    before = weights(model)
    run(model, steps=100, warmup=10, on_step=stop_at(1))
    moved = (model.final_norm.bias - before["final_norm.bias"]).abs()
    # Adam's first step is rate · g / |g|, here a tenth of the peak; norms do not decay.
    assert_close(moved, torch.full_like(moved, 1e-2 / 10), rtol=1e-3, atol=0)


@pytest.mark.parametrize("tied", [True, False])
def test_only_matrices_decay_and_every_parameter_once(tied):
    model = new_model(tied=tied)
    for parameter in model.parameters():
        nn.init.normal_(parameter)
        parameter.grad = torch.zeros_like(parameter)
    before = weights(model)
    optimizer(model, lr=0.1, weight_decay=0.5).step()
    for name, parameter in model.named_parameters():
        share = 1 - 0.1 * 0.5 if parameter.dim() >= 2 else 1  # AdamW: 1 - lr · weight_decay
        assert_close(parameter, share * before[name], msg=name)


def test_frozen_parameters_stay():
    model = new_model(tied=False)
    model.token_embedding.requires_grad_(False)
    before = weights(model)
    run(model)
    assert torch.equal(model.token_embedding.weight, before["token_embedding.weight"])
    assert not torch.equal(model.head.weight, before["head.weight"])


def test_no_gradient_is_longer_than_1():
    model, norms = new_model(), []
    nn.init.normal_(model.head.weight)  # strong opinions, long gradients

    def measure(step, history):
        norms.append(torch.cat([p.grad.flatten() for p in model.parameters()]).norm().item())

    run(model, on_step=measure)
    assert max(norms) == pytest.approx(1, rel=1e-4)


# Again, the same


def test_the_same_seed_gives_the_same_run_whatever_the_global_seed(unbroken):
    model = new_model()
    torch.manual_seed(12345)
    history = run(model)
    assert same(model, unbroken[0])
    assert without_clock(history) == without_clock(unbroken[1])


def test_another_seed_gives_another_run(unbroken):
    model = new_model()
    run(model, seed=1)
    assert not same(model, unbroken[0])


def test_the_global_random_state_is_left_as_it_was():
    model = new_model()
    before = torch.get_rng_state()
    run(model, steps=3)
    assert torch.equal(torch.get_rng_state(), before)


# Interrupted and resumed


def stop_at(step, how="exception"):
    """An on_step that stops the run after a step, by Ctrl-C's signal or by its exception."""

    def on_step(now, history):
        if now == step and how == "signal":
            signal.raise_signal(signal.SIGINT)
        elif now == step:
            raise KeyboardInterrupt

    return on_step


@pytest.mark.parametrize("how", ["signal", "exception"])
@pytest.mark.parametrize("step", [1, 13, 20])
def test_an_interrupted_run_keeps_the_model_and_its_history(unbroken, capsys, how, step):
    model = new_model()
    history = run(model, on_step=stop_at(step, how))
    assert same(model, unbroken[2][step])
    n_entries = 1 + step // 10
    assert history.steps == unbroken[1].steps[:n_entries]
    assert history.val_loss == unbroken[1].val_loss[:n_entries]
    assert not model.training
    assert f"Stopped at step {step} of 30" in capsys.readouterr().out


@pytest.mark.parametrize("how", ["signal", "exception"])
@pytest.mark.parametrize("stops", [[13], [20], [1, 2, 19, 29]])
def test_a_resumed_run_equals_the_unbroken_one(unbroken, tmp_path, how, stops):
    path = tmp_path / "run.safetensors"
    for n, step in enumerate(stops):
        run(new_model(seed=n), checkpoint=path, on_step=stop_at(step, how))
    model = new_model(seed=99)  # its own start is forgotten
    history = run(model, checkpoint=path)
    assert same(model, unbroken[0])
    assert without_clock(history) == without_clock(unbroken[1])


def test_a_finished_run_is_given_back_at_once(unbroken, tmp_path):
    path, steps = tmp_path / "run.safetensors", []
    finished = run(new_model(), checkpoint=path)
    model = new_model(seed=99)
    again = run(model, checkpoint=str(path), on_step=lambda step, _: steps.append(step))
    assert same(model, unbroken[0]) and steps == []
    assert without_clock(again) == without_clock(finished)


def test_ctrl_c_within_a_step_waits_for_its_end(unbroken):
    model, calls = new_model(), []

    def interrupt(module, args, output):
        if len(args) == 2 and len(calls.append(1) or calls) == 4:
            signal.raise_signal(signal.SIGINT)

    handle = model.register_forward_hook(interrupt)
    run(model)
    handle.remove()
    assert same(model, unbroken[2][4])


def test_a_second_ctrl_c_does_not_wait():
    model, before = new_model(), signal.getsignal(signal.SIGINT)

    def insist(module, args, output):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    model.register_forward_hook(insist)
    with pytest.raises(KeyboardInterrupt):
        run(model)
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_is_as_before_when_training_is_over():
    before = signal.getsignal(signal.SIGINT)
    during = []
    run(new_model(), steps=1, on_step=lambda *_: during.append(signal.getsignal(signal.SIGINT)))
    assert signal.getsignal(signal.SIGINT) is before is not during[0]


def test_training_works_beside_the_main_thread(unbroken):
    model = new_model()
    thread = threading.Thread(target=run, args=[model])
    thread.start()
    thread.join()
    assert same(model, unbroken[0])


def test_an_error_in_on_step_is_not_swallowed():
    def fail(step, history):
        raise ZeroDivisionError("in the caller's code")

    with pytest.raises(ZeroDivisionError):
        run(new_model(), on_step=fail)


def killed_run(path, threads):
    """What the process of the next test does: it kills itself after step 23."""
    torch.set_num_threads(threads)

    def kill(step, history):
        if step == 23:
            os.kill(os.getpid(), signal.SIGKILL)

    run(new_model(), checkpoint=path, on_step=kill)


def test_a_killed_run_goes_on_from_its_last_evaluation(unbroken, tmp_path):
    path = tmp_path / "run.safetensors"
    program = (
        "import importlib.util as u; "
        f"s = u.spec_from_file_location('child', {__file__!r}); "
        "m = u.module_from_spec(s); s.loader.exec_module(m); "
        f"m.killed_run({str(path)!r}, {torch.get_num_threads()})"
    )
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert process.returncode == -signal.SIGKILL, process.stderr
    steps, model = [], new_model(seed=99)
    history = run(model, checkpoint=path, on_step=lambda step, _: steps.append(step))
    assert steps[0] == 21  # 20 was the last evaluation
    assert same(model, unbroken[0])
    assert without_clock(history) == without_clock(unbroken[1])


@pytest.mark.parametrize("function", ["replace", "fsync"])
def test_a_checkpoint_is_never_half_written(unbroken, tmp_path, monkeypatch, function):
    path, working, calls = tmp_path / "run.safetensors", getattr(os, function), []

    def full_at_the_second_call(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError("No space left on device")
        return working(*arguments)

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr(os, function, full_at_the_second_call)
        run(new_model(), checkpoint=path)
    assert list(tmp_path.iterdir()) == [path]
    model = new_model(seed=99)
    run(model, checkpoint=path)  # from step 10, the first save
    assert same(model, unbroken[0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lr": 2e-2}, "trained with lr=0.01, now it is 0.02"),
        ({"seed": 7}, "trained with seed=0, now it is 7"),
        ({"steps": 60}, "trained with steps=30, now it is 60"),
        ({"batch_size": 8}, "trained with batch_size=4, now it is 8"),
        ({"weight_decay": 0.2}, "trained with weight_decay=0.1, now it is 0.2"),
        ({"precision": torch.bfloat16}, "precision='float32', now it is 'bfloat16'"),
    ],
)
def test_a_run_with_other_settings_is_not_resumed(tmp_path, changes, message):
    path = tmp_path / "run.safetensors"
    run(new_model(), checkpoint=path, on_step=stop_at(5))
    with pytest.raises(ValueError, match=message) as error:
        run(new_model(), checkpoint=path, **changes)
    assert str(path) in str(error.value)


def test_another_model_or_another_text_is_not_resumed(tmp_path):
    path = tmp_path / "run.safetensors"
    run(new_model(), checkpoint=path, on_step=stop_at(5))
    with pytest.raises(ValueError, match="trained with config=.*'n_embd': 16.*'n_embd': 8"):
        run(new_model(n_embd=8), checkpoint=path)
    with pytest.raises(ValueError, match="trained with text='[0-9a-f]{16}', now it is"):
        train(new_model(), TRAIN.flip(0), VAL, checkpoint=path, **SETTINGS)


def test_a_refused_checkpoint_leaves_the_model_as_it_was(tmp_path):
    path, model = tmp_path / "run.safetensors", new_model(seed=5)
    before = weights(model)
    run(new_model(), checkpoint=path, on_step=stop_at(5))
    with pytest.raises(ValueError, match="must belong to this run"):
        run(model, checkpoint=path, seed=1)
    assert same(model, before)


def broken(content):
    """The file of a run, spoiled in every way."""
    half = len(content) // 2
    return {
        "empty": b"",
        "truncated": content[:half],
        "header": content[:20] + b"#" + content[21:],
        "history": content.replace(b"val_loss", b"vol_loss"),
        "weights": content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :],
        "text": b"To be, or not to be" * 100,
        "model": save_tensors(weights(new_model())),
        "foreign": save_tensors(weights(new_model()), {"run": "{}"}),
    }


@pytest.mark.parametrize("kind", broken(bytes(100)))
def test_a_damaged_or_foreign_checkpoint_is_refused(tmp_path, kind):
    path = tmp_path / "run.safetensors"
    run(new_model(), checkpoint=path, on_step=stop_at(5))
    path.write_bytes(broken(path.read_bytes())[kind])
    with pytest.raises(ValueError, match=r"run\.safetensors must be") as error:
        run(new_model(), checkpoint=path)
    assert str(path) in str(error.value)


# What is refused, and what is said


def test_divergence_is_an_error_that_names_the_rate(tmp_path):
    path = tmp_path / "run.safetensors"
    with pytest.raises(ArithmeticError, match="must stay finite.* diverged.* lr than 1000000"):
        run(new_model(), lr=1e6, warmup=0, checkpoint=path)
    assert not path.exists()


@pytest.mark.parametrize("name", ["steps", "batch_size"])
@pytest.mark.parametrize("value", [0, -1, 2.5, "10", None])
def test_an_impossible_number_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a whole number ≥ 1; got {value!r}"):
        run(new_model(), **{name: value})


@pytest.mark.parametrize("lr", [0, -1e-3, math.nan, math.inf])
def test_an_impossible_rate_is_refused(lr):
    with pytest.raises(ValueError, match=f"lr must be a positive finite number; got {lr!r}"):
        run(new_model(), lr=lr)


@pytest.mark.parametrize("texts", [(TRAIN[:8], VAL), (TRAIN, VAL[:8])])
def test_a_text_without_a_whole_window_is_refused(texts):
    with pytest.raises(ValueError, match="longer than block_size = 8 .* got 8 tokens"):
        train(new_model(), *texts, **SETTINGS)


def test_progress_is_shown_on_the_terminal_beside_the_output(capsys):
    run(new_model(), progress=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Training: 100%" in shown.err and "30/30" in shown.err
    assert "validation loss" in shown.err


def test_without_progress_nothing_is_shown(capsys):
    run(new_model(), progress=False)
    assert capsys.readouterr() == ("", "")


def test_a_caller_can_watch_every_step():
    seen = []
    history = run(new_model(), on_step=lambda step, h: seen.append((step, copy.deepcopy(h))))
    assert [step for step, _ in seen] == list(range(1, STEPS + 1))
    assert seen[9][1].steps == [0, 10] and isinstance(seen[0][1], History)
    assert seen[-1][1] == history


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_however_training_ends_the_model_is_left_in_eval_mode(stop):
    def fail(step, history):
        raise stop

    model = new_model()
    with contextlib.suppress(ValueError):
        run(model, on_step=fail)
    assert not model.training


@pytest.mark.parametrize("number", [{"warmup": -1}, {"eval_every": 0}, {"eval_every": 2.5}])
def test_an_impossible_interval_is_refused(number):
    with pytest.raises(ValueError, match=f"{next(iter(number))} must be a whole number"):
        run(new_model(), **number)


def test_a_folder_will_do_as_a_checkpoint(tmp_path, unbroken):
    run(new_model(), checkpoint=tmp_path, on_step=stop_at(7))
    resumed = new_model(seed=3)
    run(resumed, checkpoint=str(tmp_path))
    assert same(resumed, unbroken[0]) and [p.name for p in tmp_path.iterdir()] == [
        "run.safetensors"
    ]
