"""A listing shows what stands in the file, says where, and hides nothing behind its colours."""

import html
import inspect
import re

import pytest

from helpers.models.attention import CausalSelfAttention, attention_weights
from helpers.models.ngrams import NGrams
from helpers.text import simple_bpe
from helpers.views import listing
from helpers.views.drawing.source import COLOURS, coloured


def words(markup):
    """What a reader sees of some HTML."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


@pytest.mark.parametrize("thing", [attention_weights, CausalSelfAttention, simple_bpe])
def test_the_source_stands_in_it_letter_for_letter(thing):
    source = inspect.getsource(thing).rstrip()
    page = listing(thing)
    assert source in words(page.html) and source in page.text


def test_it_says_the_file_once_for_things_that_stand_side_by_side():
    page = listing(attention_weights, CausalSelfAttention.forward)
    assert page.text.count("# helpers/models/attention.py") == 1
    assert page.html.count("<small>helpers/models/attention.py</small>") == 1
    assert listing(attention_weights, simple_bpe).text.count("# helpers/") == 2


def test_a_method_stands_below_its_class():
    lines = listing(CausalSelfAttention.forward).text.splitlines()
    assert lines[1].startswith("class CausalSelfAttention(") and lines[2] == "    …"
    assert lines[4].startswith("    def forward(")


@pytest.mark.parametrize(
    ("source", "kind", "word"),
    [
        ("x = 1.5e-3", "number", "1.5e-3"),
        ("if x: y", "keyword", "if"),
        ("f('a # b')", "string", "'a # b'"),
        ('"""Two\n# lines."""', "string", '"""Two\n# lines."""'),
        ("a  # why 'so'", "comment", "# why 'so'"),
        (r"'it\'s'", "string", r"'it\'s'"),
    ],
)
def test_each_kind_of_word_has_its_colour(source, kind, word):
    assert f'<span style="color:{COLOURS[kind]}">{html.escape(word, quote=False)}</span>' in (
        coloured(source)
    )


def test_names_that_contain_a_keyword_or_a_number_are_left_alone():
    assert coloured("notify(x2, is_in)") == "notify(x2, is_in)"


def test_markup_in_the_source_stays_text():
    assert "<b>" not in coloured("'<b>' < '<b>'") and words(coloured("a < '<b>'")) == "a < '<b>'"


def test_methods_of_one_class_share_its_first_line():
    shown = words(listing(NGrams.windows, NGrams.losses).html)
    assert shown.count("class NGrams") == 1 and shown.index("def windows") < shown.index("losses")


@pytest.mark.parametrize("thing", [3, print, "text"])
def test_what_stands_in_no_file_is_refused(thing):
    with pytest.raises(ValueError, match="stands in a file.*Try a name of helpers"):
        listing(thing)


def test_an_empty_listing_is_refused():
    with pytest.raises(ValueError, match="Try listing"):
        listing()
