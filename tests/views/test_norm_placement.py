"""norm_placement: the gradient by depth, computed for the model that the controls describe."""

import re
import sys

import numpy as np
import pytest

from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.theory.depth import start_gradients
from helpers.views.drawing.palette import PALETTE
from helpers.views.drawing.wording import number
from helpers.views.widgets import norm_placement
from helpers.views.widgets.norm_placement import profiles
from tests.views.svg_seen import shapes

SMALL = {"n_layer": 2, "n_embd": 32}


@pytest.fixture(autouse=True)
def two_depths(monkeypatch):
    """Depths that take no time; the others are the same code."""
    module = sys.modules[norm_placement.__module__]  # its name means the function in the package
    monkeypatch.setattr(module, "DEPTHS", (2, 4))
    monkeypatch.setattr(module, "WIDTHS", (16, 32))


def gradients(norm, n_layer, n_embd, start=initialise.xavier):
    size = {"n_layer": n_layer, "n_head": 4, "n_embd": n_embd, "tied": False}
    return start_gradients(GPTConfig(32, 64, block=f"{norm}-norm", **size), start).tolist()


def said(name, values):
    return f"{name} {number(values[0])} in layer 1 and {number(values[-1])} in layer {len(values)}"


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_the_words_give_the_measured_gradient_of_the_first_and_the_last_layer(norm):
    explorer = norm_placement(**SMALL)
    assert said(f"{norm}-norm", gradients(norm, 2, 32)) in explorer.picture.alt
    explorer.controls["n_layer"].value = 4
    assert said(f"{norm}-norm", gradients(norm, 4, 32)) in explorer.picture.alt
    explorer.controls["n_embd"].value = 16
    assert said(f"{norm}-norm", gradients(norm, 4, 16)) in explorer.picture.alt


@pytest.mark.parametrize(
    ("name", "start"), [("PyTorch's own", initialise.pytorch), ("GPT-2's", initialise.gpt2)]
)
def test_the_start_is_the_one_that_was_chosen(name, start):
    explorer = norm_placement(**SMALL)
    explorer.controls["start"].value = name
    assert said("pre-norm", gradients("pre", 2, 32, start)) in explorer.picture.alt
    assert f"2 layers of 32 channels, {name} start" in explorer.picture.alt


def test_the_last_layers_are_those_of_the_depths_up_to_the_chosen_one():
    explorer = norm_placement(**SMALL)
    alone = number(gradients("pre", 2, 32)[-1])
    deeper = number(gradients("pre", 4, 32)[-1])
    assert f"by depth: pre-norm {alone} at 2;" in explorer.picture.alt
    explorer.controls["n_layer"].value = 4
    assert f"by depth: pre-norm {alone} at 2 and {deeper} at 4;" in explorer.picture.alt


def test_the_lines_go_through_the_gradients_and_their_names_do_not_overlap(two_depths):
    explorer = norm_placement(n_layer=4, n_embd=32)
    markup, every = explorer.picture.markup, profiles(4, 32, "Xavier")
    last = {name: [profiles(d, 32, "Xavier")[name][-1] for d in (2, 4)] for name in every}
    paths = [p for p in shapes(markup, "path") if p.get("stroke") in PALETTE and " " in p.get("d")]
    points = {"solid": [], "dotted": []}
    for path in paths:
        found = np.array(re.findall(r"-?\d+\.\d+", path.get("d")), dtype=float).reshape(-1, 2)
        points["dotted" if path.get("stroke-dasharray") else "solid"].append(found)
    unit = 300 / (1.12 * max(map(max, [*every.values(), *last.values()])))
    for kind, values in (("solid", every), ("dotted", last)):
        for found, wanted in zip(points[kind], values.values(), strict=True):
            assert 348 - found[:, 1] == pytest.approx([unit * v for v in wanted], abs=0.1)
    names = [t for t in shapes(markup, "text") if re.match(r"(pre|post)-norm \d", t.text or "")]
    ends = sorted(values[-1] for values in every.values())
    off = [float(t.get("y")) - 348 + unit * end for t, end in zip(names, ends, strict=True)]
    assert off[0] > 10 and off[1] < 0  # the lower one's name below its line, the other's above


def test_every_move_shows_another_picture_and_the_way_back_the_first_one():
    explorer = norm_placement(**SMALL)
    first, lines = explorer.picture, explorer.sweep()
    assert len({line.partition(": ")[2] for line in lines}) == 5
    assert explorer.picture == first and first.markup


def test_nothing_is_computed_twice(monkeypatch):
    explorer = norm_placement(**SMALL)
    monkeypatch.setattr("helpers.theory.depth._one_draw", None)
    explorer.controls["n_layer"].value = 4
    explorer.controls["n_layer"].value = 2


def test_an_unknown_start_is_refused():
    with pytest.raises(ValueError, match="one of Xavier, PyTorch's own, GPT-2's; got 'Kaiming'"):
        norm_placement(start="Kaiming")
