"""Exchanges: for every character, what is going on."""

from collections import Counter

import pytest

from helpers.text import playwright
from helpers.text.playwright.exchanges import KINDS, exchanges, passages

SCENE = (
    "A graveyard. Enter Ajax, Beatrix and Kent.\n\n"
    "KENT:\nWell met, Ajax.\n\nAJAX:\nWell met, Kent.\n\n"
    "BEATRIX:\nOne and two bones: how many, Kent?\n\nKENT:\nThree bones, Beatrix.\n\nExeunt.\n\n"
)


def runs(labels):
    """A list of labels without repeats, with the number of characters each holds."""
    found = []
    for label in labels:
        if found and found[-1][0] == label:
            found[-1][1] += 1
        else:
            found.append([label, 1])
    return [tuple(run) for run in found]


def test_a_scene_by_hand():
    greet = len("KENT:\nWell met, Ajax.\n\nAJAX:\nWell met, Kent.\n\n")
    total = len("BEATRIX:\nOne and two bones: how many, Kent?\n\nKENT:\nThree bones, Beatrix.\n\n")
    heading = SCENE.index("KENT:")
    expected = [("enter", heading), ("greet", greet), ("sum", total), ("exeunt", 9)]
    assert runs(exchanges(SCENE)) == expected
    assert runs(passages(SCENE))[1:3] == [("turn", 6), ("greet", greet - 6)]


def test_a_couplet_its_continuation_and_its_praise_are_one_exchange():
    text = playwright.write(20_000, seed=3)
    kinds, names = exchanges(text), passages(text)
    assert {k for k, n in zip(kinds, names, strict=True) if n in ("more", "praise")} == {"couplet"}
    assert len(kinds) == len(names) == len(text) and set(kinds) == set(KINDS)


def test_a_name_belongs_to_the_exchange_that_it_opens():
    text = playwright.write(20_000, seed=4)
    kinds, names = exchanges(text), passages(text)
    for i in range(len(text) - 1):
        if names[i] == "turn":
            assert kinds[i] == kinds[i + 1] not in ("enter", "exeunt", "turn")


def test_exchanges_are_as_frequent_as_the_grammar_says():
    text = playwright.write(300_000, seed=5)
    begun = Counter(name for name, _ in runs(passages(text)))
    total = sum(begun[kind] for kind in playwright.SPEECHES)
    for kind, p in playwright.SPEECHES.items():
        assert abs(begun[kind] / total - p) < 4 * (p * (1 - p) / total) ** 0.5


@pytest.mark.parametrize("text", [SCENE[:-1], SCENE + "A", "", "KENT:\n"])
def test_a_text_that_stops_within_a_scene_is_refused(text):
    with pytest.raises(ValueError, match="must be whole scenes"):
        exchanges(text)


def test_a_text_by_somebody_else_is_refused_with_the_position():
    with pytest.raises(ValueError, match="at position 1, after .T., it has .o."):
        exchanges("To be. Exeunt.\n\n")
