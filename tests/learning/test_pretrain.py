"""Pre-training by several processes: the losses of one, a killed worker that comes back."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest
import torch
from kernel_environment import ROOT

from helpers.learning import pretrain
from helpers.learning.distributed import PreTraining, World
from helpers.models.gpt import GPT
from helpers.text import playwright, prepare

FIELDS = {"block_size": 16, "n_layer": 2, "n_head": 2, "n_embd": 16, "dropout": 0.0}
SET = [argument for field in FIELDS.items() for argument in ("--set", "{}={}".format(*field))]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Shards of a short Playwright text, in several files."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "text.txt").write_text(playwright.write(20_000, seed=1), encoding="utf-8")
    shards = folder / "shards"
    prepare.prepare([folder / "text.txt"], shards, "bpe:300", validation=0.1, shard_tokens=3000)
    return shards


def command(data, out, steps=12, **options):
    options = {"batch-size": 8, "lr": 1e-2, "warmup": 2, "log-every": 3, "save-every": 3} | options
    listed = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    given = ["--preset", "gpt0", "--data", str(data), "--out", str(out), "--steps", str(steps)]
    return [*given, *listed, *SET]


@contextmanager
def torchrun(arguments, log, processes=2, restarts=0):
    """torchrun as a user would call it, on this machine; its words go to the file `log`."""
    options = [f"--nproc-per-node={processes}", f"--max-restarts={restarts}", "--standalone"]
    line = [sys.executable, "-m", "torch.distributed.run", *options]
    line += ["-m", "helpers.learning.pretrain", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with log.open("w") as words:
        process = subprocess.Popen(line, env=environment, stdout=words, stderr=words)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def metrics(out):
    lines = (out / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def losses(out):
    return torch.tensor([[m["loss"], m["validation_loss"]] for m in metrics(out)]).double()


@pytest.fixture(scope="module")
def alone(data, tmp_path_factory):
    """What one process reaches."""
    out = tmp_path_factory.mktemp("alone")
    assert pretrain.main(command(data, out)) == 0
    return out


def test_it_learns_and_leaves_a_model_its_run_and_its_metrics(alone):
    assert [m["step"] for m in metrics(alone)] == [3, 6, 9, 12]
    assert metrics(alone)[-1]["tokens"] == 12 * 8 * 16
    assert losses(alone)[-1].max() < losses(alone)[0].min() - 0.3
    model = GPT.load(alone / "model")
    assert model.config.n_embd == 16 and model.config.vocab_size == 300
    assert (alone / "run.safetensors").exists()


def test_two_processes_have_the_losses_of_one(data, alone, tmp_path):
    with torchrun(command(data, tmp_path), tmp_path / "log") as process:
        assert process.wait(300) == 0, (tmp_path / "log").read_text()
    torch.testing.assert_close(losses(tmp_path), losses(alone), atol=1e-5, rtol=0)


def test_batches_read_in_parts_have_the_same_losses(data, alone, tmp_path):
    assert pretrain.main(command(data, tmp_path, accumulate=4)) == 0
    torch.testing.assert_close(losses(tmp_path), losses(alone), atol=1e-5, rtol=0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that kills")
def test_a_killed_worker_comes_back_and_nothing_is_lost(data, tmp_path):
    """One of two is killed as soon as a run is saved; torchrun starts both again."""
    options = {"steps": 300, "lr": 1e-3, "log-every": 30, "save-every": 30}
    whole, killed, log = tmp_path / "whole", tmp_path / "killed", tmp_path / "log"
    assert pretrain.main(command(data, whole, **options)) == 0
    with torchrun(command(data, killed, **options), log, restarts=1) as process:
        wait_for(killed / "run.safetensors", process)
        assert len(metrics(killed)) < 10
        psutil.Process(process.pid).children()[-1].kill()
        assert process.wait(300) == 0, log.read_text()
    assert "exitcode: -9" in log.read_text()
    assert [m["step"] for m in metrics(killed)] == list(range(30, 301, 30))
    torch.testing.assert_close(losses(killed), losses(whole), atol=1e-3, rtol=0)


def wait_for(path, process, seconds=120):
    deadline = time.monotonic() + seconds
    while not path.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert path.exists()


def stop_after(monkeypatch, count):
    """Let the run take `count` steps and then die, as if the power had failed."""
    take_step = PreTraining.take_step

    def dying(run):
        if run.step == count:
            raise SystemError("no power")
        return take_step(run)

    monkeypatch.setattr(PreTraining, "take_step", dying)


def test_a_run_that_died_between_two_saves_is_resumed_exactly(data, alone, tmp_path, monkeypatch):
    with monkeypatch.context() as power:
        stop_after(power, 8)
        with pytest.raises(SystemError):
            pretrain.main(command(data, tmp_path))
    assert [m["step"] for m in metrics(tmp_path)] == [3, 6]
    assert pretrain.main(command(data, tmp_path)) == 0
    assert torch.equal(losses(tmp_path), losses(alone))
    ours, theirs = GPT.load(tmp_path / "model"), GPT.load(alone / "model")
    assert all(map(torch.equal, ours.state_dict().values(), theirs.state_dict().values()))


def test_lines_of_steps_that_were_not_saved_are_struck_out(data, alone, tmp_path, monkeypatch):
    with monkeypatch.context() as power:
        stop_after(power, 8)
        with pytest.raises(SystemError):
            pretrain.main(command(data, tmp_path, **{"log-every": 1}))
    assert [m["step"] for m in metrics(tmp_path)] == list(range(1, 9))
    assert pretrain.main(command(data, tmp_path)) == 0
    assert [m["step"] for m in metrics(tmp_path)] == [1, 2, 3, 4, 5, 6, 9, 12]


def test_another_setting_may_not_resume_the_run(data, alone, capsys):
    assert pretrain.main(command(data, alone, lr=2e-2)) == 1
    assert "trained with lr=0.01, now it is 0.02" in capsys.readouterr().err


def test_a_batch_that_cannot_be_shared_out_is_refused(data, tmp_path, capsys):
    assert pretrain.main(command(data, tmp_path, accumulate=3)) == 1
    assert "multiple of processes × accumulate = 3" in capsys.readouterr().err


def test_a_loss_that_is_not_finite_ends_the_run(data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(PreTraining, "take_step", lambda run: torch.tensor(float("nan")))
    monkeypatch.setattr(World, "anybody", lambda world, flag: True)
    assert pretrain.main(command(data, tmp_path)) == 1
    assert "The loss must stay finite; it is nan" in capsys.readouterr().err


def test_missing_data_is_one_clear_error(tmp_path, capsys):
    assert pretrain.main(command(tmp_path, tmp_path / "out")) == 1
    assert "must be a folder of token shards" in capsys.readouterr().err
