"""Layout rules about what a reader sees: beginning, headings, pictures, links, outputs.

A rule takes a Lesson and yields one line per fault.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import publish
from kernel_environment import ROOT
from lesson import Lesson, compared_texts

Faults = Iterator[str]

HEADINGS = ["What you will be able to do", "What you need", "What you now own", "Sources"]
HEADING = re.compile(r"^(#{1,6}) +(.+?) *#*$", re.MULTILINE)
MINUTES = re.compile(r"\b\d+ minutes\b")
MARKDOWN_IMAGE = re.compile(r"!\[([^\]]*)\]\(")
EMPTY_LINK = re.compile(r"(?<!!)\[\s*\]\(([^)]*)\)")
SCRIPT = re.compile(r'<script type="module">[\s\S]*?</script>')
PIXELS = re.compile(r"data:image/(?:png|svg\+xml);base64,[A-Za-z0-9+/=]+")
MEASURED = re.compile(r"(?<=: ≈ ).*")  # what was held against a condition that the cell checks
PLACEHOLDER = re.compile(r"<[A-Z]+>")
SANITIZE_FILE = ROOT / "tests" / "nbval_sanitize.cfg"
SANITIZE = re.compile(r"^regex: (.*)$\n^replace: (.*)$", re.MULTILINE)


def begins_alike(lesson: Lesson) -> Faults:
    """The badge row and the title come first; the first code cell is the set-up cell."""
    first = lesson.cells[0].source.splitlines() if lesson.cells else []
    row = publish.badge_row(lesson.name, publish.known_repository())
    if first[:1] != [row]:
        yield f"the first line must be {row!r}, it is {first[:1]}: run tools/publish.py"
    if not any(line.startswith("# ") for line in first):
        yield "the first cell has no title: a line that begins with '# '"
    if not lesson.code or lesson.code[0].source != publish.setup_cell():
        yield "the first code cell must be that of tools/setup_cell.py: run tools/publish.py"


def says_what_it_is(lesson: Lesson) -> Faults:
    """The headings that every notebook has, in their order, and how long it takes."""
    titles = [title for _, title in HEADING.findall(lesson.text)]
    found = [title for title in titles if title in HEADINGS]
    if found != HEADINGS:
        yield f"the headings {HEADINGS} must stand in this order, once each; found {found}"
    if not MINUTES.search(lesson.text):
        yield "the text must say how long it takes: '... 40 minutes'"


def headings_go_down_in_steps(lesson: Lesson) -> Faults:
    """One title, and below a heading only the next level: never ## and then ####."""
    levels = [(len(marks), title) for marks, title in HEADING.findall(lesson.text)]
    if sum(level == 1 for level, _ in levels) != 1:
        yield "there must be exactly one heading with a single '#'"
    for (above, _), (level, title) in zip(levels, levels[1:], strict=False):
        if level > above + 1:
            yield f"heading {title!r} jumps from level {above} to level {level}"


class Tags(HTMLParser):
    """Collects what stands in the way of somebody who cannot see: bare pictures, bare links."""

    def __init__(self, html: str):
        super().__init__()
        self.faults, self.open_link = [], None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "img" and not (given.get("alt") or "").strip():
            self.faults.append("an <img> without alt text")
        if tag == "svg" and not (given.get("aria-label") or given.get("aria-hidden") == "true"):
            self.faults.append("an <svg> without aria-label")
        if tag == "a" and "href" in given:
            self.open_link = (given.get("aria-label") or "").strip()
        elif self.open_link is not None:
            self.open_link += (given.get("alt") or given.get("aria-label") or "").strip()

    def handle_data(self, data):
        if self.open_link is not None:
            self.open_link += data.strip()

    def handle_endtag(self, tag):
        if tag == "a":
            if self.open_link == "":
                self.faults.append("a link without text")
            self.open_link = None


def everything_has_words(lesson: Lesson) -> Faults:
    """Every picture has alt text and every link has text, in the text and in the outputs."""
    for fault in Tags(lesson.text).faults:
        yield f"text: {fault}"
    if any(not alt.strip() for alt in MARKDOWN_IMAGE.findall(lesson.text)):
        yield "text: a picture ![]() without alt text"
    for target in EMPTY_LINK.findall(lesson.text):
        yield f"text: the link to {target!r} has no text"
    for number, cell in lesson.numbered:
        for kind, text in compared_texts(cell):
            if kind in ("text/html", "image/svg+xml"):
                yield from (f"[{number}] shows {fault}" for fault in Tags(text).faults)
            if kind == "text/plain" and text.startswith("<Figure size"):
                yield f"[{number}] shows a bare figure: hand out a Picture with alt text"


def maths_is_plain(lesson: Lesson) -> Faults:
    r"""Formulas stand in $...$ or $$...$$; \begin{equation} is not shown everywhere."""
    if re.search(r"\\begin\{(equation|align|displaymath)\*?\}", lesson.text):
        yield r"the text holds \begin{equation} or \begin{align}: write $$...$$"


def sanitize(text: str) -> str:
    """The text as nbval compares it."""
    for pattern, new in SANITIZE.findall(SANITIZE_FILE.read_text(encoding="utf-8")):
        text = re.sub(pattern, new, text)
    return text


def outputs_stay_comparable(lesson: Lesson) -> Faults:
    """Sanitising leaves half the words of an output; pixels, flipbooks, measured values aside.

    A flipbook is a script; a test holds each of its pages against what is drawn there.
    """
    for number, cell in lesson.numbered:
        for kind, text in compared_texts(cell):
            shown = SCRIPT.sub("", PIXELS.sub("", text))
            words = len(re.findall(r"\w", MEASURED.sub("", shown)))
            left = len(re.findall(r"\w", PLACEHOLDER.sub("", sanitize(text))))
            if left < words / 2:
                yield f"[{number}] {kind}: sanitising leaves {left} of {words} letters to compare"


RULES = [
    begins_alike,
    says_what_it_is,
    headings_go_down_in_steps,
    everything_has_words,
    maths_is_plain,
    outputs_stay_comparable,
]
