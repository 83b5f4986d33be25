"""Expectations over a grammar, against one whose scenes can be listed with their probabilities."""

import math
from collections import Counter

import pytest

from helpers.text.playwright import expectation
from helpers.text.playwright.grammar import Grammar, Options, Passage, given, word
from helpers.text.playwright.pens import Writer, read

# The pet is cat 3/4 or dog 1/4; a cat mews, a dog barks or growls; half the scenes go on.
SCENES = {
    "Cat mews!": 3 / 4 * 1 / 2,
    "Cat mews and cat sleeps.": 3 / 4 * 1 / 2,
    "Dog barks!": 1 / 4 * 1 / 2 * 1 / 2,
    "Dog barks and dog sleeps.": 1 / 4 * 1 / 2 * 1 / 2,
    "Dog growls!": 1 / 4 * 1 / 2 * 1 / 2,
    "Dog growls and dog sleeps.": 1 / 4 * 1 / 2 * 1 / 2,
}


@pytest.fixture
def grammar():
    pet = word(Options({"cat": 3 / 4, "dog": 1 / 4}))
    sounds = {"cat": Options({"mews": 1.0}), "dog": Options({"barks": 0.5, "growls": 0.5})}
    passages = {
        "sing": Passage("[Pet] [sound]", {"short": 0.5, "long": 0.5}),
        "short": Passage("!", {}),
        "long": Passage(" and {pet} sleeps.", {}),
    }
    return Grammar({"pet": pet, "sound": given("pet", pet, sounds.get)}, passages, "sing")


@pytest.fixture
def chain():
    """A scene of n letters a and an x with probability 3/10 · (7/10)^n."""
    on = {"again": 0.7, "end": 0.3}
    passages = {"start": Passage("(", on), "again": Passage("a", on), "end": Passage("x", {})}
    return Grammar({}, passages, "start")


def listed_pairs():
    """Expected pairs per scene, from the list: those inside, and the joint between two scenes."""
    pairs = Counter()
    for scene, p in SCENES.items():
        for a, b in zip(scene, scene[1:], strict=False):
            pairs[a + b] += p
        for following, q in SCENES.items():
            pairs[scene[-1] + following[0]] += p * q
    return pairs


def entropy_of_list():
    return -sum(p * math.log2(p) for p in SCENES.values())


def test_the_listed_scenes_are_all_there_are():
    assert sum(SCENES.values()) == 1


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_read_with_its_listed_probability(grammar, scene):
    assert 2 ** -sum(read(grammar, scene)[0]) == pytest.approx(SCENES[scene])


@pytest.mark.parametrize("scene", SCENES)
def test_every_beginning_has_the_probability_of_all_scenes_that_begin_so(grammar, scene):
    for cut in range(len(scene) + 1):
        mass = sum(p for s, p in SCENES.items() if s.startswith(scene[:cut]))
        assert 2 ** -sum(read(grammar, scene[:cut])[0]) == pytest.approx(mass)


def test_only_listed_scenes_are_written(grammar):
    pens = [Writer(seed) for seed in range(200)]
    for pen in pens:
        grammar.scene(pen)
    assert {"".join(pen.pieces) for pen in pens} == set(SCENES)


def test_the_entropy_of_a_scene_is_that_of_the_list(grammar):
    assert expectation.scene_entropy(grammar) == pytest.approx(entropy_of_list())


def test_pairs_of_characters_are_counted_as_in_the_list(grammar):
    assert expectation.pair_counts(grammar) == pytest.approx(listed_pairs())


def test_characters_are_counted_as_in_the_list(grammar):
    listed = Counter()
    for scene, p in SCENES.items():
        for character in scene:
            listed[character] += p
    counts = expectation.character_counts(expectation.pair_counts(grammar))
    assert counts == pytest.approx(listed)


def test_pairs_are_as_many_as_characters(grammar):
    mean_length = sum(p * len(scene) for scene, p in SCENES.items())
    assert sum(expectation.pair_counts(grammar).values()) == pytest.approx(mean_length)


def test_a_loop_is_visited_as_often_as_its_geometric_series_says(chain):
    # 7/10 + (7/10)² + … = 7/3
    assert expectation.visits(chain) == pytest.approx({"start": 1.0, "again": 7 / 3, "end": 1.0})


def test_the_entropy_of_a_loop_is_that_of_its_geometric_distribution(chain):
    # n + 1 choices with H(7/10) each, n = 7/3 on average.
    one_choice = -0.7 * math.log2(0.7) - 0.3 * math.log2(0.3)
    assert expectation.scene_entropy(chain) == pytest.approx(10 / 3 * one_choice)


def test_the_pairs_of_a_loop_are_those_of_its_series(chain):
    # "(a" and "(x" once, by the first choice; "aa" follows 7/10 of the 7/3 letters a.
    expected = {"(a": 0.7, "(x": 0.3, "aa": 0.7 * 7 / 3, "ax": 0.3 * 7 / 3, "x(": 1.0}
    assert expectation.pair_counts(chain) == pytest.approx(expected)


def test_the_entropy_of_equal_counts_is_a_logarithm_to_the_last_digit():
    assert expectation.entropy_of(Counter("abcdefghijk")) == math.log2(11)


def test_the_entropy_of_counts_does_not_depend_on_their_sum():
    # Half, quarter, quarter: 1/2 · 1 + 1/4 · 2 + 1/4 · 2 bits.
    for scale in (1, 10):
        counts = Counter({"a": 2 * scale, "b": scale, "c": scale})
        assert expectation.entropy_of(counts) == pytest.approx(1.5)
