"""Training by several processes: the losses of one, shared out or not, killed or not."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest
import torch
from kernel_environment import ROOT

from helpers.learning import pretrain
from tests.learning.crowd import command, kept, losses, metrics, together

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows starts processes in another way")


@pytest.mark.parametrize(
    ("processes", "flags"),
    [
        (2, []),
        (4, []),
        (2, ["--shard"]),
        (4, ["--shard"]),
        (3, ["--accumulate", "2"]),  # 8 rows for 6 parts
        (3, ["--accumulate", "2", "--shard", "--recompute"]),
    ],
)
def test_several_processes_have_the_losses_of_one(data, alone, tmp_path, processes, flags):
    words = command(data, tmp_path / "out", *flags)
    # Each leaves with 0: none has been aborted because another left before it.
    log = tmp_path / "log"
    assert together([words] * processes, log) == [0] * processes, log.read_text()
    torch.testing.assert_close(losses(tmp_path / "out"), losses(alone), atol=1e-5, rtol=0)


def test_without_dropout_the_number_of_processes_changes_the_losses_by_rounding(data, tmp_path):
    """Less was measured; it grows with the learning rate and the steps."""
    options = {"steps": 60, "log-every": 10, "save-every": 60}
    assert pretrain.main(command(data, tmp_path / "one", **options)) == 0
    assert together([command(data, tmp_path / "two", **options)] * 2, tmp_path / "log") == [0, 0]
    differences = (losses(tmp_path / "one") - losses(tmp_path / "two")).abs().amax(-1)
    assert differences[0] < 1e-5 and differences[1] < 1e-4 and differences[5] < 5e-4


def test_a_run_goes_on_with_other_numbers_of_processes_shared_out_or_not(data, alone, tmp_path):
    """The power fails three times; each time the run goes on in another way."""
    out, log = tmp_path / "out", tmp_path / "log"
    plain, shared = command(data, out), command(data, out, "--shard")
    for commands, dies_at in [([plain] * 2, 4), ([shared] * 4, 7), ([shared] * 2, 10)]:
        assert together(commands, log, dies_at) == [9] * len(commands), log.read_text()
        assert kept(out)[-1] == f"step-{dies_at - 1:08d}"
    assert together([plain], log) == [0]
    assert [m["step"] for m in metrics(out)] == [3, 6, 9, 12]
    torch.testing.assert_close(losses(out), losses(alone), atol=1e-5, rtol=0)


def test_the_first_process_decides_where_folders_are_not_shared(data, alone, tmp_path):
    """Two machines with disks of their own: only the first one's has the run."""
    commands = [command(data, tmp_path / machine) for machine in "ab"]
    assert together(commands, tmp_path / "log", dies_at=8) == [9, 9]
    assert kept(tmp_path / "a") == ["step-00000003", "step-00000006"]
    assert not (tmp_path / "b").exists()
    assert together(commands, tmp_path / "log") == [0, 0]
    torch.testing.assert_close(losses(tmp_path / "a"), losses(alone), atol=1e-5, rtol=0)


def test_a_model_in_shares_is_not_written_to_folders_that_are_not_shared(data, tmp_path):
    commands = [command(data, tmp_path / machine, "--shard") for machine in "ab"]
    assert together(commands, tmp_path / "log") == [1, 1]
    assert "some do not see" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("damage", ["other text", "lost"])
def test_all_leave_if_one_of_them_has_other_shards(data, tmp_path, damage):
    other = tmp_path / "other"
    shutil.copytree(data, other)
    first, last = sorted(other.glob("train_*.bin"))[:2]
    if damage == "lost":
        first.unlink()
    else:  # the same tokens in another order
        first.rename(tmp_path / "waits")
        last.rename(first)
        (tmp_path / "waits").rename(last)
    commands = [command(folder, tmp_path / "out") for folder in (data, other)]
    assert together(commands, tmp_path / "log") == [1, 1]
    said = {"lost": "must hold the", "other text": "on some machine they differ"}
    assert said[damage] in (tmp_path / "log").read_text()


def test_a_torn_line_of_metrics_stops_nobody(data, alone, tmp_path):
    shutil.copytree(alone, tmp_path / "out")
    with (tmp_path / "out" / "metrics.jsonl").open("ab") as file:
        file.write(b'{"step": 15, "lo')
    assert together([command(data, tmp_path / "out")] * 2, tmp_path / "log") == [0, 0]
    assert "had 1 unreadable line" in (tmp_path / "log").read_text()
    assert metrics(tmp_path / "out") == metrics(alone)


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


def test_a_killed_worker_comes_back_and_nothing_is_lost(data, tmp_path):
    """One of two is killed as soon as a run is saved; torchrun starts both again."""
    options = {"steps": 300, "lr": 1e-3, "log-every": 30, "save-every": 30}
    whole, killed, log = tmp_path / "whole", tmp_path / "killed", tmp_path / "log"
    assert pretrain.main(command(data, whole, **options)) == 0
    with torchrun(command(data, killed, **options), log, restarts=1) as process:
        wait_for(killed / "checkpoints" / "step-00000030", process)
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
