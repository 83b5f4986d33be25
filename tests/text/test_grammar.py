"""The grammar's parts: options a reader can tell apart, slots that look at others, templates."""

import math

import pytest

from helpers.text.playwright.grammar import Grammar, Options, Part, Passage, given, word
from helpers.text.playwright.pens import Writer, read

COIN = {"heads": 0.75, "tails": 0.25}


def test_an_option_that_begins_another_is_refused():
    with pytest.raises(ValueError, match="'sea' and 'season'"):
        Options({"sea": 0.5, "tree": 0.25, "season": 0.25})


def test_an_empty_option_begins_every_other_and_is_refused():
    with pytest.raises(ValueError, match="No option may begin another"):
        Options({"": 0.5, "sea": 0.5})


def test_probabilities_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ValueError, match="must sum to 1; got a sum of 0.75"):
        Options({"sea": 0.5, "tree": 0.25})


def test_the_entropy_of_options_is_in_bits():
    # 1/2 · 1 + 1/4 · 2 + 1/4 · 2
    assert Options({"a": 0.5, "b": 0.25, "c": 0.25}).entropy == pytest.approx(1.5)


def test_the_bits_of_a_string_tell_where_it_was_decided():
    # sea and sun share the s: P(s) = 3/4, P(e | s) = 2/3, then the a is certain.
    options = Options({"sea": 0.5, "sun": 0.25, "moon": 0.25})
    expected = [-math.log2(3 / 4), -math.log2(2 / 3), 0.0]
    assert options.bits("sea") == pytest.approx(expected)
    assert sum(options.bits("sea")) == pytest.approx(1.0)  # -log2 1/2


def test_the_character_after_a_beginning_has_its_exact_probability():
    options = Options({"sea": 0.5, "sun": 0.25, "moon": 0.25})
    assert options.following("") == pytest.approx({"s": 0.75, "m": 0.25})
    assert options.following("s") == pytest.approx({"e": 2 / 3, "u": 1 / 3})
    assert options.chance("x") == 0


def test_many_small_probabilities_are_added_without_error():
    # Ten times 0.1, added one after the other, are 0.9999999999999999 (before Python 3.12).
    options = Options({f"{a}{b}": 0.1 for a in "xy" for b in "abcde"})
    assert options.chance("") == 1.0 and options.bits("xa")[0] == 1.0
    assert options.following("") == {"x": 0.5, "y": 0.5}


def test_the_option_that_stands_in_a_text_is_found_at_its_place_only():
    options = Options(COIN)
    assert options.read("no tails", 3) == "tails"
    assert options.read("no tails", 2) is None


def test_a_slot_that_depends_on_another_mixes_its_tables():
    coin = word(Options(COIN))
    tables = {"heads": Options({"up": 1.0}), "tails": Options({"up": 0.5, "down": 0.5})}
    slot = given("coin", coin, tables.get)
    assert slot.options({"coin": "tails"}) is tables["tails"]
    # up: 3/4 · 1 + 1/4 · 1/2 = 7/8; one bit is drawn only after tails.
    assert slot.marginal == pytest.approx({"up": 7 / 8, "down": 1 / 8})
    assert slot.entropy == pytest.approx(1 / 4)


@pytest.mark.parametrize(
    ("style", "written"), [("lower", "what news"), ("title", "What news"), ("upper", "WHAT NEWS")]
)
def test_the_case_of_a_word_can_be_undone(style, written):
    part = Part(slot="cry", style=style)
    assert part.case("what news") == written
    assert part.uncased(written) == "what news"


def test_a_template_is_cut_into_text_draws_and_repeats():
    parts = Passage("By [sa], {Speaker}[OTHER]!", {}).parts()
    assert parts == [
        Part(text="By "),
        Part(slot="sa", draws=True, style="lower"),
        Part(text=", "),
        Part(slot="speaker", draws=False, style="title"),
        Part(slot="other", draws=True, style="upper"),
        Part(text="!"),
    ]


def test_passages_that_begin_alike_cannot_follow_one_passage():
    passages = {
        "start": Passage("Now: ", {"sea": 0.5, "season": 0.5}),
        "sea": Passage("sea.", {}),
        "season": Passage("sea", {}),
    }
    with pytest.raises(ValueError, match="No option may begin another"):
        for seed in range(3):
            Grammar({}, passages, "start").scene(Writer(seed))


def test_a_slot_that_opens_a_passage_may_be_repeated_in_it():
    slots = {"coin": word(Options(COIN))}
    grammar = Grammar(slots, {"toss": Passage("[Coin], {COIN}; ", {})}, "toss")
    bits, following = read(grammar, "Heads, HEADS; Tails, T")
    assert sum(bits) == pytest.approx(-math.log2(3 / 4 * 1 / 4))
    assert following == {"A": 1.0}
