"""A flipbook: every stored state shows exactly what `draw` draws there."""

import base64
import gzip
import json
import re

import ipywidgets
import pytest

from helpers.views.drawing.picture import Picture
from helpers.views.widgets import Explorer, flipbook


def draw(k, name, deep):
    lines = "".join(f'<rect x="{i * k}" y="{i}"/>' for i in range(5))
    return Picture(f"{k} {name} {deep}", markup=f"<svg>{lines}<text>{name} {deep}</text></svg>")


def explore(pairs=(), most=100, adjust=None):
    controls = {
        "k": ipywidgets.IntSlider(3, 0, most),
        "name": ipywidgets.Dropdown(options=["é <b>", "two"]),
        "deep": ipywidgets.Checkbox(value=False),
    }
    return Explorer(draw, pairs=pairs, adjust=adjust, **controls)


def opened(book):
    """State -> (words, markup), as `front.js` reads a book."""
    book = json.loads(gzip.decompress(base64.b64decode(book)))
    found = {}
    for state in book["states"]:
        names, page = [c["name"] for c in book["board"]], book["pages"][state["page"]]
        texts = [c["texts"][i] for c, i in zip(book["board"], state["at"], strict=True)]
        markup = "".join(book["lines"][line] for line in page["cut"])
        found[tuple(zip(names, texts, strict=True))] = page["alt"], markup
    return found


def test_every_stored_state_is_what_is_drawn_there():
    explorer = explore()
    for at, (alt, markup) in opened(explorer.flipbook().front.book).items():
        picture = explorer.bring(dict(at)) or explorer.picture
        assert (alt, markup) == (picture.alt, picture.inline)


def test_it_holds_what_each_control_reaches_alone_with_the_ends_and_the_start():
    explorer = explore()
    found = [dict(at) for at in opened(explorer.flipbook().front.book)]
    places = {int(at["k"]) for at in found}
    assert {0, 3, 100} <= places and 20 <= len(places) <= flipbook.ALONE + 1
    assert found[0] == explorer.stops == {"k": "3", "name": "é <b>", "deep": "no"}
    moved = [sum(at[name] != found[0][name] for name in at) for at in found]
    assert max(moved) == 1 and len(found) == len(places) + 2


def test_a_pair_is_moved_together():
    explorer = explore(pairs=[("name", "deep")])
    found = [dict(at) for at in opened(explorer.flipbook().front.book)]
    assert {"k": "3", "name": "two", "deep": "yes"} in found


def test_what_another_control_does_to_the_others_is_stored_with_it():
    explorer = explore(adjust=lambda e: setattr(e.controls["deep"], "value", e.state["k"] > 50))
    for at in map(dict, opened(explorer.flipbook().front.book)):
        assert (at["deep"] == "yes") == (int(at["k"]) > 50)


def test_the_same_book_has_the_same_bytes():
    book = explore().flipbook().front.book
    assert book == explore().flipbook().front.book
    assert base64.b64decode(book)[4:8] == bytes(4)  # gzip's place for the time


def test_pictures_that_share_their_lines_cost_little():
    explorer = explore(most=20)
    whole = sum(len(markup) for _, markup in opened(explorer.flipbook().front.book).values())
    assert len(explorer.front.book) < whole / 2


def test_lines_that_differ_in_a_number_lie_side_by_side_where_compression_finds_them():
    """In the order in which they are drawn each would be far from its like: gzip sees 32 KB."""

    def points(k):
        lines = [f'<circle cx="{x}" cy="{(x * x + k) % 997}" r="{x % 7}"/>' for x in range(2_000)]
        return Picture(f"{k}", markup=f"<svg>{''.join(lines)}</svg>")

    explorer = Explorer(points, k=ipywidgets.IntSlider(0, 0, 9)).flipbook()
    book = json.loads(gzip.decompress(base64.b64decode(explorer.front.book)))
    drawn = dict.fromkeys(line for page in book["pages"] for line in page["cut"])
    as_drawn = book | {"lines": [book["lines"][i] for i in drawn]}
    order = {line: i for i, line in enumerate(drawn)}
    as_drawn["pages"] = [p | {"cut": [order[i] for i in p["cut"]]} for p in book["pages"]]
    assert len(explorer.front.book) < 0.9 * len(flipbook._packed(as_drawn))


def test_a_page_holds_the_picture_and_a_script_that_ends_where_it_should():
    explorer = explore()
    stored = explorer.flipbook()._repr_mimebundle_()["text/html"]
    assert explorer.picture.html in stored and stored.count("</script>") == 1
    name = re.search('data-book="([0-9a-f]{12})"', stored)[1]
    assert f'[data-book="{name}"]' in stored and explorer.front.book in stored


def test_only_where_it_is_asked_for_a_notebook_stores_one(monkeypatch):
    assert "<script" not in explore()._repr_mimebundle_()["text/html"]
    monkeypatch.setenv("GPT_PROBABLY_FLIPBOOKS", "1")
    assert "<script" in explore()._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("broken", ["another state", "another line"])
def test_the_check_above_sees_a_book_with_a_wrong_page(broken, monkeypatch):
    explorer = explore()
    book = json.loads(gzip.decompress(base64.b64decode(explorer.flipbook().front.book)))
    if broken == "another state":
        book["states"][2]["page"] = 0
    else:
        book["lines"][0] += " "
    wrong = opened(base64.b64encode(gzip.compress(json.dumps(book).encode())).decode())
    with pytest.raises(AssertionError):
        for at, (alt, markup) in wrong.items():
            picture = explorer.bring(dict(at)) or explorer.picture
            assert (alt, markup) == (picture.alt, picture.inline)
