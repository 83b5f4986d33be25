"""Pre-training by several processes: the losses of one, a killed worker that comes back."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import fields

import psutil
import pytest
import torch
from kernel_environment import ROOT

from helpers.learning import pretrain, sampling
from helpers.learning.distributed import PreTraining, World
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import playwright, prepare, tokenizers
from helpers.text.shards import Shards
from helpers.views import widgets

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


@pytest.mark.parametrize("damage", [lambda run: run[:100], lambda run: run[:-1] + b"?"])
def test_a_damaged_run_is_refused_as_one_of_this_command(data, alone, tmp_path, capsys, damage):
    run = (alone / "run.safetensors").read_bytes()
    (tmp_path / "run.safetensors").write_bytes(damage(run))
    assert pretrain.main(command(data, tmp_path)) == 1
    assert "a run written by python -m helpers.learning.pretrain; it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--steps", "0"], "steps must be a whole number ≥ 1; got 0. Try steps=1."),
        (["--steps", "-3"], "steps must be a whole number ≥ 1; got -3. Try steps=1."),
        (["--log-every", "0"], "log_every must be a whole number ≥ 1; got 0."),
        (["--lr", "nan"], "lr must be a positive finite number; got nan. Try 1e-3."),
        (["--set", "foo=1"], "FIELD=VALUE with a field of the model; got 'foo=1'. Try one of"),
        (["--set", "n_layer"], "FIELD=VALUE with a field of the model; got 'n_layer'. Try one of"),
        (["--set", "vocab_size=5"], "got 'vocab_size=5'. Try one of these fields: block_size, "),
        (["--set", "n_layer=two"], "n_layer must be a whole number; got 'two'. Try n_layer=2."),
        (["--set", "tied=yes"], "tied must be true or false; got 'yes'. Try tied=true."),
        (["--set", "dropout=1.5"], "dropout must be a number in [0, 1)"),
        (["--set", "activation=post"], "activation must be one of"),
        (["--set", "n_head=5"], "n_embd must be a multiple of n_head"),
        (["--preset", "gpt9"], "gpt9"),
    ],
)
def test_an_impossible_command_is_one_clear_line(data, tmp_path, capsys, given, message):
    out = tmp_path / "out"
    assert pretrain.main([*command(data, out), *given]) == 2
    said = capsys.readouterr()
    assert message in said.err and said.err.count("\n") == 1 and said.out == ""
    assert not out.exists()


def test_every_field_of_the_model_can_be_set():
    for field in fields(GPTConfig):
        if field.name != "vocab_size":
            value = getattr(GPTConfig.preset("gpt0"), field.name)
            as_typed = f"{field.name}={value}".replace("True", "true").replace("False", "false")
            assert pretrain._change(as_typed) == (field.name, value)


def test_metrics_are_never_half_written(data, tmp_path, monkeypatch):
    def no_space(*_):
        raise OSError("No space left on device")

    pretrain.main(command(data, tmp_path, steps=3))
    before = metrics(tmp_path)
    with monkeypatch.context() as full, pytest.raises(OSError, match="No space"):
        full.setattr(os, "replace", no_space)
        pretrain._write(tmp_path, ["half a li"])
    assert metrics(tmp_path) == before


def test_signals_are_afterwards_what_they_were(data, tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    assert pretrain.main(command(data, tmp_path, steps=1)) == 0
    assert signal.getsignal(signal.SIGTERM) is before


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


def test_what_it_leaves_loads_writes_ends_and_is_seen_in_every_widget(data, alone):
    model, tokenizer = GPT.load(alone / "model"), tokenizers.load(alone / "model")
    assert model.config.vocab_size == tokenizer.vocab_size == 300
    with torch.no_grad():  # a model that wants to end the text, soon
        model.position_embedding.weight.zero_()
        model.final_norm.bias.copy_(0.5 * model.head.weight[tokenizer.end_of_text])
    end, prompt = tokenizer.end_of_text, torch.tensor([tokenizer.encode("A hall")])
    written = sampling.generate(model, prompt, 500, end=end, generator=generator(1))
    assert written[0, -1] == end and tokenizer.decode(written[0].tolist()).startswith("A hall")
    for explorer in views_of(model, tokenizer, "A hall in the castle.<|endoftext|>Enter"):
        assert explorer.picture.alt and explorer.sweep()


def generator(seed):
    return torch.Generator().manual_seed(seed)


def views_of(model, tokenizer, text):
    yield widgets.attention_heatmap((model, tokenizer), text)
    yield widgets.tokenizer_explorer(tokenizer, text)
    yield widgets.next_character(model, tokenizer, text)
    explorer = widgets.sampling_temperature(model, tokenizer, text)
    explorer.controls["token"].value = tokenizer.end_of_text
    explorer.buttons["take it"].click()
    assert explorer.controls["text"].value == text + "<|endoftext|>"
    yield explorer


@pytest.mark.parametrize("part", ["train", "validation"])
def test_a_part_without_a_window_is_refused_before_the_first_step(
    data, tmp_path, capsys, monkeypatch, part
):
    room = Shards.room
    monkeypatch.setattr(PreTraining, "take_step", None)
    monkeypatch.setattr(Shards, "room", lambda s, size: room(s, 10**6 if s.part == part else size))
    assert pretrain.main(command(data, tmp_path)) == 1
    assert f"the longest of '{part}' in" in capsys.readouterr().err
