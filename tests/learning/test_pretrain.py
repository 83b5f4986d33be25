"""The command that pre-trains, by one process: what it leaves, resumes, keeps and refuses."""

import json
import math
import signal
from dataclasses import fields

import pytest
import torch
from torch import nn

from helpers.learning import pretrain, sampling
from helpers.learning.scale_out import checkpoints, engine, options
from helpers.learning.scale_out.engine import PreTraining
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import tokenizers
from helpers.text.shards import Shards
from helpers.views import widgets
from tests.learning.crowd import command, kept, losses, metrics, stop_after


def test_it_learns_and_leaves_a_model_its_run_and_its_metrics(alone):
    assert [m["step"] for m in metrics(alone)] == [3, 6, 9, 12]
    assert metrics(alone)[-1]["tokens"] == 12 * 8 * 16
    assert losses(alone)[-1].max() < losses(alone)[0].min() - 0.3
    model = GPT.load(alone / "model")
    assert model.config.n_embd == 16 and model.config.vocab_size == 300
    assert kept(alone) == ["step-00000009", "step-00000012"]


def test_metrics_say_the_rate_the_gradients_length_and_the_speed(data, alone):
    last = metrics(alone)[-1]
    assert last["learning_rate"] == pytest.approx(engine.learning_rate(11, 12, 1e-2, 2))
    assert 0 < last["gradient_norm"] < 10 and last["tokens_per_second"] > 0
    tokens = json.loads((data / "meta.json").read_text())["tokens"]["train"]
    assert last["epochs"] == pytest.approx(12 * 8 * 16 / tokens, rel=0.05)


@pytest.mark.parametrize(
    "flags",
    [
        ["--accumulate", "4"],
        ["--accumulate", "3"],  # parts of 3, 3 and 2 rows
        ["--recompute"],
        ["--shard"],  # among one
    ],
)
def test_another_way_to_compute_a_step_has_the_same_losses(data, alone, tmp_path, flags):
    assert pretrain.main(command(data, tmp_path, *flags)) == 0
    torch.testing.assert_close(losses(tmp_path), losses(alone), atol=1e-5, rtol=0)


def test_compile_is_for_each_block(data, tmp_path, monkeypatch):
    compiled = []
    monkeypatch.setattr(nn.Module, "compile", lambda block: compiled.append(block))
    assert pretrain.main(command(data, tmp_path, "--compile", steps=1)) == 0
    assert len(compiled) == 2


def test_muon_and_balanced_experts_learn_and_are_resumed_exactly(data, tmp_path, monkeypatch):
    words = ["--optimizer", "muon", "--balance", "0.01"]
    experts = {"n_expert": 4}
    assert pretrain.main(command(data, tmp_path / "whole", *words, fields=experts)) == 0
    with monkeypatch.context() as power:
        stop_after(power, 8)
        with pytest.raises(SystemError):
            pretrain.main(command(data, tmp_path / "out", *words, fields=experts))
    assert pretrain.main(command(data, tmp_path / "out", *words, fields=experts)) == 0
    assert torch.equal(losses(tmp_path / "out"), losses(tmp_path / "whole"))
    assert losses(tmp_path / "out")[-1].max() < losses(tmp_path / "out")[0].min() - 0.3


def at_step(monkeypatch, step, spoil):
    """After this step something happens to the run."""
    take_step = PreTraining.take_step

    def spoiled(run):
        take_step(run)
        if run.step == step:
            spoil(run)

    monkeypatch.setattr(PreTraining, "take_step", spoiled)


def test_a_run_that_is_not_finite_is_not_saved_and_the_good_one_stays(
    data, tmp_path, capsys, monkeypatch
):
    at_step(monkeypatch, 5, lambda run: run.model.final_norm.bias.data[0].fill_(math.nan))
    assert pretrain.main(command(data, tmp_path, **{"log-every": 12})) == 1
    assert "A run must be finite to be saved; it is not at step 6" in capsys.readouterr().err
    assert kept(tmp_path) == ["step-00000003"]


def test_a_loss_that_is_not_finite_ends_the_run_and_stands_as_null(
    data, tmp_path, capsys, monkeypatch
):
    at_step(monkeypatch, 6, lambda run: setattr(run, "loss", torch.tensor(math.nan)))
    assert pretrain.main(command(data, tmp_path)) == 1
    assert "The loss must stay finite; it is nan at step 6" in capsys.readouterr().err
    assert [m["loss"] is None for m in metrics(tmp_path)] == [False, True]


@pytest.mark.parametrize("accumulate", [1, 4])
def test_an_evaluation_reads_no_more_rows_at_once_than_a_step(data, alone, tmp_path, accumulate):
    seen = []
    forward = engine.Objective.forward

    def counting(objective, x, y):
        seen.append(len(x))
        return forward(objective, x, y)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine.Objective, "forward", counting)
        assert pretrain.main(command(data, tmp_path, steps=3, accumulate=accumulate)) == 0
    assert set(seen) == {8 // accumulate}


def test_what_does_not_fit_is_said_before_the_first_step(data, tmp_path, capsys, monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory.\nAnd more.")

    monkeypatch.setattr(PreTraining, "_backward", full)
    monkeypatch.setattr(PreTraining, "take_step", None)
    assert pretrain.main(command(data, tmp_path, accumulate=2)) == 1
    said = capsys.readouterr().err
    assert "must fit the memory; they do not: CUDA out of memory. Try --accumulate 4," in said
    assert said.count("\n") == 1


def test_the_rehearsal_changes_nothing(data, alone, tmp_path, monkeypatch):
    monkeypatch.setattr(PreTraining, "rehearse", lambda run: None)
    assert pretrain.main(command(data, tmp_path)) == 0
    assert torch.equal(losses(tmp_path), losses(alone))


def test_a_disk_that_is_full_is_said_in_one_sentence(data, tmp_path, capsys, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(checkpoints.dcp.FileSystemWriter, "write_data", full)
    assert pretrain.main(command(data, tmp_path)) == 1
    said = capsys.readouterr().err
    assert "No space left on device" in said and "Free some space" in said
    assert said.count("\n") == 1


def test_signals_are_afterwards_what_they_were(data, tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    assert pretrain.main(command(data, tmp_path, steps=1)) == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_sigterm_ends_after_the_step_with_the_run_saved(data, alone, tmp_path, monkeypatch):
    take_step = PreTraining.take_step

    def stopped(run):
        take_step(run)
        if run.step == 7:
            signal.raise_signal(signal.SIGTERM)

    with monkeypatch.context() as asked:
        asked.setattr(PreTraining, "take_step", stopped)
        assert pretrain.main(command(data, tmp_path)) == 0
    assert kept(tmp_path)[-1] == "step-00000007" and not (tmp_path / "model").exists()
    assert pretrain.main(command(data, tmp_path)) == 0
    theirs = [m["loss"] for m in metrics(alone)]
    assert [m["loss"] for m in metrics(tmp_path) if m["step"] != 7] == theirs


def test_every_field_of_the_model_can_be_set():
    for field in fields(GPTConfig):
        if field.name != "vocab_size":
            value = getattr(GPTConfig.preset("gpt0"), field.name)
            as_typed = f"{field.name}={value}".replace("True", "true").replace("False", "false")
            assert options._change(as_typed) == (field.name, value)


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
    yield widgets.causal_mask({"causal": model}, tokenizer, text * 9)
    explorer = widgets.sampling_temperature(model, tokenizer, text)
    explorer.controls["token"].value = tokenizer.end_of_text
    explorer.click("take it")
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
