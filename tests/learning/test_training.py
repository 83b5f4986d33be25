"""Training: it learns, it can be repeated, it says what it does, and it refuses."""

import copy
import math

import numpy as np
import pytest
import torch

from helpers.learning.evaluation import evaluate
from helpers.learning.training import History, train
from tests.learning.ring import (
    FLOOR,
    SETTINGS,
    STEPS,
    TRAIN,
    VAL,
    V,
    new_model,
    run,
    same,
    without_clock,
)

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
    assert history.val_loss[-1] == evaluate(model, VAL)
    untrained = new_model()
    assert history.val_loss[0] == evaluate(untrained, VAL)
    assert history.train_loss[0] == evaluate(untrained, TRAIN)


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


# Again, the same


def test_the_same_seed_gives_the_same_run_whatever_the_global_seed(unbroken):
    model = new_model()
    torch.manual_seed(12345)
    history = run(model)
    assert same(model, unbroken[0])
    assert without_clock(history) == without_clock(unbroken[1])


def test_whole_numbers_may_be_numpys(unbroken, tmp_path):
    numbers = ("steps", "batch_size", "eval_every")
    model, settings = new_model(), {name: np.int64(SETTINGS[name]) for name in numbers}
    run(model, seed=np.int32(0), lr=np.float64(1e-2), checkpoint=tmp_path, **settings)
    assert same(model, unbroken[0])
    run(new_model(), checkpoint=tmp_path)  # the same settings, written plainly


def test_another_seed_gives_another_run(unbroken):
    model = new_model()
    run(model, seed=1)
    assert not same(model, unbroken[0])


def test_the_global_random_state_is_left_as_it_was():
    model = new_model()
    before = torch.get_rng_state()
    run(model, steps=3)
    assert torch.equal(torch.get_rng_state(), before)


# What is said


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


# What is refused


def test_divergence_is_an_error_that_names_the_rate(tmp_path):
    path = tmp_path / "run.safetensors"
    with pytest.raises(ArithmeticError, match="must stay finite.* diverged.* lr than 1000000"):
        run(new_model(), lr=1e6, warmup=0, checkpoint=path)
    assert not path.exists()


def test_a_last_step_that_spoils_the_model_is_an_error_too():
    """The loss of the last batch was finite: only what comes after it can tell."""
    calls = []

    def auxiliary(model, x, y):
        loss = model(x, y)[1]
        calls.append(loss)
        return loss, loss * math.inf if len(calls) == STEPS else 0.0

    with pytest.raises(ArithmeticError, match="must stay finite; it is nan at step 30"):
        run(new_model(), auxiliary=auxiliary)


def test_weights_that_no_evaluation_has_seen_are_looked_at_before_they_are_handed_over():
    model = new_model()

    def on_step(step, history):
        with torch.no_grad():
            model.head.weight[3, 2] = math.inf
        raise KeyboardInterrupt

    with pytest.raises(ArithmeticError, match="The weights must stay finite; 1 of 16 .* step 1:"):
        run(model, on_step=on_step)
