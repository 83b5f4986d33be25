"""A run of the command that pre-trains goes on: from a kill, from torn lines and damaged files."""

import json
import os
import pickle
import shutil
import threading

import pytest
import torch

from helpers.learning import pretrain
from helpers.learning.scale_out import checkpoints, engine
from helpers.learning.scale_out.engine import PreTraining
from helpers.models.gpt import GPT
from helpers.text.shards import Shards
from tests.learning.crowd import command, kept, losses, metrics, stop_after


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


def test_lines_of_steps_that_were_not_saved_are_struck_out(data, tmp_path, monkeypatch):
    with monkeypatch.context() as power:
        stop_after(power, 8)
        with pytest.raises(SystemError):
            pretrain.main(command(data, tmp_path, **{"log-every": 1}))
    assert [m["step"] for m in metrics(tmp_path)] == list(range(1, 9))
    assert pretrain.main(command(data, tmp_path)) == 0
    assert [m["step"] for m in metrics(tmp_path)] == [1, 2, 3, 4, 5, 6, 9, 12]


@pytest.mark.parametrize("torn", [b'{"step": 15, "lo', b"\0\0\0\0", b'{"loss": 1}\n', b"\xff\n"])
def test_lines_that_cannot_be_read_are_dropped_with_a_word(data, tmp_path, capsys, torn):
    assert pretrain.main(command(data, tmp_path, steps=3)) == 0
    before = metrics(tmp_path)
    with (tmp_path / "metrics.jsonl").open("ab") as file:
        file.write(torn)
    assert pretrain.main(command(data, tmp_path, steps=3)) == 0
    assert "had 1 unreadable line(s); dropped." in capsys.readouterr().out
    assert metrics(tmp_path) == before


def test_another_setting_may_not_resume_the_run(data, alone, capsys):
    assert pretrain.main(command(data, alone, lr=2e-2)) == 1
    assert "trained with lr=0.01, now it is 0.02" in capsys.readouterr().err


def test_a_text_of_the_same_length_is_not_taken_for_the_runs_own(data, tmp_path, capsys):
    assert pretrain.main(command(data, tmp_path / "out", steps=3)) == 0
    shards = sorted(data.glob("train_*.bin"))
    content = [shard.read_bytes() for shard in shards]
    shards[0].write_bytes(content[1])
    shards[1].write_bytes(content[0])
    try:
        assert pretrain.main(command(data, tmp_path / "out", steps=3)) == 1
    finally:
        for shard, before in zip(shards, content, strict=True):
            shard.write_bytes(before)
    assert "it was trained with text=" in capsys.readouterr().err


def test_a_text_that_differs_where_nobody_looks_is_another_text(data, monkeypatch):
    monkeypatch.setattr(engine, "LOOKED_AT", 4)  # of a large text a few tokens are looked at
    names = []
    for digest in ("one text", "another"):
        shards = Shards(data)
        shards.meta["sha256"] = {"train": digest}
        names.append(engine._name(shards))
    assert names[0] != names[1]


def damage(out, name, how):
    """Change a file of every checkpoint of that name."""
    for path in (out / "checkpoints").glob(name):
        path.write_bytes(how(path.read_bytes()))


DAMAGES = [lambda file: file[:100], lambda file: file[:-1] + b"?", lambda file: b""]


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("name", ["__0_0.distcp", ".metadata", "about.json"])
def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(
    data, alone, tmp_path, capsys, name, how
):
    shutil.copytree(alone, tmp_path, dirs_exist_ok=True)
    damage(tmp_path, f"step-00000012/{name}", how)
    assert pretrain.main(command(data, tmp_path)) == 0
    assert "step-00000012 is damaged; the one before is tried." in capsys.readouterr().out
    assert torch.equal(losses(tmp_path), losses(alone))


def test_a_run_whose_checkpoints_are_all_damaged_is_refused(data, alone, tmp_path, capsys):
    shutil.copytree(alone, tmp_path, dirs_exist_ok=True)
    damage(tmp_path, "*/__0_0.distcp", lambda file: file[:100])
    assert pretrain.main(command(data, tmp_path)) == 1
    assert "must hold a run written by python -m helpers.learning.pretrain" in (
        capsys.readouterr().err
    )


def test_an_index_that_would_run_code_is_not_opened(data, tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    assert pretrain.main(command(data, tmp_path / "out", steps=3)) == 0
    path = tmp_path / "out" / "checkpoints" / "step-00000003"
    (path / ".metadata").write_bytes(pickle.dumps(Trap()))
    about = json.loads((path / "about.json").read_text())["about"]
    checkpoints.sign(path, about)  # by somebody who knows how
    assert pretrain.main(command(data, tmp_path / "out", steps=3)) == 1
    assert not (tmp_path / "ran").exists()


def test_what_a_killed_process_left_half_written_is_swept(data, tmp_path):
    left = tmp_path / "checkpoints" / "step-00000003.unfinished"
    left.mkdir(parents=True)
    (left / "__0_0.distcp").write_bytes(b"half a li")
    assert pretrain.main(command(data, tmp_path, steps=3, keep=1)) == 0
    assert kept(tmp_path) == ["step-00000003"]


def test_a_checkpoint_is_what_the_run_was_and_not_what_it_became(data, tmp_path, monkeypatch):
    """Step 3 is written only when training has come to step 5."""
    writer, take_step, ahead = checkpoints.dcp.FileSystemWriter, PreTraining.take_step, []
    write, five = writer.write_data, threading.Event()

    def late(*arguments):
        ahead.append(five.wait(60))
        return write(*arguments)

    def counted(run):
        take_step(run)
        if run.step == 5:
            five.set()

    assert pretrain.main(command(data, tmp_path / "a", steps=6)) == 0
    monkeypatch.setattr(writer, "write_data", late)
    monkeypatch.setattr(PreTraining, "take_step", counted)
    assert pretrain.main(command(data, tmp_path / "b", steps=6)) == 0
    assert ahead == [True, True] and kept(tmp_path / "a") == kept(tmp_path / "b")
    for name in kept(tmp_path / "a"):
        files = [tmp_path / out / "checkpoints" / name / "__0_0.distcp" for out in "ab"]
        assert files[0].read_bytes() == files[1].read_bytes()


def test_what_is_being_written_is_finished_before_a_run_that_failed_is_left(
    data, tmp_path, monkeypatch
):
    """Otherwise the next command would sweep away what this one still writes."""
    writer, failed = checkpoints.dcp.FileSystemWriter, threading.Event()
    write, released = writer.write_data, threading.Timer(3, failed.set)

    def late(*arguments):
        failed.wait(60)
        return write(*arguments)

    monkeypatch.setattr(writer, "write_data", late)
    stop_after(monkeypatch, 4)
    released.start()
    with pytest.raises(SystemError):
        pretrain.main(command(data, tmp_path))
    assert kept(tmp_path) == ["step-00000003"]
