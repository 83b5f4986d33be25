"""A resumed training: it equals the unbroken one bit for bit, or its checkpoint is refused."""

import errno
import json
import math
import os
import signal
import subprocess
import sys
from functools import partial

import pytest
import torch
from safetensors.torch import load_file
from safetensors.torch import save as save_tensors

from helpers.basics import files
from helpers.learning.resume import save_state
from helpers.learning.run import Run
from helpers.learning.training import train
from helpers.models import attention, masks
from tests.learning import ring
from tests.learning.ring import (
    SETTINGS,
    TRAIN,
    VAL,
    new_model,
    run,
    same,
    stop_at,
    weights,
    without_clock,
)

RUN_SETTINGS = {
    "steps": 30, "batch_size": 4, "lr": 1e-2, "seed": 0, "warmup": 3, "weight_decay": 0.1,
    "precision": "float32",
}  # fmt: skip

# What comes back


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


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that kills")
def test_a_killed_run_goes_on_from_its_last_evaluation(unbroken, tmp_path):
    path = tmp_path / "run.safetensors"
    program = (
        "import importlib.util as u; "
        f"s = u.spec_from_file_location('child', {ring.__file__!r}); "
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
def test_a_full_disk_costs_one_save_and_neither_the_training_nor_the_last_file(
    unbroken, tmp_path, monkeypatch, function, capsys
):
    path, working, calls, saved = tmp_path / "run.safetensors", getattr(os, function), [], []

    def full_at_the_second_call(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return working(*arguments)

    monkeypatch.setattr(os, function, full_at_the_second_call)
    model = new_model()
    history = run(model, checkpoint=path, on_step=lambda *_: saved.append(content(path)))
    assert without_clock(history) == without_clock(unbroken[1]) and same(model, unbroken[0])
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and "[Errno" not in said
    assert "Step 20 is not saved: " in said and "No space left on device. Free some space" in said
    assert saved[9] == saved[19] != saved[29]  # after steps 10, 20 and 30
    assert list(tmp_path.iterdir()) == [path]


def content(path):
    return path.read_bytes() if path.exists() else None


def test_a_place_that_cannot_be_written_to_is_said_before_the_first_step(tmp_path):
    (tmp_path / "file").touch()
    path, steps = tmp_path / "file" / "run.safetensors", []
    with pytest.raises(OSError, match=r"must be in a place that can be written to; got: .*\. Free"):
        run(new_model(), checkpoint=path, on_step=lambda step, _: steps.append(step))
    assert steps == []


def test_a_finished_run_can_be_looked_at_where_nothing_can_be_written(tmp_path, monkeypatch):
    finished = run(new_model(), checkpoint=tmp_path)

    def read_only(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(files, "_held", read_only)
    monkeypatch.setattr(os, "replace", read_only)
    assert without_clock(run(new_model(), checkpoint=tmp_path)) == without_clock(finished)


@pytest.mark.skipif(files.flock is None, reason="Windows locks in another way")
def test_two_at_a_time_on_one_file_are_refused(tmp_path, unbroken):
    path, refused = tmp_path / "run.safetensors", []

    def another(step, history):
        if step == 1:
            with pytest.raises(ValueError, match="by one process at a time; .* Wait until") as e:
                run(new_model(), checkpoint=path)
            refused.append(str(e.value))

    model = new_model()
    run(model, checkpoint=path, on_step=another)
    assert len(refused) == 1 and str(path) in refused[0] and same(model, unbroken[0])
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(files.flock is None, reason="Windows locks in another way")
def test_what_killed_runs_left_unfinished_is_swept(tmp_path):
    (tmp_path / ".run.safetensors.4711.unfinished").write_bytes(b"half")
    (tmp_path / ".run.safetensors.lock").touch()
    run(new_model(), checkpoint=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["run.safetensors"]


# A good file is kept


def spoil_at(step, stop):
    """An on_step that puts a NaN into the weights after a step and presses Ctrl-C at another."""

    def on_step(now, history, model):
        if now == step:
            with torch.no_grad():
                model.token_embedding.weight[0, 0] = math.nan
        if now == stop:
            raise KeyboardInterrupt

    return on_step


@pytest.mark.parametrize(("step", "stop"), [(13, 14), (13, 13), (13, 99)])
def test_a_good_checkpoint_is_never_overwritten_by_nan(unbroken, tmp_path, step, stop):
    path, model, spoil = tmp_path / "run.safetensors", new_model(), spoil_at(step, stop)
    with pytest.raises(ArithmeticError, match="training diverged"):
        run(model, checkpoint=path, on_step=lambda now, h: spoil(now, h, model))
    assert all(tensor.isfinite().all() for tensor in load_file(path).values())
    model = new_model(seed=99)
    history = run(model, checkpoint=path)
    assert same(model, unbroken[0]) and without_clock(history) == without_clock(unbroken[1])


@pytest.mark.parametrize("where", ["model", "moment"])
def test_a_run_that_is_not_finite_is_not_saved_and_says_what_stays(tmp_path, where):
    path, going = tmp_path / "run.safetensors", Run(new_model(), TRAIN, VAL, RUN_SETTINGS)
    going.take_step()
    save_state(path, going)
    before = path.read_bytes()
    tensors = {
        "model": going.model.head.weight.data,
        "moment": going.optimizer.state[going.model.head.weight]["exp_avg_sq"],
    }
    tensors[where][2, 3] = math.inf
    with pytest.raises(ArithmeticError, match=rf"at step 1 {where}\..*{path} keeps the last good"):
        save_state(path, going)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_a_folder_will_do_as_a_checkpoint(tmp_path, unbroken):
    run(new_model(), checkpoint=tmp_path, on_step=stop_at(7))
    resumed = new_model(seed=3)
    run(resumed, checkpoint=str(tmp_path))
    assert same(resumed, unbroken[0]) and [p.name for p in tmp_path.iterdir()] == [
        "run.safetensors"
    ]


# What is refused


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
    texts = {"text": (TRAIN.flip(0), VAL), "validation": (TRAIN, VAL.flip(0))}
    for name, (train_ids, val_ids) in texts.items():
        with pytest.raises(ValueError, match=f"with {name}='torch.int64.* [0-9a-f]+', now it is"):
            train(new_model(), train_ids, val_ids, checkpoint=path, **SETTINGS)


def test_another_mask_is_another_run(tmp_path):
    def masked(visible):
        return attention.with_mask(new_model(), visible)

    run(masked(masks.window(8, 2)), checkpoint=tmp_path, on_step=stop_at(5))
    for other in (new_model(), masked(masks.window(8, 3)), masked(masks.causal(8))):
        with pytest.raises(ValueError, match="trained with model='GPT [0-9a-f]+', now it is"):
            run(other, checkpoint=tmp_path)
    run(masked(masks.window(8, 2)), checkpoint=tmp_path)


def weighed(weight):
    """A closure: what it adds to the loss, its name does not say."""

    def auxiliary(model, x, y):
        loss = model(x, y)[1]
        return loss, weight * loss

    return auxiliary


class Weighed:
    """A plain object that does the same."""

    def __init__(self, weight):
        self.weight = weight

    def __call__(self, model, x, y):
        return weighed(self.weight)(model, x, y)


def partly(weight):
    return partial(lambda model, x, y, weight: weighed(weight)(model, x, y), weight=weight)


class Adam:
    """A plain object that makes an optimizer."""

    def __init__(self, beta):
        self.beta = beta

    def __call__(self, model, lr, weight_decay):
        return torch.optim.Adam(model.parameters(), lr, betas=(self.beta, 0.99))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("auxiliary", weighed),
        ("auxiliary", Weighed),
        ("auxiliary", partly),
        ("auxiliary", lambda weight: Weighed(weight).__call__),
        ("optimizer", Adam),
        ("optimizer", lambda beta: partial(Adam.__call__, Adam(beta))),
    ],
    ids=["closure", "object", "partial", "method", "optimizer object", "optimizer partial"],
)
def test_what_is_made_anew_is_the_same_if_it_holds_the_same(tmp_path, name, make):
    whole = new_model()
    run(whole, **{name: make(0.5)})
    run(new_model(), checkpoint=tmp_path, on_step=stop_at(5), **{name: make(0.5)})
    with pytest.raises(ValueError, match=f"trained with {name}="):
        run(new_model(), checkpoint=tmp_path, **{name: make(0.25)})
    resumed = new_model(seed=9)
    run(resumed, checkpoint=tmp_path, **{name: make(0.5)})
    assert same(resumed, whole)


# What is said


def compiled(model):
    return torch.compile(model, backend="eager")


def plain(model):
    return model


@pytest.mark.parametrize(("first", "then"), [(compiled, plain), (plain, compiled)])
def test_a_compiled_run_goes_on_plain_and_the_other_way_round(
    tmp_path, unbroken, capsys, first, then
):
    run(first(new_model()), checkpoint=tmp_path, on_step=stop_at(5))
    model = new_model(seed=9)
    run(then(model), checkpoint=tmp_path)
    assert f"compiled {first is compiled}, now {then is compiled}" in capsys.readouterr().out
    for name, ours in weights(model).items():
        torch.testing.assert_close(ours, unbroken[0].get_parameter(name))


def test_another_torch_or_other_threads_are_said_and_the_run_goes_on(
    tmp_path, unbroken, capsys, monkeypatch
):
    path = tmp_path / "run.safetensors"
    run(new_model(), checkpoint=path, on_step=stop_at(5))
    length = int.from_bytes(path.read_bytes()[:8], "little")
    header = json.loads(path.read_bytes()[8 : 8 + length])["__metadata__"]
    made_with = json.loads(header["run"])["made_with"]
    assert made_with["torch"] == torch.__version__
    assert made_with["threads"] == torch.get_num_threads()
    capsys.readouterr()
    monkeypatch.setattr(torch, "__version__", "9.9.9")
    model = new_model()
    run(model, checkpoint=path)
    said = capsys.readouterr().out
    assert f"{path} was saved with torch {made_with['torch']}, now 9.9.9: it goes on" in said
    assert same(model, unbroken[0])
    run(new_model(), checkpoint=path)
    assert capsys.readouterr().out == ""


def test_what_a_model_counts_beside_its_parameters_comes_back_too(tmp_path):
    def count(module, _):
        module.steps += module.training

    def counting():
        model = new_model()
        model.register_buffer("steps", torch.zeros(()))
        model.register_forward_pre_hook(count)
        return model

    run(counting(), checkpoint=tmp_path, on_step=stop_at(7))
    model = counting()
    run(model, checkpoint=tmp_path)
    assert model.steps == 30


# Damage


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
    with pytest.raises(ValueError, match=r"must be a run written by training\.train") as error:
        run(new_model(), checkpoint=path)
    assert str(path) in str(error.value)
