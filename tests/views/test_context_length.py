"""context_length: the losses and the text are those of the counts, for every length."""

import numpy as np
import pytest
import torch

from helpers.models.ngrams import NGrams
from helpers.text import playwright
from helpers.text.tokenizers import CharTokenizer
from helpers.views.drawing import number, palette
from helpers.views.widgets import context_length
from helpers.views.widgets.context_length import LENGTH, write
from tests.views.svg_seen import lines, shapes


@pytest.fixture(scope="module")
def made():
    """Counts, their tokenizer and fresh tokens."""
    text = playwright.write(40_000, 0)
    tokenizer = CharTokenizer.from_text(text)
    ids = torch.as_tensor(tokenizer.encode(text))
    return NGrams(ids[:30_000], tokenizer.vocab_size, longest=4), tokenizer, ids[30_000:]


@pytest.fixture(scope="module")
def explorer(made):
    return context_length(*made, {"exact floor": 0.245})


def test_every_length_tells_its_loss_and_how_its_text_begins(made, explorer):
    grams, tokenizer, ids = made
    for k, loss in enumerate(grams.losses(ids)):
        explorer.controls["context"].value = k
        said = explorer.picture.alt
        assert f"Given {k} character{'s' * (k != 1)}, the counts pay {number(loss)} nats" in said
        assert repr(write(grams, tokenizer, k, 1)[:80]) in said


def test_the_mark_lies_on_the_curve_at_the_chosen_length(made, explorer):
    for k in (0, 2):
        explorer.controls["context"].value = k
        markup = explorer.picture.markup
        (curve,) = lines(markup, palette.BLUE)
        (mark,) = [c for c in shapes(markup, "circle") if c.get("fill") == palette.ORANGE]
        assert [float(mark.get(n)) for n in ("cx", "cy")] == pytest.approx(curve[k], abs=0.06)
    losses = made[0].losses(made[2])
    drops = np.diff(curve[:, 1]) / np.diff(losses)
    assert drops == pytest.approx(drops[0], rel=0.02) and drops[0] < 0


def test_both_controls_change_the_picture(explorer):
    assert min(explorer.answers().values()) > 1


def test_a_text_is_drawn_from_its_context_alone(made):
    grams, tokenizer, _ = made
    written = write(grams, tokenizer, 2, seed=3)
    assert len(written) == LENGTH
    bigrams = {tokenizer.decode(grams_of) for grams_of in pairs(grams, tokenizer)}
    assert sum(written[i : i + 2] in bigrams for i in range(LENGTH - 1)) > 0.95 * LENGTH


def pairs(grams, tokenizer):
    """Every pair of tokens that the counts have seen."""
    return [divmod(window, grams.vocab_size) for window in grams.seen[1].tolist()]


def test_the_same_seed_writes_the_same_text_and_another_another(made):
    grams, tokenizer, _ = made
    assert write(grams, tokenizer, 3, 1) == write(grams, tokenizer, 3, 1)
    assert write(grams, tokenizer, 3, 1) != write(grams, tokenizer, 3, 2)
