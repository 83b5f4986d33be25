"""next_character: the model's bars beside the truth's, for any text somebody types."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from helpers.text.tokenizers import BPETokenizer, CharTokenizer
from helpers.views.widgets import next_character
from helpers.views.widgets.reading import NO_TRUTH, next_probs
from tests.views.browser import from_browser

TEXT = "to be or not to be"
TOKENIZER = CharTokenizer.from_text(TEXT + "\n$")


class LastToken(nn.Module):
    """A model that expects the last character again: probability 0.5, the rest shared."""

    def __init__(self, vocab_size, block_size=8):
        super().__init__()
        self.config = SimpleNamespace(block_size=block_size, vocab_size=vocab_size)
        self.weight = nn.Parameter(math.log(vocab_size - 1) * torch.eye(vocab_size))
        self.seen = []

    def forward(self, idx):
        assert idx.shape[1] <= self.config.block_size and not self.training
        assert not torch.is_grad_enabled() and idx.dtype == torch.int64
        self.seen.append(tuple(idx.shape))
        return self.weight[idx], None


def truth(prefix):
    if "n" in prefix:
        raise ValueError("cannot be written")
    return {"o": 0.75, " ": 0.25}


def explore(truth=truth, **options):
    model = LastToken(TOKENIZER.vocab_size).train()
    return model, next_character(model, TOKENIZER, TEXT, truth, **options)


def test_the_description_says_what_was_read_what_comes_and_both_distributions():
    _, explorer = explore(position=5)
    assert explorer.picture.alt.startswith(
        "5 characters read, ending 'to be'; in the text comes space."
    )
    assert "likeliest by the model: 'e' 0.50" in explorer.picture.alt
    assert "likeliest by the truth: 'o' 0.75, space 0.25" in explorer.picture.alt


def test_the_divergence_is_the_one_worked_out_by_hand():
    _, explorer = explore(position=2)  # "to": the model gives 'o' 0.5 and ' ' 0.5 / 8
    rest = 0.5 / (TOKENIZER.vocab_size - 1)
    nats = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / rest)
    assert explorer.picture.alt.endswith(f"KL(truth ‖ model) = {nats:#.3g} nats.")


def test_moving_the_slider_in_the_browser_moves_the_picture():
    _, explorer = explore(position=5)
    before = explorer.front.scene["html"]
    from_browser(explorer.controls["position"], value=1)
    assert explorer.front.scene["html"] != before and "1 character read" in explorer.picture.alt


def test_the_same_place_shows_the_same_pixels_wherever_one_was_before():
    _, explorer = explore(position=5)
    first, slider = explorer.picture, explorer.controls["position"]
    for position in (12, 1, len(TEXT), 2, 5):
        slider.value = position
    assert explorer.picture == first


def test_an_impossible_text_shows_the_model_alone_and_says_so():
    _, explorer = explore(position=12)
    assert explorer.picture.alt.endswith(NO_TRUTH) and "by the truth" not in explorer.picture.alt


def test_without_a_truth_there_is_no_remark():
    _, explorer = explore(truth=None, position=5)
    assert "truth" not in explorer.picture.alt and "by the model" in explorer.picture.alt


def test_a_truth_outside_the_vocabulary_is_shown_as_infinitely_far():
    _, explorer = explore(truth=lambda prefix: {"Z": 1.0}, position=2)
    assert "'Z' 1.00" in explorer.picture.alt and "= ∞ nats" in explorer.picture.alt


def test_the_slider_follows_the_edited_text():
    _, explorer = explore(position=10)
    from_browser(explorer.controls["text"], value="to")
    slider = explorer.controls["position"]
    assert (slider.value, slider.max) == (2, 2) and "the text ends here" in explorer.picture.alt


@pytest.mark.parametrize("typed, said", [("to xe", "got 'x' at position 3"), ("", "an empty text")])
def test_a_text_that_cannot_be_read_is_one_clear_error_and_the_next_works(typed, said):
    _, explorer = explore(position=5)
    with pytest.raises(ValueError):
        from_browser(explorer.controls["text"], value=typed)
    assert said in explorer.front.scene["alarm"]
    from_browser(explorer.controls["text"], value="to be\n$$")
    assert explorer.front.scene["html"] == explorer.picture.inline


def test_only_the_last_block_is_read_and_the_model_keeps_its_mode():
    model, explorer = explore(position=len(TEXT))
    assert model.seen[-1] == (1, 8) and model.training


def test_probabilities_sum_to_one():
    probs = next_probs(LastToken(TOKENIZER.vocab_size), TOKENIZER, "to")
    assert probs.shape == (TOKENIZER.vocab_size,) and probs.sum().item() == pytest.approx(1)


def test_tokens_that_read_alike_are_one_bar_with_all_their_probability():
    """Of the 256 bytes 128 are parts of characters, each �: so much that belongs to one bar."""
    tokenizer = BPETokenizer.train("to be", 256)
    explorer = next_character(LastToken(256), tokenizer, "to be")
    assert f"'�' {0.5 * 128 / 255:.2f}" in explorer.picture.alt


def test_writing_on_adds_the_same_characters_every_time():
    texts = []
    for _ in range(2):
        _, explorer = explore()
        explorer.click(next(iter(explorer.actions)))
        texts.append(explorer.controls["text"].value)
    assert texts[0] == texts[1] and len(texts[0]) == len(TEXT) + 40
    position = explorer.controls["position"]
    assert (position.value, position.max) == (len(TEXT), len(texts[0]))


def test_a_sweep_ends_where_it_began():
    _, explorer = explore(position=7)
    lines = explorer.sweep()
    assert len(lines) == 3 + 5 + 1 and explorer.state == {"text": TEXT, "position": 7}
