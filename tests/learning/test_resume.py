"""A resumed training: it equals the unbroken one bit for bit, or its checkpoint is refused."""

import errno
import json
import math
import os
import signal
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from helpers.basics import files
from helpers.learning.resume import save_state
from helpers.learning.run import Run
from tests.learning import ring
from tests.learning.ring import (
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
