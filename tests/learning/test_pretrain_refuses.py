"""What the command that pre-trains refuses: each in one sentence, and nothing is left behind."""

import json
import re
import shutil

import numpy as np
import pytest
import torch

from helpers.basics.files import alone
from helpers.learning import pretrain
from helpers.learning.scale_out import world
from helpers.text import playwright, prepare
from tests.learning.crowd import command
from tests.test_advice import ADVICE, SENTENCE


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Shards of a short Playwright text."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "text.txt").write_text(playwright.write(20_000, seed=1), encoding="utf-8")
    prepare.prepare([folder / "text.txt"], folder / "shards", "bpe:300", validation=0.1)
    return folder / "shards"


def refused(words, capsys):
    """The one sentence with which a command is refused; it says what to try."""
    status = pretrain.main(words)
    said = capsys.readouterr()
    assert status in (1, 2) and said.out == "" and said.err.count("\n") == 1, said
    assert any(ADVICE.match(s) for s in SENTENCE.split(said.err.strip())[1:]), said.err
    return said.err


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("--steps 0", "steps must be a whole number ≥ 1; got 0. Try steps=1."),
        ("--steps -3", "steps must be a whole number ≥ 1; got -3. Try steps=1."),
        ("--steps 1.5", "steps must be a whole number ≥ 1; got 1.5"),
        ("--steps many", "steps must be a whole number ≥ 1; got 'many'"),
        ("--steps=", "steps must be a whole number ≥ 1; got ''"),
        ("--steps nan", "steps must be a whole number ≥ 1; got nan"),
        ("--batch-size 0", "batch_size must be a whole number ≥ 1; got 0"),
        ("--batch-size -8", "batch_size must be a whole number ≥ 1; got -8"),
        ("--batch-size 1e3", "batch_size must be a whole number ≥ 1; got 1000.0"),
        ("--accumulate 0", "accumulate must be a whole number ≥ 1; got 0"),
        ("--accumulate 9", "at least processes × accumulate = 9, a row for every part; got 8. Try"),
        ("--log-every 0", "log_every must be a whole number ≥ 1; got 0."),
        ("--save-every -1", "save_every must be a whole number ≥ 1; got -1."),
        ("--keep 0", "keep must be a whole number ≥ 1; got 0."),
        ("--warmup -1", "warmup must be a whole number ≥ 0; got -1."),
        ("--warmup half", "warmup must be a whole number ≥ 0; got 'half'."),
        ("--seed -1", "seed must be a whole number in 0 … 4294967295; got -1"),
        ("--seed 1000000000000000", "seed must be a whole number in 0 … 4294967295; got 10000"),
        ("--lr nan", "lr must be a positive finite number; got nan. Try 1e-3."),
        ("--lr 0", "lr must be a positive finite number; got 0"),
        ("--lr -1", "lr must be a positive finite number; got -1"),
        ("--lr fast", "lr must be a positive finite number; got 'fast'"),
        ("--weight-decay -0.1", "weight_decay must be a finite number ≥ 0; got -0.1"),
        ("--weight-decay inf", "weight_decay must be a finite number ≥ 0; got inf"),
        ("--balance -1", "balance must be ≥ 0; got -1"),
        ("--balance 0.1", "balance must be 0 for a model without experts; got 0.1. Try"),
        ("--precision float64", "argument --precision: invalid choice: 'float64'"),
        ("--optimizer sgd", "argument --optimizer: invalid choice: 'sgd'"),
        ("--steps", "argument --steps: expected one argument. Try --help."),
        ("--epochs 3", "unrecognized arguments: --epochs 3. Try --help."),
        ("--step 3", "unrecognized arguments: --step 3. Try --help."),
        ("more", "unrecognized arguments: more. Try --help."),
        ("--set foo=1", "FIELD=VALUE with a field of the model; got 'foo=1'. Try one of"),
        ("--set n_layer", "FIELD=VALUE with a field of the model; got 'n_layer'. Try one of"),
        ("--set vocab_size=5", "got 'vocab_size=5'. Try one of these fields: block_size, "),
        ("--set n_layer=two", "n_layer must be a whole number; got 'two'. Try n_layer=2."),
        ("--set n_layer=-1", "n_layer must be a whole number ≥ 0; got -1"),
        ("--set tied=yes", "tied must be true or false; got 'yes'. Try tied=true."),
        ("--set dropout=1.5", "dropout must be a number in [0, 1)"),
        ("--set dropout=nan", "dropout must be a number in [0, 1)"),
        ("--set activation=post", "activation must be one of"),
        ("--set n_head=5", "n_embd must be a multiple of n_head"),
        ("--set n_head=0", "n_head must be a whole number ≥ 1; got 0"),
        ("--set block=nine", "block must be one of"),
        ("--set n_expert=2 --set n_expert_active=3", "n_expert_active must be a whole number in"),
        ("--set block_size=100000", "A shard must be longer than block_size = 100000 tokens"),
        ("--set n_embd=4000000000", "must fit the memory; they do not"),
        ("--preset gpt9", "A preset must be one of"),
    ],
)
def test_an_impossible_command_is_one_clear_line(data, tmp_path, capsys, given, message):
    assert message in refused([*command(data, tmp_path / "out"), *given.split(" ")], capsys)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--preset", "--data", "--out"])
def test_what_must_be_said_is_asked_for(data, tmp_path, capsys, option):
    words = command(data, tmp_path / "out")
    at = words.index(option)
    said = refused(words[:at] + words[at + 2 :], capsys)
    assert f"the following arguments are required: {option}" in said


def no_meta(shards):
    (shards / "meta.json").unlink()


def torn_meta(shards):
    path = shards / "meta.json"
    path.write_text(path.read_text()[:20])


def other_meta(shards):
    (shards / "meta.json").write_text("[1, 2]")


def lost_part(shards):
    next(iter(shards.glob("validation_*"))).unlink()


def torn_part(shards):
    path = next(iter(shards.glob("train_*")))
    path.write_bytes(path.read_bytes()[:101])


def no_validation(shards):
    for path in shards.glob("validation_*"):
        path.unlink()
    path = shards / "meta.json"
    meta = json.loads(path.read_text())
    meta["tokens"]["validation"] = 0
    path.write_text(json.dumps(meta))


def foreign_tokens(shards):
    path = next(iter(shards.glob("train_*")))
    ids = np.fromfile(path, dtype="<u2")
    ids[:] = 300
    ids.tofile(path)


def gone(shards):
    shutil.rmtree(shards)


def a_file(shards):
    gone(shards)
    shards.write_text("a text")


SPOILT = [no_meta, torn_meta, other_meta, lost_part, torn_part, no_validation, gone, a_file]


@pytest.mark.parametrize("spoil", [*SPOILT, foreign_tokens], ids=lambda spoil: spoil.__name__)
def test_shards_that_are_none_are_refused(data, tmp_path, capsys, spoil):
    shards = shutil.copytree(data, tmp_path / "shards")
    spoil(shards)
    assert "shard" in refused(command(shards, tmp_path / "out"), capsys).lower()
    assert not (tmp_path / "out").exists()


def test_a_file_is_no_place_for_a_run(data, tmp_path, capsys):
    (tmp_path / "out").write_text("a letter")
    assert "--out must be a folder" in refused(command(data, tmp_path / "out"), capsys)
    assert "--out must be a folder" in refused(command(data, tmp_path / "out" / "in"), capsys)
    assert (tmp_path / "out").read_text() == "a letter"


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"WORLD_SIZE": "two"}, "WORLD_SIZE must be a whole number ≥ 1; got 'two'. Start"),
        ({"WORLD_SIZE": "0"}, "WORLD_SIZE must be a whole number ≥ 1; got 0"),
        ({"WORLD_SIZE": "2", "RANK": "2"}, "RANK must be a whole number in 0 … 1; got 2"),
        ({"RANK": "-1"}, "RANK must be a whole number in 0 … 0; got '-1'"),
        ({"WORLD_SIZE": "2", "RANK": "0"}, "MASTER_ADDR must say where the 2 processes meet"),
        (
            {"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "localhost"},
            "MASTER_PORT must say where the 2 processes meet; it is not set. Start",
        ),
    ],
)
def test_an_environment_that_cannot_be_is_refused(
    data, tmp_path, capsys, monkeypatch, told, message
):
    for name in ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert message in refused(command(data, tmp_path / "out"), capsys)


def test_more_processes_than_gpus_are_refused(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("cuda"))
    monkeypatch.setattr(world, "_gpus", lambda: 2)
    with pytest.raises(ValueError, match=re.escape("LOCAL_RANK must be a whole number in 0 … 1")):
        world._device(2, 4)


@pytest.mark.parametrize(("processes", "device"), [(1, "mps"), (2, "cpu")])
def test_apples_gpu_is_for_one_process(monkeypatch, processes, device):
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("mps"))
    assert world._device(0, processes).type == device


def test_a_folder_in_which_another_run_is_at_work_is_refused(data, tmp_path, capsys):
    with alone(tmp_path):
        assert "one process at a time" in refused(command(data, tmp_path), capsys)
    assert pretrain.main(command(data, tmp_path, steps=1)) == 0
