"""The command that pre-trains, by one process: what it leaves, resumes, keeps and refuses."""

import json
import os
import pickle
import shutil
import signal
import threading
from dataclasses import fields

import pytest
import torch
from torch import nn

from helpers.learning import pretrain, sampling
from helpers.learning.scale_out import checkpoints, engine, options
from helpers.learning.scale_out.engine import PreTraining
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import playwright, prepare, tokenizers
from helpers.text.shards import Shards
from helpers.views import widgets
from tests.learning.crowd import command, kept, losses, metrics


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Shards of a short Playwright text, in several files."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "text.txt").write_text(playwright.write(20_000, seed=1), encoding="utf-8")
    shards = folder / "shards"
    prepare.prepare([folder / "text.txt"], shards, "bpe:300", validation=0.1, shard_tokens=3000)
    return shards


@pytest.fixture(scope="module")
def alone(data, tmp_path_factory):
    """A whole run."""
    out = tmp_path_factory.mktemp("alone")
    assert pretrain.main(command(data, out)) == 0
    return out


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


def test_a_run_that_is_not_finite_is_not_saved_and_the_good_one_stays(
    data, tmp_path, capsys, monkeypatch
):
    take_step = PreTraining.take_step

    def breaking(run):
        take_step(run)
        if run.step == 5:
            run.model.final_norm.bias.data[0] = float("nan")

    monkeypatch.setattr(PreTraining, "take_step", breaking)
    assert pretrain.main(command(data, tmp_path, **{"log-every": 12})) == 1
    assert "A run must be finite to be saved; it is not at step 6" in capsys.readouterr().err
    assert kept(tmp_path) == ["step-00000003"]


def test_a_loss_that_is_not_finite_ends_the_run_and_stands_as_null(
    data, tmp_path, capsys, monkeypatch
):
    take_step = PreTraining.take_step

    def breaking(run):
        take_step(run)
        if run.step == 6:
            run.loss = torch.tensor(float("nan"))

    monkeypatch.setattr(PreTraining, "take_step", breaking)
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
