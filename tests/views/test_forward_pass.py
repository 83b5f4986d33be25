"""The forward pass: both rows of the decoder, the shapes, and the way of the memory."""

import pytest
from matplotlib.colors import to_hex

from helpers.views import plots
from helpers.views.drawing.palette import ORANGE

TARGET = "<start> seven two <end>".split()


def drawn(source="72", target=TARGET):
    return plots.forward_pass(source, target, n_embd=8, vocab_size=43, n_layer=2)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_what_is_read_and_what_is_predicted_stand_one_place_apart():
    ax = drawn()
    places = {}
    for text in ax.texts:
        places.setdefault(text.get_text(), []).append(text.get_position())
    (start, *_), (two_read, two_predicted) = (
        places["<start>"],
        sorted(places["two"], key=lambda p: p[1]),
    )
    seven_read, seven_predicted = sorted(places["seven"], key=lambda p: p[1])
    assert seven_predicted[0] == pytest.approx(start[0])
    assert two_predicted[0] == pytest.approx(seven_read[0])
    assert two_read[1] == start[1] < two_predicted[1]


def test_every_station_says_its_shape():
    shown = texts(drawn())
    for words in ("(2, 8)", "(3, 8)", "memory (2, 8): keys, values", "logits (3, 43), softmax"):
        assert words in shown


def test_every_sublayer_is_added_and_normalised():
    shown = texts(drawn())
    assert shown.count("+") == shown.count("norm") == 5
    assert shown.count("feed-forward") == 2 and shown.count("cross-attention") == 1


def test_the_memory_reaches_the_cross_attention():
    ax = drawn()
    tips = [
        patch._posA_posB[1]
        for patch in ax.patches
        if hasattr(patch, "_posA_posB") and to_hex(patch.get_edgecolor()) == ORANGE.lower()
    ]
    box = next(t for t in ax.texts if t.get_text() == "cross-attention").get_position()
    assert tips[-1][1] == pytest.approx(box[1]) and tips[-1][0] < box[0]


def test_it_is_told_in_words():
    said = drawn().get_label()
    assert "which predict 'seven', 'two' and '<end>'" in said and "cross-attention" in said


def test_a_target_of_one_token_is_refused():
    with pytest.raises(ValueError, match="two tokens at least"):
        drawn(target=["<start>"])
