"""expert_layer: what is drawn is what the gate and the places do."""

import pytest
import torch

from helpers.models.routing import Capacity, Switch, TopK
from helpers.views.pictures.expert_layer import Routed
from helpers.views.pictures.expert_layer import expert_layer as drawn
from helpers.views.widgets import expert_layer
from helpers.views.widgets.expert_layer import FACTORS, GATES, NO_LIMIT
from tests.views.svg_seen import said, shapes

TOKENS = list("abcaad")
# a asks 0 and 1, b asks 2 and 3, c asks 3 and 0, d asks 1 and 2
LOGITS = torch.tensor(
    [[2.0, 1, 0, -1], [0, -1, 3, 1], [1, 0, -1, 2], [2, 1, 0, -1], [2, 1, 0, -1], [-1, 3, 2, 0]]
)


@pytest.fixture
def explorer():
    return expert_layer(TOKENS, LOGITS)


def moved(explorer, **values):
    for name, value in values.items():
        explorer.controls[name].value = value
    return explorer.picture


def lines(picture):
    """The lines from a token to an expert and back; dashed ones carry nothing back."""
    curves = [path for path in shapes(picture.markup, "path") if "C" in path.get("d")]
    return [path.get("stroke-dasharray") is None for path in curves]


def test_the_router_shows_each_tokens_softmax(explorer):
    words = said(moved(explorer, step=2).markup)
    expected = [f"{p:.2f}"[1:] for p in LOGITS.softmax(-1).flatten().tolist()]
    assert [word for word in words if word.startswith(".")] == expected


def test_each_choice_is_a_line_and_at_the_sum_it_comes_back(explorer):
    assert lines(moved(explorer, step=1)) == lines(moved(explorer, step=2)) == []
    assert lines(moved(explorer, step=3)) == [True] * 12
    assert lines(moved(explorer, step=4)) == [True] * 24


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES)
@pytest.mark.parametrize("room", FACTORS)
def test_who_is_dropped_is_who_the_layers_capacity_drops(explorer, gate, room):
    picture = moved(explorer, gate=gate, room=room, step=4)
    asked = gate(LOGITS)
    taken = asked if room == NO_LIMIT else Capacity(gate, room).train()(LOGITS)
    dropped = int(torch.count_nonzero(asked) - torch.count_nonzero(taken))
    assert lines(picture).count(False) == dropped
    assert f"dropped: {dropped}." in picture.alt
    assert said(picture.markup).count("+ 0") == int((taken == 0).all(1).sum())


def test_the_sentence_gives_the_chosen_tokens_sum(explorer):
    picture = moved(explorer, step=4, token=1)  # softmax(3, 1) = .881, .119
    assert picture.alt.endswith(
        "For 'b': y = 0.88 · E2(x) + 0.12 · E3(x), and the stream becomes x + y."
    )
    picture = moved(explorer, gate=GATES["1 expert, its probability (Switch)"], token=5)
    assert f"y = {LOGITS[5].softmax(-1)[1]:.2f} · E1(x)," in picture.alt


def test_a_token_dropped_by_all_adds_nothing(explorer):
    single = GATES["1 expert, weight 1 (TopK)"]  # one place each: the second and third a are late
    picture = moved(explorer, gate=single, room=1.0, step=4, token=4)
    assert picture.alt.endswith("y = 0, and the stream becomes x + y. It was dropped by expert 0.")


def test_every_control_changes_the_picture(explorer):
    moved(explorer, room=0.75)
    assert min(explorer.answers().values()) > 1


def test_a_thicker_line_counts_more(explorer):
    widths = [
        float(path.get("stroke-width"))
        for path in shapes(moved(explorer, step=3, room=NO_LIMIT).markup, "path")
    ]
    weights = TopK(2)(LOGITS)
    weights = weights[weights > 0]
    assert widths == pytest.approx((1 + 5 * weights).tolist(), abs=0.051)


@pytest.mark.parametrize(
    ("tokens", "logits"),
    [(list("ab"), torch.zeros(3, 4)), (list("a" * 13), torch.zeros(13, 4)), ([], torch.zeros(0, 4))]
    + [(list("ab"), torch.zeros(2, 9)), (list("ab"), torch.zeros(2, 1)), ("ab", torch.zeros(2))],
)
def test_it_refuses_what_cannot_be_drawn(tokens, logits):
    with pytest.raises(ValueError, match="need logits of 2 to 8 experts each"):
        expert_layer(tokens, logits)


def test_the_picture_refuses_other_shapes_and_places():
    gates = Switch(1)(LOGITS)
    routed = Routed(LOGITS.softmax(-1), gates, gates, None)
    with pytest.raises(ValueError, match="need weights of 1 to 8 experts"):
        drawn(TOKENS[1:], routed)
    with pytest.raises(ValueError, match="4 stages, counted from 1, and 6 tokens"):
        drawn(TOKENS, routed, stage=5)
    with pytest.raises(ValueError, match="4 stages, counted from 1, and 6 tokens"):
        drawn(TOKENS, routed, token=6)
