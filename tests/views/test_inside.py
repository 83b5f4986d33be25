"""inside: what is shown at a place is what the model, the probes and the grammar say there."""

import pytest
import torch

from helpers.learning.probes import Probe
from helpers.models import lens
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import playwright
from helpers.text.playwright import states
from helpers.text.tokenizers import CharTokenizer
from helpers.theory.probability import kl
from helpers.views.widgets import inside

TOKENIZER = CharTokenizer(playwright.characters())
TEXT = "A graveyard. Enter Kent, Viola and York.\n\nVIOLA:\nTwo and five roses: how many, York?\n\n"


def always(k):
    """A probe of the sum that always reads class k."""
    return Probe(torch.zeros(8, 11).double(), torch.eye(11)[k].double())


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return GPT(GPTConfig(128, TOKENIZER.vocab_size, n_layer=2, n_head=2, n_embd=8)).eval()


@pytest.fixture
def explorer(model):
    seven = states.VARIABLES["sum"].index("seven")
    probes = {"sum": [always(0), always(0), always(seven)]}
    return inside(model, TOKENIZER, TEXT, probes, position=70, layer=1)


def test_the_lens_and_its_distance_are_the_models(model, explorer):
    stream = lens.streams(model, torch.tensor([TOKENIZER.encode(TEXT)]))[1, 0, 70]
    q = lens.lens(model, stream).double().softmax(-1)
    true = playwright.next_char_probs(TEXT[:71])
    p = torch.tensor([true.get(TOKENIZER.decode([i]), 0.0) for i in range(len(q))]).double()
    best = TOKENIZER.decode([q.argmax().item()])
    assert f"Lens: {best!r} {q.max():.2f}" in explorer.picture.alt
    assert f"KL {kl(p, q).item():.2f} nats" in explorer.picture.alt


def test_a_probe_is_told_right_or_wrong_beside_the_truth(explorer):
    assert "sum is seven (wrong, the probe reads two)" in explorer.picture.alt
    assert "sum is seven (right)" in explorer.at(layer=2).picture.alt
    assert "No variable is decided here" in explorer.at(position=5).picture.alt


def test_a_text_that_the_grammar_cannot_write_is_still_shown(explorer):
    explorer.controls["text"].value = TEXT[:60] + "zzz"
    explorer.controls["position"].value = 62
    assert "the grammar does not say" in explorer.picture.alt


def test_every_control_changes_the_picture(explorer):
    assert min(explorer.answers().values()) > 1


def test_a_character_and_a_layer_can_be_touched(explorer):
    assert "&quot;position&quot;: &quot;70&quot;" in explorer.picture.markup
    assert "&quot;layer&quot;: &quot;0&quot;" in explorer.picture.markup


def test_a_probe_for_each_layer_is_asked_for(model):
    with pytest.raises(ValueError, match="a probe for each of the layers 0 … 2"):
        inside(model, TOKENIZER, TEXT, {"sum": [always(0)]})
