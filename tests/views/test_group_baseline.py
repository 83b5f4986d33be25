"""group_baseline: what is drawn and said is what was recorded, beside the exact optimum."""

import json
import math

import pytest
import torch
from kernel_environment import ROOT

from helpers.text.tasks import counting
from helpers.views.widgets import group_baseline
from helpers.views.widgets.group_baseline import QUESTIONS, accepted

FILMS = json.loads((ROOT / "data" / "runs" / "checked_rewards.json").read_text())["films"]


def moved(**stops):
    explorer = group_baseline(FILMS)
    for name, value in stops.items():
        explorer.controls[name].value = value
    return explorer.picture


def test_it_says_what_was_recorded():
    place = counting.SHOWN.index((4, 5))
    frame = FILMS["baseline: group"]["frames"][4][place]
    picture = moved(question=counting.wording(4, 5), step=40)
    assert f"truly right {frame[8]:.3f}" in picture.alt
    assert f"accepted {frame[8]:.3f}" in picture.alt


def test_the_verifier_with_a_hole_accepts_many():
    question, place = counting.wording(5, 5), counting.SHOWN.index((5, 5))
    frame = torch.tensor(FILMS["hole"]["frames"][-1][place])
    picture = moved(question=question, verifier="no wrong number", step=200)
    rewarded = (frame[9] + frame[counting.MANY]) / frame.sum()
    assert f"accepted {rewarded:.3f}" in picture.alt and "never asked in training" in picture.alt
    assert accepted(question, "no wrong number").sum() == 2
    assert accepted(question, "the right number").sum() == 1


def test_the_optimum_weighs_the_reference_by_its_rewards():
    frame = FILMS["baseline: group"]["frames"][0][0]  # one and one
    best = frame[1] * math.exp(10) / (frame[1] * math.exp(10) + sum(frame) - frame[1])
    assert f"two {frame[1]:.2f} → {frame[1]:.2f}, best {best:.2f}" in moved().alt


def test_every_control_changes_the_picture():
    seen = {moved().markup, moved(step=200).markup}
    seen |= {moved(question=[*QUESTIONS][3]).markup}
    seen |= {moved(verifier="no wrong number", step=200).markup}
    assert len(seen) == 4


def test_it_refuses_films_that_are_not_there():
    with pytest.raises(ValueError, match="films must hold"):
        group_baseline({"hole": FILMS["hole"]})
    with pytest.raises(ValueError, match="step must be one of"):
        group_baseline(FILMS, step=7)
