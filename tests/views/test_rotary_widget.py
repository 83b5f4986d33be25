"""rotary: its score is what the model's own turn makes of the same query and key."""

import pytest
import torch

from helpers.models.config import GPTConfig
from helpers.models.positions import Rotary
from helpers.views.widgets import rotary
from helpers.views.widgets.rotary import BASES, FARTHEST, PAIRS, draw, score_at


def turned(base, place, angles):
    """A query or key of length 1 in each pair, at these angles before it is turned to its place."""
    config = GPTConfig(256, 60, 1, 1, 2 * PAIRS, positions="rotary", rotary_base=base)
    x = torch.cat([angles.cos(), angles.sin()])[None, None, None]
    return Rotary(config).turn(x, place)[0, 0, 0]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(("distance", "seeks"), [(0, 0), (5, 0), (5, 3), (FARTHEST, 16)])
def test_the_score_is_that_of_the_models_rotary_positions(base, distance, seeks):
    speed = base ** (-torch.arange(PAIRS) / PAIRS)
    query = turned(base, 100, -seeks * speed)
    key = turned(base, 100 - distance, torch.zeros(PAIRS))
    assert query @ key / PAIRS == pytest.approx(score_at(distance, base, seeks), abs=1e-4)


def test_the_score_is_highest_at_the_distance_that_the_query_seeks():
    for seeks in (0, 7):
        best = max(range(FARTHEST + 1), key=lambda d: score_at(d, 10_000, seeks))
        assert best == seeks and score_at(seeks, 10_000, seeks) == pytest.approx(1)


def test_two_other_places_turn_all_hands_and_leave_the_score():
    near, far = draw(5, 100, 0, 70), draw(5, 100, 0, 120)
    assert near.markup != far.markup
    assert near.alt.split("score")[1] == far.alt.split("score")[1]


def test_every_control_changes_the_picture():
    assert min(rotary().answers().values()) > 1
