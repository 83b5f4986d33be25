"""A resumed training: it equals the unbroken one bit for bit, or its checkpoint is refused."""

import os
import signal
import subprocess
import sys

import pytest
import torch
from safetensors.torch import save as save_tensors

from helpers.learning.training import train
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
    with pytest.raises(ValueError, match=r"must be a run written by training\.train") as error:
        run(new_model(), checkpoint=path)
    assert str(path) in str(error.value)
