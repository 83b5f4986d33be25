"""The Playwright: its text follows its rules, and its probabilities are those of its text.

The text is taken apart here by regular expressions that know nothing of the grammar.
"""

import math
import random
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest

from helpers.text import expectation, playwright, words
from helpers.text.slots import slots

HEADER = re.compile(r"(?P<scene>.+)\. Enter (?P<first>\w+), (?P<second>\w+) and (?P<third>\w+)\.")
LINE = re.compile(
    r"(?P<start>\w+) (?P<adjective>\w+) (?P<noun>\w+) (?P<verb>\w+)"
    r" the (?P<adjective2>\w+) (?P<end>\w+)"
)
# What each kind of speech says, and its answer, with the words it repeats in braces.
KINDS = {
    "couplet": (
        r"(?P<lines>[^.]+,\n[^.]+)\.",
        r"Well rhymed, {speaker}: (?P<rhymes>\w+ and \w+)\.",
    ),
    "ask": (
        r"(?P<other>\w+), where (?P<be>is|are) the (?P<adjective>\w+) (?P<thing>\w+)\?",
        r"The {adjective} {thing} {be} (?P<place>.+), {speaker}\.",
    ),
    "sum": (
        r"(?P<pair>\w+ and \w+) (?P<things>\w+): how many, (?P<other>\w+)\?",
        r"(?P<total>\w+) {things}, {speaker}\.",
    ),
    "oath": (
        r"By (?P<charm>\w{6}), I (?P<swear>\w+) thee, (?P<other>\w+)!",
        r"Then {swear} me, {speaker}, by {charm}\.",
    ),
    "song": (
        r"Hey, (?P<charm>\w{6}), sing (?P=charm),\nand ever (?P=charm)!",
        r"Ho, {charm}, {speaker}, {charm}\.",
    ),
    "cry": (r"(?P<cry>[^!,]+)!", r"'{cry}', says {speaker}\? (?P<retort>.+)\."),
    "lament": (
        r"Alas, (?P<that>that|those) (?P<subject>\w+) of the (?P<owner>\w+)"
        r" (?P<was>was|were) (?P<adjective>\w+)\.",
        r"(?P<again>Was|Were) (?P<they>it|they) {adjective}, {speaker}\?",
    ),
    "greet": (r"(?P<greeting>[^,\n]+), (?P<other>\w+)\.", r"{greeting}, {speaker}\."),
}
SPEECH = re.compile(r"(?P<label>[A-Z]+):\n(?P<said>.+)", re.DOTALL)
SONG = (
    "The market. Enter Ajax, Duke and Kent.\n\n"
    "KENT:\nHey, noleja, sing noleja,\nand ever noleja!\n\nDUKE:\nHo, noleja, Kent, noleja.\n\n"
)


@dataclass
class Exchange:
    """A speech and its answer: who speaks, who answers, what kind it is and its words."""

    speaker: str
    answerer: str
    kind: str
    words: dict


def exchange(speech, answer):
    """Take a speech and its answer apart; they fit exactly one kind."""
    speech, answer = SPEECH.fullmatch(speech), SPEECH.fullmatch(answer)
    speaker, answerer = speech["label"].title(), answer["label"].title()
    found = {k: m for k, (s, _) in KINDS.items() if (m := re.fullmatch(s, speech["said"]))}
    ((kind, match),) = found.items()
    expected = KINDS[kind][1].format(speaker=speaker, **match.groupdict())
    answered = re.fullmatch(expected, answer["said"])
    assert answered, f"{answer['said']!r} does not answer {speech['said']!r}"
    return Exchange(speaker, answerer, kind, match.groupdict() | answered.groupdict())


@dataclass
class Scene:
    """The words of its first line, and its exchanges."""

    header: dict
    exchanges: list[Exchange]

    @property
    def cast(self):
        return [self.header[name] for name in ("first", "second", "third")]


def scene_of(written):
    header, *speeches, end = written.split("\n\n")
    assert end == ""
    both = zip(speeches[::2], speeches[1::2], strict=True)
    return Scene(HEADER.fullmatch(header).groupdict(), [exchange(*pair) for pair in both])


@pytest.fixture(scope="module")
def text():
    return playwright.write(1_000_000, seed=7)


@pytest.fixture(scope="module")
def bits(text):
    return np.array(playwright.surprisals(text))


@pytest.fixture(scope="module")
def scenes(text):
    return [scene_of(written) for written in text.split("Exeunt.\n\n")[:-1]]


@pytest.fixture(scope="module")
def exchanges(scenes):
    return [exchange for scene in scenes for exchange in scene.exchanges]


@pytest.fixture(scope="module")
def lines(exchanges):
    """All lines of all couplets, in order, as their words."""
    couplets = [e.words["lines"] for e in exchanges if e.kind == "couplet"]
    return [LINE.fullmatch(line) for lines in couplets for line in re.split("[,;]\n", lines)]


@pytest.fixture(scope="module")
def big():
    """4 MB of text as a row of bytes."""
    return np.frombuffer(playwright.write(4_000_000, seed=8).encode("ascii"), dtype=np.uint8)


def within_4_standard_errors(count, n, p):
    return abs(count - n * p) <= 4 * math.sqrt(n * p * (1 - p))


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
    number = {name: i for i, name in enumerate(words.NUMBERS, start=1)}
    sums = [e.words for e in exchanges if e.kind == "sum"]
    assert sums
    for said in sums:
        one, other = said["pair"].lower().split(" and ")
        assert number[one] + number[other] == number[said["total"].lower()]


def test_the_lines_of_a_couplet_rhyme_without_repeating_a_word(lines):
    for first, second in zip(lines[::2], lines[1::2], strict=True):
        assert first["end"] != second["end"]
        assert sum({first["end"], second["end"]} <= set(group) for group in words.RHYMES) == 1


def test_the_last_rhyme_is_praised(exchanges):
    for e in exchanges:
        if e.kind == "couplet":
            *_, first, second = re.split("[,;]\n", e.words["lines"])
            assert e.words["rhymes"] == f"{first.split()[-1]} and {second.split()[-1]}"


def test_noun_and_verb_agree_with_the_first_word_of_the_line(lines):
    for line in lines:
        one = line["start"].lower() in words.ONE_STARTS
        assert line["noun"] in (words.NOUNS if one else words.MANY)
        assert line["verb"].removesuffix("s" if one else "") in words.VERBS


def test_a_lament_agrees_with_its_subject_and_not_with_the_nearer_owner(exchanges):
    for said in (e.words for e in exchanges if e.kind == "lament"):
        one = said["that"] == "that"
        assert said["subject"] in (words.NOUNS if one else words.MANY)
        assert said["owner"] in (words.MANY if one else words.NOUNS)
        assert (said["was"], said["they"]) == (("was", "it") if one else ("were", "they"))
        assert said["again"].lower() == said["was"]


# How often


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
    found, grammar_slots, checked = {}, slots(), Counter()
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


# Probabilities


def test_the_probability_of_a_text_is_that_of_its_choices():
    zipf = [1 / (rank + 8) for rank in range(12)]
    expected = (
        zipf[4] / sum(zipf)  # the market is the fifth of twelve places
        * 1 / (24 * 23 * 22)  # three different people of 24
        * 1 / 2  # Duke or Kent: Ajax entered first
        * 0.12  # a song
        * 1 / 80**3  # three syllables of 16 consonants and 5 vowels
        * 1 / 2  # Ajax or Duke answers
        * 0.4  # the last exchange
    )  # fmt: skip
    assert playwright.log2_prob(SONG + "Exeunt.\n\n") == pytest.approx(math.log2(expected))


def test_the_nonsense_word_comes_back_with_probability_1():
    bits = playwright.surprisals(SONG)
    first = SONG.index("noleja")
    assert sum(bits[first : first + 6]) == pytest.approx(3 * math.log2(80))
    again = [m.start() for m in re.finditer("noleja", SONG)][1:]
    assert len(again) == 4
    assert all(bits[start : start + 6] == [0.0] * 6 for start in again)


@pytest.mark.parametrize(
    ("prefix", "following"),
    [
        (SONG[: SONG.index("KENT")], {"D": 1 / 2, "K": 1 / 2}),
        (SONG[: SONG.index("oleja")], {v: 1 / 5 for v in "aeiou"}),
        (SONG[: SONG.index("oleja") + 5], {",": 1.0}),
        (SONG[: SONG.index("DUKE")], {"A": 1 / 2, "D": 1 / 2}),
        (SONG, {"E": 0.4, "A": 0.6 / 2, "K": 0.6 / 2}),  # Duke spoke last
    ],
)
def test_the_next_character_has_its_probability_by_hand(prefix, following):
    assert playwright.next_char_probs(prefix) == pytest.approx(following)


def test_the_probability_of_a_text_is_the_sum_of_its_surprisals(text, bits):
    short = text[:20_000]
    surprisals = playwright.surprisals(short)
    assert playwright.log2_prob(short) == pytest.approx(-sum(surprisals))
    assert surprisals == bits[:20_000].tolist()
    assert min(surprisals) >= 0


def test_the_next_character_is_as_likely_as_its_surprisal_says(text, bits):
    rng = random.Random(0)
    for _ in range(100):
        cut = rng.randrange(5_000)
        probs = playwright.next_char_probs(text[:cut])
        assert sum(probs.values()) == pytest.approx(1)
        assert min(probs.values()) > 0
        assert probs[text[cut]] == pytest.approx(2 ** -bits[cut])


def test_a_character_with_no_probability_cannot_be_written(text):
    cut = text.index("where") + 3
    for character in set(playwright.characters()) - playwright.next_char_probs(text[:cut]).keys():
        assert playwright.writable_length(text[:cut] + character) == cut


# Exact expectations


def ratio_and_error(totals, lengths):
    """Σ totals / Σ lengths over scenes, and its standard error (ratio estimator)."""
    ratio = totals.sum() / lengths.sum()
    spread = (totals - ratio * lengths).std() / lengths.mean()
    return ratio, spread / math.sqrt(len(lengths))


def scene_lengths(text):
    return np.array([len(scene) + len("Exeunt.\n\n") for scene in text.split("Exeunt.\n\n")[:-1]])


def test_the_mean_surprisal_of_a_long_text_is_the_entropy_rate(text, bits):
    lengths = scene_lengths(text)
    by_scene = np.add.reduceat(bits, np.cumsum(lengths) - lengths)
    mean, error = ratio_and_error(by_scene, lengths)
    assert abs(mean - playwright.entropy_rate()) < 4 * error
    assert error < 0.01 * mean  # a long text: the comparison is a sharp one


def test_the_mean_length_of_a_scene_is_exact(big):
    lengths = scene_lengths(big.tobytes().decode())
    error = lengths.std() / math.sqrt(len(lengths))
    assert abs(lengths.mean() - playwright.mean_scene_length()) < 4 * error


def entropy_of(counts):
    p = counts[counts > 0] / counts.sum()
    return -(p * np.log2(p)).sum()


def test_counted_pairs_have_the_exact_entropy(big):
    # .002 bits: what counting some megabytes is good for
    singles = entropy_of(np.bincount(big))
    pairs = entropy_of(np.bincount(128 * big[:-1].astype(np.int64) + big[1:]))
    assert singles == pytest.approx(playwright.unigram_entropy(), abs=0.002)
    assert pairs - singles == pytest.approx(playwright.bigram_entropy(), abs=0.002)


def test_the_entropy_rate_is_that_of_a_scene_over_its_length():
    # Scenes are independent: a row of n of them has n times the bits and n times the characters.
    bits_of_scene = expectation.scene_entropy(playwright.grammar())
    assert playwright.entropy_rate() * playwright.mean_scene_length() == pytest.approx(
        bits_of_scene
    )


def test_knowing_more_never_costs_more():
    by_knowledge = (
        playwright.entropy_rate(),
        playwright.bigram_entropy(),
        playwright.unigram_entropy(),
        math.log2(len(playwright.characters())),
    )
    assert by_knowledge[0] > 0 and sorted(by_knowledge) == list(by_knowledge)


# Refusals


@pytest.mark.parametrize("at", [0, 1, 25, 300, 4_000])
def test_the_first_impossible_character_is_refused_by_its_position(text, at):
    wrong = text[:at] + "#" + text[at + 1 :]
    for ask in (playwright.surprisals, playwright.log2_prob, playwright.next_char_probs):
        with pytest.raises(ValueError, match=f"at position {at}, .* it has '#'"):
            ask(wrong)
    assert playwright.writable_length(wrong) == at


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("KENT:", "LEAR:"),  # not on stage
        ("KENT:", "AJAX:"),  # entered first
        ("sing noleja", "sing noleje"),
        ("Ho, noleja", "Ho, nolejo"),
        ("Kent, noleja.", "Ajax, noleja."),  # answers another than who sang
    ],
)
def test_what_contradicts_the_scene_is_impossible(right, wrong):
    differs = next(i for i, (a, b) in enumerate(zip(right, wrong, strict=True)) if a != b)
    start = SONG.rindex(right)
    text = SONG[:start] + wrong + SONG[start + len(right) :]
    assert playwright.writable_length(text) == start + differs


def test_a_wrong_sum_is_impossible():
    text = SONG + "KENT:\nOne and two keys: how many, Duke?\n\nDUKE:\n"
    assert playwright.next_char_probs(text) == {"T": 1.0}
    assert playwright.writable_length(text + "Three") == len(text) + 5
    assert playwright.writable_length(text + "Two") == len(text) + 1


def test_a_text_that_begins_within_a_scene_is_refused(text):
    rng, end = random.Random(1), text.index("Exeunt.\n\n")
    for start in (rng.randrange(1, end) for _ in range(30)):
        assert playwright.writable_length(text[start:2_000]) < 2_000 - start


def test_a_writable_text_is_writable_to_its_end(text):
    assert playwright.writable_length("") == 0
    assert playwright.writable_length(text[:3_210]) == 3_210
