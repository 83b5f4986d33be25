"""The map of the ideas: a circle-free order, boxes apart, arrows that end where they should."""

import itertools
import re
from urllib.parse import unquote

import pytest
from kernel_environment import ROOT

from helpers.practice import collected
from helpers.views.pictures.idea_map import COLOURS, PALE, WIDTH, idea_map
from helpers.views.pictures.ideas import IDEAS, KINDS, TITLES, all_below, by_name, leads_to
from helpers.views.widgets import concept_map
from tests.views import svg_seen

NAMES = [idea.name for idea in IDEAS]
ARROWS = [(below, idea.name) for idea in IDEAS for below in idea.rests_on]


def frames(picture):
    """Left, top, right, bottom of each idea's box, in the order of the ideas."""
    drawn = [r for r in svg_seen.shapes(picture.markup, "rect") if r.get("rx") and r.get("stroke")]
    boxes = [svg_seen.box(r) for r in drawn]
    return dict(zip(NAMES, [(x, y, x + w, y + h) for x, y, w, h in boxes], strict=True))


def curves(picture):
    """Of each arrow, in order: its path as points."""
    paths = [p.get("d") for p in svg_seen.shapes(picture.markup, "path") if p.get("fill") == "none"]
    points = [[tuple(map(float, p)) for p in re.findall(r"([\d.]+) ([\d.]+)", d)] for d in paths]
    return dict(zip(ARROWS, points, strict=True))


def along(points, n=60):
    """Places on a cubic curve."""
    (a, b, c, d) = points
    for t in (i / n for i in range(n + 1)):
        s = 1 - t
        weights = (s**3, 3 * s * s * t, 3 * s * t * t, t**3)
        yield tuple(
            sum(w * p[k] for w, p in zip(weights, (a, b, c, d), strict=True)) for k in (0, 1)
        )


def on_edge(point, box, near=0.6):
    (x, y), (left, top, right, bottom) = point, box
    inside = left - near <= x <= right + near and top - near <= y <= bottom + near
    return inside and min(abs(x - left), abs(x - right), abs(y - top), abs(y - bottom)) <= near


def test_ideas_have_names_of_their_own_and_rest_on_others_without_a_circle():
    assert len(set(NAMES)) == len(IDEAS) and {idea.kind for idea in IDEAS} == set(KINDS)
    assert len({(idea.column, idea.row) for idea in IDEAS}) == len(IDEAS)
    assert all(idea.name not in all_below(idea.name) for idea in IDEAS)  # ends only without circles


def test_below_and_above_by_hand():
    assert all_below("Bigram") == {"Tokens", "Least KL", "Entropy", "P(next | past)"}
    assert leads_to("Transformer") == ["BERT", "GPT"] and all_below("Mixture") == set()
    assert "Byte pairs" not in all_below("GPT-0") and "Byte pairs" in all_below("GPT-1, -2, -3")


def test_boxes_lie_inside_the_picture_and_apart():
    boxes = frames(idea_map())
    assert all(box[0] > 0 and box[2] < WIDTH for box in boxes.values())
    for a, b in itertools.combinations(boxes.values(), 2):
        assert a[2] + 15 < b[0] or b[2] + 15 < a[0] or a[3] + 15 < b[1] or b[3] + 15 < a[1]


def test_every_arrow_begins_and_ends_at_its_own_boxes_and_crosses_none():
    picture = idea_map()
    boxes = frames(picture)
    for (below, above), points in curves(picture).items():
        assert on_edge(points[0], boxes[below]) and on_edge(points[-1], boxes[above])
        for name, (left, top, right, bottom) in boxes.items():
            hit = [p for p in along(points) if left < p[0] < right and top < p[1] < bottom]
            assert not hit, f"{below} to {above} crosses {name}"


def test_a_name_fits_its_box_and_a_sentence_its_card():
    assert max(len(idea.name) for idea in IDEAS) <= 14
    assert max(len(idea.sentence) for idea in IDEAS) <= 82


def test_every_box_says_its_name_in_the_colour_of_its_kind():
    picture = idea_map()
    said = svg_seen.said(picture.markup)
    strokes = [r.get("stroke") for r in svg_seen.shapes(picture.markup, "rect") if r.get("rx")]
    assert [s for s in strokes if s] == [COLOURS[idea.kind] for idea in IDEAS]
    assert said[-len(IDEAS) :] == NAMES and all(name in picture.alt for name in NAMES)


@pytest.mark.parametrize("file", TITLES)
def test_a_title_is_that_of_its_notebook(file):
    assert collected.title(ROOT / "notebooks" / f"{file}.ipynb") == TITLES[file]


def test_what_an_idea_rests_on_is_dark_and_the_rest_is_pale():
    shades = [g.get("opacity") for g in svg_seen.shapes(idea_map("Bigram").markup, "g")]
    shades = [shade for shade in shades if shade]  # the others are there to be touched
    arrows, boxes = shades[: len(ARROWS)], shades[len(ARROWS) :]
    lit = all_below("Bigram") | {"Bigram"}
    assert {n for n, s in zip(NAMES, boxes, strict=True) if s == "1"} == lit
    assert {a for a, s in zip(ARROWS, arrows, strict=True) if s == "1"} == {
        arrow for arrow in ARROWS if set(arrow) <= lit
    }
    assert {*arrows, *boxes} == {"1", str(PALE)}
    assert {g.get("opacity", "1") for g in svg_seen.shapes(idea_map().markup, "g")} == {"1"}


def test_the_card_says_what_the_description_says():
    picture = idea_map("Bigram")
    assert picture.alt == (
        "Bigram. One character of past: counting is the best answer, its loss is known. "
        "P(b | a) = n(ab) / n(a). Built in The bigram and its floor, section “Counting”. "
        "Rests on: Tokens and Least KL. "
        "Leads to: GPT-0. All that it rests on: 4 of the 32 ideas."
    )
    for idea in IDEAS:
        chosen = idea_map(idea.name)
        assert {idea.sentence, idea.formula} <= set(svg_seen.said(chosen.markup))
        assert idea.sentence in chosen.alt and idea.formula in chosen.alt


def test_every_idea_can_be_chosen_and_shows_another_picture():
    explorer = concept_map()
    assert explorer.picture.alt.startswith("GPT. ")
    control, seen = explorer.controls["chosen"], set()
    assert sorted(control.options) == sorted(NAMES)
    for name in control.options:
        control.value = name
        assert explorer.picture.alt.startswith(f"{name}. ")
        seen.add(explorer.picture.markup)
    assert len(seen) == len(IDEAS)


def test_an_unknown_idea_is_refused():
    for ask in (by_name, idea_map, concept_map):
        with pytest.raises(ValueError, match="no such idea; got 'Magic'. Try one of: P\\(next"):
            ask("Magic")


@pytest.mark.parametrize("idea", IDEAS, ids=lambda idea: idea.name)
def test_the_card_leads_to_the_section_that_builds_the_idea(idea):
    (link,) = svg_seen.shapes(idea_map(idea.name).markup, "a")
    notebook, _, section = link.get("href").partition("#")
    found = collected.headings(ROOT / "notebooks" / notebook)
    known = {collected.anchor(heading) for _, heading in found}
    assert notebook == f"{idea.notebook}.ipynb" and unquote(section) in known
