"""states: what is decided at each character agrees with the grammar and with the words."""

import pytest

from helpers.text import playwright
from helpers.text.playwright import SPEECHES, exchanges, slots, states

SUM = (
    "A graveyard. Enter Kent, Viola and York.\n\n"
    "VIOLA:\nTwo and five roses: how many, York?\n\nYORK:\nSeven roses, Viola.\n\n"
)


@pytest.fixture(scope="module")
def text():
    return playwright.write(20_000, seed=4)


def test_the_pieces_put_together_are_the_text(text):
    pieces = states.spans(text)
    assert "".join(text[s.start : s.stop] for s in pieces) == text
    assert all(s.word.lower() == text[s.start : s.stop].lower() for s in pieces if s.slot)


def test_what_is_foretold_is_the_grammars_own_probability(text):
    foretold = states.foretold(text)
    assert len(foretold) == len(text)
    for t in range(0, 1500, 37):
        assert foretold[t] == pytest.approx(playwright.next_char_probs(text[:t]))


def test_a_sum_is_decided_with_the_last_letter_of_its_second_number():
    found = states.states(SUM)
    end = SUM.index("five") + len("five") - 1
    assert found["sum"][end - 1] == states.UNKNOWN
    assert states.VARIABLES["sum"][found["sum"][end]] == "seven"  # two and five
    spoken_to = SUM.index("York?") + 3
    assert found["spoken to"][spoken_to - 1] == states.UNKNOWN
    assert states.VARIABLES["spoken to"][found["spoken to"][spoken_to]] == "york"
    assert found["kind"][SUM.index("VIOLA")] == states.UNKNOWN  # her name opens any speech


def test_a_kind_agrees_with_the_exchanges_wherever_it_is_decided(text):
    kinds = states.states(text)["kind"]
    known = [(k, e) for k, e in zip(kinds, exchanges.exchanges(text), strict=True) if k >= 0]
    assert all(exchanges.KINDS[k] == e for k, e in known)
    assert len(known) > 0.7 * len(text)


def test_what_is_needed_is_decided_there_and_comes_next(text):
    found = states.states(text)
    for name, places in states.needed(text).items():
        assert places and all(found[name][t] != states.UNKNOWN for t in places)
    for t in states.needed(text)["spoken to"]:
        name = states.VARIABLES["spoken to"][found["spoken to"][t]]
        assert text.startswith(name.upper() + ":", t + 1)


def test_noun_and_rhyme_agree_with_their_classes(text):
    found = states.states(text)
    for span in states.spans(text):
        if span.slot == "noun":
            assert (found["number"][span.start] == 1) == (span.word in slots.MANY)
        if span.slot == "echo" and span.draws:
            assert span.word in slots.RHYMES[found["rhyme"][span.start]]


def test_an_unfinished_text_is_read_as_far_as_it_goes():
    for end in range(1, len(SUM)):
        begun = SUM[:end]
        assert len(states.states(begun)["sum"]) == end
        assert states.spans(begun) == states.spans(SUM)[: len(states.spans(begun))]
        assert states.foretold(begun) == states.foretold(SUM)[: len(states.foretold(begun))]


@pytest.mark.parametrize("kind", SPEECHES)
def test_a_scene_of_one_kind_holds_one_exchange_of_it(kind):
    for scene in states.scenes(kind, 5, seed=1):
        assert playwright.writable_length(scene) == len(scene)
        begun = {s.passage for s in states.spans(scene) if s.first}
        assert begun - {"more", "praise"} == {"enter", "turn", kind}
    assert states.scenes(kind, 2, seed=3) == states.scenes(kind, 2, seed=3)


def test_an_unknown_kind_and_a_text_of_somebody_else_are_refused():
    with pytest.raises(ValueError, match="'poem' among couplet, ask"):
        states.scenes("poem", 1, seed=0)
    with pytest.raises(ValueError, match="at position 4"):
        states.states("A gale.")
