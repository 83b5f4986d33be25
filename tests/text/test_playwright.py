"""The Playwright's text follows its rules, and says everything as often as they say."""

import math
import re
from collections import Counter

import numpy as np
import pytest

from helpers.text import playwright
from helpers.text.playwright import slots
from tests.text.parsing import KINDS

# The text


def test_the_same_seed_writes_the_same_text_and_another_one_does_not():
    assert playwright.write(5_000, seed=3) == playwright.write(5_000, seed=3)
    assert playwright.write(5_000, seed=3) != playwright.write(5_000, seed=4)


def test_a_longer_text_continues_a_shorter_one():
    assert playwright.write(9_000, seed=3).startswith(playwright.write(4_000, seed=3))


@pytest.mark.parametrize("n_chars", [1, 350, 5_000])
def test_a_text_is_the_fewest_whole_scenes_that_are_long_enough(n_chars):
    text = playwright.write(n_chars, seed=5)
    *scenes, last, rest = text.split("Exeunt.\n\n")
    assert rest == "" and last
    assert len(text) >= n_chars
    assert len("Exeunt.\n\n".join([*scenes, ""])) < n_chars


@pytest.mark.parametrize("n_chars", [0, -5, 2.5, "1000"])
def test_an_impossible_length_is_refused(n_chars):
    with pytest.raises(ValueError, match=f"whole number ≥ 1; got {re.escape(repr(n_chars))}"):
        playwright.write(n_chars, seed=0)


def test_the_characters_are_those_of_a_long_text(text):
    assert playwright.characters() == "".join(sorted(set(text)))


def test_only_the_cast_speaks_and_is_spoken_to(scenes):
    for scene in scenes:
        for e in scene.exchanges:
            assert {e.speaker, e.answerer} <= set(scene.cast)
            assert e.words.get("other", e.answerer) == e.answerer != e.speaker


def test_who_has_just_answered_or_entered_first_does_not_speak_next(scenes):
    for scene in scenes:
        silent = [scene.cast[0], *(e.answerer for e in scene.exchanges)]
        assert all(e.speaker != s for e, s in zip(scene.exchanges, silent, strict=False))


def test_the_three_of_a_cast_are_different(scenes):
    assert all(len(set(scene.cast)) == 3 for scene in scenes)


def test_the_answer_to_a_sum_is_right(exchanges):
    number = {name: i for i, name in enumerate(slots.NUMERALS, start=1)}
    sums = [e.words for e in exchanges if e.kind == "sum"]
    assert sums
    for said in sums:
        one, other = said["pair"].lower().split(" and ")
        assert number[one] + number[other] == number[said["total"].lower()]


def test_the_lines_of_a_couplet_rhyme_without_repeating_a_word(lines):
    for first, second in zip(lines[::2], lines[1::2], strict=True):
        assert first["end"] != second["end"]
        assert sum({first["end"], second["end"]} <= set(group) for group in slots.RHYMES) == 1


def test_the_last_rhyme_is_praised(exchanges):
    for e in exchanges:
        if e.kind == "couplet":
            *_, first, second = re.split("[,;]\n", e.words["lines"])
            assert e.words["rhymes"] == f"{first.split()[-1]} and {second.split()[-1]}"


def test_noun_and_verb_agree_with_the_first_word_of_the_line(lines):
    for line in lines:
        one = line["start"].lower() in slots.ONE_STARTS
        assert line["noun"] in (slots.NOUNS if one else slots.MANY)
        assert line["verb"].removesuffix("s" if one else "") in slots.VERBS


def test_a_lament_agrees_with_its_subject_and_not_with_the_nearer_owner(exchanges):
    for said in (e.words for e in exchanges if e.kind == "lament"):
        one = said["that"] == "that"
        assert said["subject"] in (slots.NOUNS if one else slots.MANY)
        assert said["owner"] in (slots.MANY if one else slots.NOUNS)
        assert (said["was"], said["they"]) == (("was", "it") if one else ("were", "they"))
        assert said["again"].lower() == said["was"]


# How often


def within_4_standard_errors(count, n, p):
    return abs(count - n * p) <= 4 * math.sqrt(n * p * (1 - p))


def drawn_words(scenes, exchanges, lines):
    """Every word with the slot it was drawn for."""
    for scene in scenes:
        yield from scene.header.items()
    for e in exchanges:
        yield from e.words.items()
        yield from (("sa", syllable) for syllable in re.findall("..", e.words.get("charm", "")))
    for i, line in enumerate(lines):
        yield from line.groupdict().items()
        yield "adjective", line["adjective2"]
        yield ("echo" if i % 2 else "rhyme"), line["end"]


def test_every_word_of_every_slot_comes_as_often_as_its_probability_says(scenes, exchanges, lines):
    found, grammar_slots, checked = {}, slots.slots(), Counter()
    for name, word in drawn_words(scenes, exchanges, lines):
        found.setdefault(name, Counter())[word.lower()] += 1
    for name in found.keys() & grammar_slots.keys() - {"other"}:  # "other" depends on the cast
        counts = found[name]
        marginal = {word.lower(): p for word, p in grammar_slots[name].marginal.items()}
        assert counts.keys() <= marginal.keys()
        for word, p in marginal.items():
            if p * (n := counts.total()) >= 20:  # enough for the normal approximation
                assert within_4_standard_errors(counts[word], n, p), (name, word)
                checked[name] += 1
    assert len(checked) == 24 and checked.total() >= 500


def test_every_kind_of_exchange_comes_as_often_as_its_probability_says(exchanges):
    counts = Counter(e.kind for e in exchanges)
    assert counts.keys() == KINDS.keys() == playwright.SPEECHES.keys()
    for kind, p in playwright.SPEECHES.items():
        assert within_4_standard_errors(counts[kind], len(exchanges), p), kind


def test_every_exchange_is_the_last_with_the_same_probability(scenes, exchanges):
    assert within_4_standard_errors(len(scenes), len(exchanges), playwright.LAST_EXCHANGE)


def test_every_couplet_is_followed_by_another_with_the_same_probability(exchanges, lines):
    n_speeches, n_couplets = sum(e.kind == "couplet" for e in exchanges), len(lines) // 2
    more = n_couplets - n_speeches
    assert within_4_standard_errors(more, n_couplets, playwright.ANOTHER_COUPLET)


def test_either_of_two_who_may_speak_does_so_half_the_time(scenes, exchanges):
    earlier = 0
    for scene in scenes:
        silent = [scene.cast[0], *(e.answerer for e in scene.exchanges)]
        for e, not_this in zip(scene.exchanges, silent, strict=False):
            earlier += e.speaker == next(name for name in scene.cast if name != not_this)
    assert within_4_standard_errors(earlier, len(exchanges), 1 / 2)


def test_a_seed_of_numpy_is_as_good_and_no_other_thing_is_one():
    assert playwright.write(500, np.int64(3)) == playwright.write(500, 3)
    with pytest.raises(ValueError, match="seed must be a whole number ≥ 0; got 1.5"):
        playwright.write(500, 1.5)
