"""word_by_word: what is shown is what the model computes from the words so far."""

import pytest
import torch

from helpers.learning import decoding
from helpers.models.transformer import Transformer, TransformerConfig, cross_maps
from helpers.text.tasks import number_words
from helpers.views.widgets import word_by_word

TOKENIZER = number_words.tokenizer()
SOURCES = ["7 2 1 4", "3 0"]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return Transformer(TransformerConfig(TOKENIZER.vocab_size, 1, 2, 8, dropout=0.0)).eval()


@pytest.fixture
def explorer(model):
    return word_by_word(model, TOKENIZER, SOURCES, most=4)


def test_the_words_so_far_and_the_likeliest_next_ones_are_the_models(model, explorer):
    source = torch.tensor([TOKENIZER.encode(SOURCES[0])])
    written = decoding.greedy(model, source, 4)
    explorer.controls["words"].value = 2
    said = explorer.picture.alt
    words = " ".join(TOKENIZER.tokens[i] for i in written[0, :3])
    assert f"Written: {words}." in said
    probs = model(source, written[:, :3])[0][0, -1].softmax(-1)
    assert f"Next: {TOKENIZER.tokens[probs.argmax()]} {probs.max():.3f}," in said


def test_the_shades_are_the_weights_of_the_last_word(model, explorer):
    source = torch.tensor([TOKENIZER.encode(SOURCES[0])])
    weights = cross_maps(model, source, torch.tensor([[1]]))[-1, 0].mean(0)[-1]
    most = weights.argmax().item()
    place = f"digit {most + 1}, {SOURCES[0].split()[most]}, with {weights[most]:.2f}"
    assert place in explorer.picture.alt
    assert all(f">{weight:.2f}</text>" in explorer.picture.markup for weight in weights.tolist())


def test_nothing_follows_the_end(model):
    class Ends(torch.nn.Module):
        """A model that wants to end at once."""

        encode, decoder = model.encode, model.decoder

        def decode(self, idx, *_):
            return torch.eye(43)[torch.full_like(idx, 2)]

        def forward(self, source, idx):
            return self.decode(idx), model(source, idx)[1]

    explorer = word_by_word(Ends(), TOKENIZER, SOURCES)
    explorer.controls["words"].value = 1
    assert explorer.picture.alt.endswith("Written: <start> <end>. Nothing follows.")


def test_both_controls_change_the_picture(explorer):
    assert min(explorer.answers().values()) > 1


def test_no_source_is_refused(model):
    with pytest.raises(ValueError, match="a source to translate"):
        word_by_word(model, TOKENIZER, [])
