"""Text coloured by expert: everything is said in words, and what does not fit is refused."""

import re

import pytest

from helpers.views.pictures.routed_text import NOBODY, TINTS, routed_text

TOKENS = list("to be\nor")
EXPERTS = [0, 1, 2, 0, 1, 2, 0, NOBODY]
KEPT = [True, True, False, True, True, True, False, False]
LOADS = {"asked": [3, 2, 2, 0], "taken": [2, 2, 1, 0]}


def picture(**changes):
    given = {"tokens": TOKENS, "experts": EXPERTS, "kept": KEPT, "loads": LOADS} | changes
    return routed_text(**given, title="Layer 1", measures={"balance loss": "1.02"})


def cells(markup):
    """(token, digit) of every cell, in order."""
    return re.findall(r"line-height:14px[^>]*>([^<]*)</span><br><span[^>]*>([^<]*)<", markup)


def test_every_token_stands_over_its_expert_a_cross_or_a_dot():
    assert cells(picture().markup) == list(zip("to␣be↵or", "01×012×·", strict=True))


def test_a_tokens_colour_is_its_experts_and_a_dropped_one_has_none():
    body = picture().markup
    first, rest = body.index(TINTS[0]), body[body.index("line-height:1") :]
    assert first < body.index(TINTS[1]) and "dashed" in rest
    kept_only = picture(kept=[True] * 8, experts=[0] * 8).markup
    assert kept_only.split("</div>")[0].count(TINTS[0]) == 8
    assert "dashed" not in kept_only.split("</div>")[0]


def test_words_are_not_broken_and_lines_end_where_the_text_ends_them():
    text = picture().markup.split("</div>")[0]
    assert text.count("white-space:nowrap") == 3  # "to ", "be↵", "or"
    assert (
        text.count("</span><br></span>") == 0 and text.count('</span><br><span style="white') == 1
    )


def test_a_blank_line_stands_beside_the_line_it_follows():
    tokens = list("be\n\nor\n")
    loads = {"asked": [7, 0], "taken": [7, 0]}
    text = routed_text(tokens, [0] * 7, [True] * 7, loads).markup.split("</div>")[0]
    assert text.count("<br></span>") == 0 and text.count("</span><br>") - 7 == 2  # two line ends
    assert [token for token, _ in cells(text)] == ["b", "e", "↵", "↵", "o", "r", "↵"]


def test_bars_are_as_long_as_the_loads():
    table = picture().markup.split("<table")[1]
    rows = re.findall(r"<tr>(.*?)</tr>", table)
    widths = [list(map(int, re.findall(r"width:(\d+)px", row))) for row in rows]
    # 260 pixels for the largest load, 3: even share 7/4, then taken and dropped of each expert
    assert widths == [[152], [173, 87], [173], [87, 87], []]
    assert "2 of 3" in rows[1] and ">2<" in rows[2] and ">0<" in rows[4]


def test_the_description_says_what_the_colours_say():
    alt = picture().alt
    assert alt.startswith("Layer 1. 8 tokens, 4 experts. balance loss 1.02; 2 of 7 choices dropped")
    assert "Load by expert: 0 43%, 1 29%, 2 29%, 3 0%." in alt
    assert "0 mostly t, b and o" in alt and "2 mostly space and newline" in alt
    assert "3 mostly" not in alt


def test_markup_in_a_text_is_shown_and_not_obeyed():
    one = {"experts": [0], "kept": [True], "loads": {"asked": [1], "taken": [1]}}
    markup = picture(tokens=["<b>"], **one).markup
    assert "&lt;b&gt;" in markup and "<b>Layer 1</b>" in markup


def test_an_expert_that_nobody_asks_first_has_a_bar_and_no_tokens():
    shown = picture(experts=[0] * 8, kept=[True] * 8)
    assert "1 mostly" not in shown.alt and "expert 1" in shown.markup


@pytest.mark.parametrize(
    "changes",
    [
        {"experts": [0]},
        {"kept": [True]},
        {"experts": [*EXPERTS[:-1], 4]},
        {"experts": [*EXPERTS[:-1], -2]},
        {"loads": {"asked": [1, 2, 3, 4], "taken": [1]}},
        {"tokens": [], "experts": [], "kept": []},
    ],
)
def test_what_does_not_fit_together_is_refused(changes):
    with pytest.raises(ValueError, match="Every token needs an expert below 4 and a word whether"):
        picture(**changes)
