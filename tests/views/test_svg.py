"""SVG by hand: valid XML whatever the words, sharp cells, text as wide as it says."""

import base64

import numpy as np
import pytest

from helpers.views.drawing import svg
from helpers.views.drawing.picture import Picture
from tests.views.svg_seen import cells, said, shapes


def test_a_document_is_white_and_as_large_as_it_says():
    (sheet,) = shapes(svg.document(30, 20, []), "rect")
    assert sheet.get("fill") == "white"
    assert (sheet.get("width"), sheet.get("height")) == ("30.00", "20.00")


@pytest.mark.parametrize("words", ["<b> & \"c\" 'd'", "  two blanks", "中 ↵ é"])
def test_words_stay_as_they_are(words):
    markup = svg.document(9, 9, [svg.words(1, 2, words), svg.mono(1, 2, words)])
    assert said(markup) == [words, words]
    assert Picture("words", markup=markup).html.startswith("<img alt=")


def test_monospaced_text_has_the_width_of_its_characters():
    (text,) = shapes(svg.document(9, 9, [svg.mono(0, 0, "four", 10)]), "text")
    assert float(text.get("textLength")) == pytest.approx(4 * svg.MONO_ADVANCE * 10, abs=0.01)


def test_upright_text_turns_around_its_own_beginning():
    (text,) = shapes(svg.document(9, 9, [svg.upright(3, 4, "four", 10)]), "text")
    assert text.get("transform") == "rotate(-90 3.00 4.00)"


def test_pixels_are_the_colours_given_and_are_not_smoothed():
    colours = np.arange(24).reshape(2, 4, 3) * 10
    (image,) = shapes(svg.document(9, 9, [svg.pixels(0, 0, 80, 40, colours)]), "image")
    assert (cells(image) == colours).all()
    assert image.get("style") == "image-rendering:pixelated"
    assert image.get("preserveAspectRatio") == "none"


@pytest.mark.parametrize("many", [2, 255, 256, 257, 3000])
def test_a_palette_changes_no_colour_and_saves_where_colours_are_few(many):
    n = np.arange(many)
    own = np.stack([n % 256, (7 * n + n // 256) % 256, 255 - n % 256], 1)
    colours = own[np.arange(120 * 120) * 31 % many].reshape(120, 120, 3)
    (image,) = shapes(svg.document(9, 9, [svg.pixels(0, 0, 80, 40, colours)]), "image")
    assert (cells(image) == colours).all()
    data = base64.b64decode(next(v for k, v in image.items() if "href" in k).split(",")[1])
    assert (b"PLTE" in data) == (many <= 256)
