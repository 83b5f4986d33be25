"""judged_text: coloured while the truth can follow, red where it cannot, pale behind."""

import html
import re

import pytest

from helpers.views.pictures.judged_text import RED, judged_text


def words(markup):
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def test_the_first_impossible_character_is_red_and_what_follows_is_pale():
    markup = judged_text({"greedy": ("abXcd", [0, 9])}).markup
    (red,) = re.findall(rf"{RED};color:white[^>]*>(.)<", markup)
    (pale,) = re.findall(r'opacity:\.5">([^<↵]+)<', markup)
    assert (red, pale) == ("X", "cd")


def test_a_text_without_a_mistake_has_no_red():
    picture = judged_text({"drawn": ("a\nb", [1, 0, 2])})
    assert RED not in picture.markup and "no mistake" in picture.alt


def test_no_character_is_lost():
    (strip,) = re.findall(
        r"<pre[^>]*>(.*?)</pre>", judged_text({"": ("a<\n\n&b", [1])}).markup, re.S
    )
    assert words(strip).replace("↵", "") == "a<\n\n&b"


def test_the_description_says_how_far_each_text_came():
    alt = judged_text({"cold": ("ab", [1, 1]), "hot": ("abc", [2])}, title="Two").alt
    assert alt == (
        "Two. cold: 2 bits for 2 characters, no mistake. "
        "hot: 2 bits for 1 character, then 'b', which is impossible."
    )


@pytest.mark.parametrize("bits", [[1, 1, 1], [-1, 0], [[1]]])
def test_it_refuses_bits_that_do_not_fit_the_text(bits):
    with pytest.raises(ValueError, match="at most 2 numbers of bits"):
        judged_text({"": ("ab", bits)})


def test_it_refuses_nothing():
    with pytest.raises(ValueError, match="must be a text"):
        judged_text({})
