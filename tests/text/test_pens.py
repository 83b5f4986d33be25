"""Writing and reading with a grammar small enough to follow by hand."""

import math
from collections import Counter

import pytest

from helpers.text.playwright.grammar import Grammar, Options, Passage, word
from helpers.text.playwright.pens import Unwritable, Writer, read


@pytest.fixture
def grammar():
    """A scene is "day" or "night" and a full stop, or a comma and another of them."""
    slots = {"when": word(Options({"day": 0.75, "night": 0.25}))}
    passages = {
        "first": Passage("[When]", {"more": 0.5, "end": 0.5}),
        "more": Passage(", [when]", {"more": 0.5, "end": 0.5}),
        "end": Passage(". ", {}),
    }
    return Grammar(slots, passages, "first")


def written(grammar, seed, n_scenes=1):
    pen = Writer(seed)
    for _ in range(n_scenes):
        grammar.scene(pen)
    return pen


def test_a_writer_knows_how_much_it_has_written(grammar):
    pen = written(grammar, seed=1, n_scenes=20)
    assert pen.length == len("".join(pen.pieces)) > 0


def test_the_same_seed_writes_the_same_and_another_one_does_not(grammar):
    one, same, other = (written(grammar, seed, 20).pieces for seed in (1, 1, 2))
    assert one == same != other


def test_draws_come_with_their_probabilities():
    n, p = 20_000, 0.75
    pen, options = Writer(0), Options({"day": p, "night": 1 - p})
    days = Counter(pen.choose(options) for _ in range(n))["day"]
    assert abs(days - n * p) < 4 * math.sqrt(n * p * (1 - p))


def test_the_bits_of_a_text_are_those_of_its_choices(grammar):
    bits, _ = read(grammar, "Day, night. ")
    # Day 3/4; "," 1/2; night 1/4; "." 1/2, each paid at its first character, the rest is free.
    log = math.log2
    expected = {0: -log(3 / 4), 3: 1, 5: 2, 10: 1}
    assert bits == pytest.approx([expected.get(i, 0) for i in range(12)])


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("", {"D": 0.75, "N": 0.25}),
        ("D", {"a": 1.0}),
        ("Day", {",": 0.5, ".": 0.5}),
        ("Day,", {" ": 1.0}),
        ("Day, ", {"d": 0.75, "n": 0.25}),
        ("Day.", {" ": 1.0}),
        ("Day. ", {"D": 0.75, "N": 0.25}),
    ],
)
def test_the_next_character_is_known_wherever_the_text_stops(grammar, text, following):
    bits, found = read(grammar, text)
    assert found == pytest.approx(following)
    assert len(bits) == len(text)


@pytest.mark.parametrize(
    ("text", "position"),
    [("Dusk", 1), ("day", 0), ("Day!", 3), ("Day, dark", 7), ("Day.  ", 5), ("Day. night", 5)],
)
def test_the_first_impossible_character_is_named(grammar, text, position):
    with pytest.raises(Unwritable, match=f"at position {position}, ") as error:
        read(grammar, text)
    assert error.value.position == position
    assert repr(text[position]) in str(error.value)


def test_a_refusal_says_what_was_possible(grammar):
    with pytest.raises(ValueError, match="Possible there: ',' '.'"):
        read(grammar, "Day!")


def test_what_was_written_is_read_back_and_costs_what_its_choices_cost(grammar):
    class Accountant(Writer):
        """A writer that keeps the bits of everything it chose."""

        bits = 0.0

        def choose(self, options):
            string = super().choose(options)
            self.bits -= math.log2(options.probs[string])
            return string

    pen = Accountant(3)
    for _ in range(50):
        grammar.scene(pen)
    assert sum(read(grammar, "".join(pen.pieces))[0]) == pytest.approx(pen.bits)
