"""The models that come with the course are what their training.json says, and good enough."""

import json
import math

import pytest
import torch
from kernel_environment import ROOT

from helpers.learning import evaluation, sampling
from helpers.models.gpt import GPT
from helpers.text import batches, corpora, playwright, tokenizers

CHECKPOINTS = ROOT / "data" / "checkpoints"
NAMES = ["playwright", "tinyshakespeare", "moe_playwright"]
MEGABYTES = 1_000_000


def load(name):
    """Model, tokenizer and the record of the training."""
    folder = CHECKPOINTS / name
    return (
        GPT.load(folder),
        tokenizers.load(folder),
        json.loads((folder / "training.json").read_text()),
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_checkpoint_is_small_and_says_how_it_was_made(name):
    model, tokenizer, record = load(name)
    size = sum(path.stat().st_size for path in (CHECKPOINTS / name).iterdir())
    assert size <= 8 * MEGABYTES
    assert record["command"] == f"python tools/train_checkpoints.py {name}"
    assert record["history"]["steps"][-1] == record["recipe"]["training"]["steps"]
    assert "seed" in record["recipe"]["training"]
    assert tokenizer.vocab_size == model.config.vocab_size


def test_the_playwright_model_is_within_eight_hundredths_of_the_truth_and_not_below():
    model, tokenizer, record = load("playwright")
    excess, error = evaluation.excess(model, tokenizer, playwright.write(60_000, seed=314))
    assert -4 * error < excess < 0.08
    # another text, the same model: two means of windows, with the errors that both report
    assert abs(excess - record["excess"]) < 4 * math.hypot(error, record["standard_error"])


def test_the_playwright_model_copies_a_word_that_nobody_ever_saw():
    model, tokenizer, _ = load("playwright")
    song = "A graveyard. Enter Ajax, Beatrix and Kent.\n\nKENT:\nHey, zuvobi, sing zu"
    idx = torch.tensor([tokenizer.encode(song)])
    written = sampling.generate(model, idx, 4, temperature=0)
    assert tokenizer.decode(written[0])[len(song) :] == "vobi"


def test_the_shakespeare_model_reaches_its_loss(needs_tinyshakespeare):
    model, tokenizer, record = load("tinyshakespeare")
    _, val_ids = batches.split(tokenizer.encode(corpora.load("tinyshakespeare").text))
    loss = evaluation.evaluate(model, val_ids, tokens=None)
    assert loss <= 1.55
    assert loss == pytest.approx(record["validation_loss"], abs=0.002)
