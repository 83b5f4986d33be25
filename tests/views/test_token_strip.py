"""Text cut into tokens: nothing is lost, cuts and numbers are where they belong."""

import html
import re

import pytest

from helpers.text.bpe import BPETokenizer
from helpers.text.tokenizers import CharTokenizer
from helpers.views.pictures.token_strip import SHOWN, token_strip
from helpers.views.widgets import tokenizer_explorer

TEXT = "low lower <b> lowest é"
OURS = BPETokenizer.train("low lower lowest", 260)


def shown(picture):
    """The text of the strip, without its markup."""
    strip = re.search(r"<pre[^>]*>(.*?)</pre>", picture.markup, re.DOTALL).group(1)
    return html.unescape(re.sub(r"<[^>]+>", "", strip))


def titles(picture):
    return [html.unescape(title) for title in re.findall(r'title="([^"]*)"', picture.markup)]


def test_every_token_stands_in_its_own_box_with_its_number():
    picture = token_strip([b"lo", b"w", b"\n", b"<b>"], [256, 119, 10, 300])
    assert titles(picture) == ["256: 'lo'", "119: 'w'", "10: '\\n'", "300: '<b>'"]
    assert shown(picture) == "low↵\n<b>"


def test_a_part_of_a_character_shows_its_byte():
    picture = token_strip(["é".encode()[:1], "é".encode()[1:]], [195, 169])
    assert shown(picture) == "\\xc3\\xa9"
    assert "1 characters in 2 tokens, 0.50 each" in picture.alt


def test_neighbours_differ_in_colour():
    colours = re.findall(r"rgba\(([\d,]+),\.28\)", token_strip([b"a"] * 9, [1] * 9).markup)
    assert len(colours) == 9
    assert all(a != b for a, b in zip(colours, colours[1:], strict=False))


def test_the_bars_are_as_long_as_the_counts_say():
    markup = token_strip([b"a"] * 50, [1] * 50, "ours", {"characters": 200}).markup
    assert re.findall(r"width:(\d+)px", markup)[-2:] == ["75", "300"]
    assert ">50<" in markup and ">200<" in markup


def test_a_long_text_is_cut_and_says_so():
    picture = token_strip([b"a"] * (SHOWN + 5), [1] * (SHOWN + 5))
    assert len(titles(picture)) == SHOWN and "and 5 more" in picture.markup


@pytest.mark.parametrize(("tokens", "ids"), [([], []), ([b"a"], [1, 2])])
def test_nothing_to_show_is_refused(tokens, ids):
    with pytest.raises(ValueError, match="at least one token and one id for each.*Type some text"):
        token_strip(tokens, ids)


def test_the_slider_stops_the_training_earlier():
    explorer = tokenizer_explorer(OURS, TEXT)
    for merges in explorer.controls["merges"].options:
        explorer.controls["merges"].value = merges
        count = len(OURS.first(256 + merges).encode(TEXT))
        assert (
            f"{merges:,} merges: {len(TEXT)} characters in {count} tokens" in explorer.picture.alt
        )
    assert explorer.controls["merges"].options[-1] == 4


def test_characters_and_published_tokenizers_can_be_chosen():
    published = {"of four letters": CharLike()}
    explorer = tokenizer_explorer(OURS, TEXT, published)
    explorer.controls["tokenizer"].value = "characters"
    assert f"{len(TEXT)} characters in {len(TEXT)} tokens" in explorer.picture.alt
    explorer.controls["tokenizer"].value = "of four letters"
    assert "of four letters: 22 characters in 6 tokens, 3.67 each" in explorer.picture.alt
    assert "characters" in explorer.picture.markup and "4 merges" in explorer.picture.markup


class CharLike:
    """A tokenizer that cuts after every four letters."""

    def encode(self, text):
        return list(range(0, len(text), 4))

    def token_bytes(self, ids):
        return [TEXT[i : i + 4].encode() for i in ids]


def test_an_empty_text_is_one_clear_error_and_the_next_text_works():
    explorer = tokenizer_explorer(OURS, TEXT)
    with pytest.raises(ValueError, match="at least one character"):
        explorer.controls["text"].value = ""
    assert "at least one character" in explorer.front.scene["alarm"]
    explorer.controls["text"].value = "slow"
    assert "4 characters in 2 tokens" in explorer.picture.alt


def test_without_merges_every_byte_is_a_token():
    explorer = tokenizer_explorer(OURS, "Нет, Zoë!")
    explorer.controls["merges"].value = 0
    assert "0 merges: 9 characters in 13 tokens" in explorer.picture.alt  # 3 · 2 and ë's 2


def test_the_sweep_reaches_every_kind_of_cut():
    lines = tokenizer_explorer(OURS, TEXT, {"x": CharTokenizerLike()}).sweep()
    assert any("tokenizer = 'x'" in line for line in lines)
    assert any("0 merges" in line for line in lines)


class CharTokenizerLike(CharTokenizer):
    def __init__(self):
        super().__init__(TEXT)

    def token_bytes(self, ids):
        return [self.characters[i].encode() for i in ids]
