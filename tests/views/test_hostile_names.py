"""Names as people and models give them: dollar signs, control characters, half a character."""

import re
import warnings
from xml.dom import minidom

import pytest
from matplotlib.text import Text

from helpers.views import plots
from helpers.views.drawing import Picture, number, show, svg
from helpers.views.pictures.next_bars import next_character_bars
from helpers.views.pictures.size_card import size_card
from helpers.views.pictures.surprisal_text import surprisal_text
from helpers.views.pictures.token_strip import token_strip
from helpers.views.pictures.vocabulary_bars import vocabulary_bars
from helpers.views.widgets.model_sizes import spell
from helpers.views.widgets.view import View

HALF, CONTROL = "half\ud800", "bell\x07 escape\x1b[0m nul\0"
NAMES = ["$$", "$x", r"$\frac$", "a$b$c", "<b>&amp;\"'", HALF, CONTROL, "none\uffff", "two\nlines"]


def figures(name):
    """Plots with the name in every place a name can have."""
    yield plots.lines([1, 2], {name: [1, 2], "b": [2, 1]}, title=name, xlabel=name, ylabel=name)
    yield plots.bars({name: 1, "b": 2}, title=name, xlabel=name)
    yield plots.heatmap([[1, 2]], rows=[name], columns=[name, "b"], title=name, unit=name)
    yield plots.named_points({name: (1, 2), "b": (2, 1)}, title=name, xlabel=name)
    yield plots.ladder({name: [1, 2], "b": [2, 1]}, floors={name: 1}, title=name)
    yield plots.policies([name, "b"], {name: [0.5, 0.5]}, title=name)
    yield plots.unrolled([name], ["b"], title=name)


def drawn(name):
    """Pictures drawn by hand, with the name in every place."""
    yield size_card(name, {name: 1}, 1, 2, name, [name])
    yield surprisal_text("to be", [1] * 5, title=name)
    yield token_strip([b"to", b" be"], [1, 2], title=name, others={name: 3})
    alt, bars = next_character_bars([name, "b"], [0.5, 0.5], coming=name)
    yield Picture(alt, markup=svg.document(740, 430, bars))
    yield vocabulary_bars([name, "b"], [0.5, 0.5], [0.5, 0.5], heading=name, lines=[name])


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_may_hold_any_character(name):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        for ax in figures(name):
            assert show(ax).html.encode()


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_markup_can_be_read_whatever_a_name_holds(name):
    for picture in drawn(name):
        markup = picture.markup if picture.markup.startswith("<svg") else picture.html
        minidom.parseString(re.sub("<br>|&nbsp;", "", markup).encode())


def test_a_dollar_sign_is_one():
    ax = plots.lines([1, 2], {"a$b$c": [1, 2], "b": [2, 1]}, title="a$b$c")
    show(ax)
    named = [text for text in ax.figure.findobj(Text) if "$" in text.get_text()]
    assert len(named) == 2 and not any(text.get_parse_math() for text in named)


def test_what_xml_cannot_hold_is_one_replacement_character():
    picture = Picture(HALF + CONTROL, markup=svg.document(9, 9, [svg.words(0, 0, HALF + "\x0b")]))
    assert picture.alt == "half�bell� escape�[0m nul�" and "half��<" in picture.markup


def test_an_error_about_half_a_character_is_shown():
    view = View()
    with pytest.raises(ValueError), view.alarmed():
        raise ValueError(HALF)
    assert "half�" in view.value


@pytest.mark.parametrize(
    ("value", "written"),
    [(999.7, "1,000"), (-999.7, "-1,000"), (999.4, "999"), (999.5, "1,000"), (99.96, "100")],
)
def test_a_number_is_rounded_before_its_form_is_chosen(value, written):
    assert number(value) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(3599.9, "1 hour"), (3597.6, "1 hour"), (3590, "59.8 minutes"), (3600, "1 hour"),
     (60, "1 minute"), (1, "1 second"),
     (86_399.9, "1 day"), (5400, "1.5 hours"), (0.5, "0.5 seconds"), (0, "0 seconds"),
     (365.25 * 86_400, "1 year"), (1e12, "31,688 years")],
)  # fmt: skip
def test_a_time_is_one_of_its_unit_or_several(seconds, written):
    assert spell(seconds) == written
