"""What can be touched in a picture: each place asks for stops that its widget's controls have."""

import html
import json
import re

import pytest
from kernel_environment import ROOT

from tests.browser.reference import widget_of

CELLS = ROOT / "tests" / "browser" / "widgets"
TOUCHED = {  # widget -> the controls that its picture moves
    "attention_heatmap": {"position"},
    "causal_mask": {"cells", "row"},
    "changed_token": {"changed"},
    "concept_map": {"chosen"},
    "expert_layer": {"token"},
    "one_batch": {"place", "row"},
    "one_look": {"word"},
    "rotary": {"distance"},
    "window_reach": {"position"},
}


def asked(picture):
    """What the places of a picture ask for: control -> stop."""
    found = re.findall('data-set="(.*?)"', picture.markup)
    return [json.loads(html.unescape(text)) for text in found]


@pytest.mark.parametrize("name", TOUCHED)
def test_a_touch_brings_the_control_to_what_it_asks_for(name, monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    explorer = widget_of((CELLS / f"{name}.py").read_text(encoding="utf-8"))
    places = asked(explorer.picture)
    assert {control for place in places for control in place} == TOUCHED[name]
    for place in (places[0], places[-1]):
        explorer.bring(place)
        assert place.items() <= explorer.stops.items()


def test_the_small_maps_lead_to_their_head(monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    explorer = widget_of((CELLS / "attention_heatmap.py").read_text(encoding="utf-8"))
    explorer.at(every=True)
    heads = [place for place in asked(explorer.picture) if "head" in place]
    size = [len(explorer.board()[i]["texts"]) for i in (2, 3)]
    assert len(heads) == size[0] * size[1] and heads[-1] == {
        "layer": str(size[0] - 1),
        "head": str(size[1] - 1),
    }
