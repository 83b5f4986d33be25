"""The Playwright's text taken apart by regular expressions that know nothing of the grammar."""

import re
from dataclasses import dataclass

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
