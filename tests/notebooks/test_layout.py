"""What nbval does not look at: every rule holds for every notebook, and every rule can fail."""

import re

import check_notebooks
import publish
import pytest
import reading_rules
from code_rules import helper_names
from kernel_environment import ROOT
from lesson import FOLDED, Lesson
from nbformat import from_dict, v4

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAME = "01_small.ipynb"
PNG = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize("rule", check_notebooks.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_of_the_course_keeps_the_rule(path, rule):
    assert list(rule(Lesson.load(path))) == []


def test_the_course_has_notebooks_and_their_names_give_the_order():
    assert NOTEBOOKS
    wrong = [p.name for p in NOTEBOOKS if not re.fullmatch(r"\d\d_[a-z0-9_]+\.ipynb", p.name)]
    numbers = [path.name[:2] for path in NOTEBOOKS]
    assert wrong == [] and len(set(numbers)) == len(numbers)


def text(source):
    return v4.new_markdown_cell(source)


def code(source, *outputs, **metadata):
    return v4.new_code_cell(source, outputs=list(outputs), metadata=metadata)


def html(markup):
    return v4.new_output("display_data", {"text/html": markup})


def stream(words, name="stdout"):
    return v4.new_output("stream", text=words, name=name)


BEGIN = f"{publish.badge_row(NAME, publish.known_repository())}\n\n# A small lesson"
PROMISE = "## What you will be able to do\nCount. It takes 5 minutes.\n\n## What you need\nFingers."
END = "## What you now own\nA count.\n\n## Sources\n[A book](https://example.org)"


def small_lesson(*middle, begin=BEGIN, promise=PROMISE, end=END):
    """A lesson that keeps every rule, with some cells of the test's own in its middle."""
    setup = code(publish.setup_cell(), **FOLDED)
    cells = [text(begin), text(promise), setup, text("Some words."), *middle, text(end)]
    # Between them, short cells: they keep the median low, and none of three in a row is theirs.
    cells += [part for _ in range(3) for part in (text("One more."), code("1 + 1"))]
    for number, cell in enumerate((c for c in cells if c.cell_type == "code"), start=1):
        cell.execution_count = number
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
    return Lesson(NAME, v4.new_notebook(cells=cells, metadata=metadata))


def changed(change):
    """The small lesson after a change to its notebook."""
    lesson = small_lesson(code("1"))
    change(lesson.notebook)
    return lesson


GOOD = {
    "nothing in the middle": small_lesson(),
    "a class by hand": small_lesson(code("class A:\n" + "    a = 1\n" * 29)),
    "a claim two cells after": small_lesson(
        code("train()", tags=["nbval-ignore-output"]), code("1"), text("So."), code("claim('a', 1)")
    ),
    "an error that is the lesson": small_lesson(
        code("1 / 0", v4.new_output("error", ename="E", evalue="e"), tags=["raises-exception"])
    ),
    "a picture with words": small_lesson(code("show()", html(f'<img alt="a cat" src="{PNG}">'))),
    "a magic line": small_lesson(code("%matplotlib inline\nif 1:\n    !ls")),
    "bad things quoted as code": small_lesson(text("`<img>` and\n```\n# no heading\n<img>\n```\n")),
    "a picture as a link": small_lesson(text("[![a cat](cat.png)](cat.html)")),
}


@pytest.mark.parametrize("lesson", GOOD.values(), ids=GOOD)
def test_a_good_notebook_passes(lesson):
    assert check_notebooks.faults(lesson) == []


BAD = {
    "a cell never run": (
        changed(lambda notebook: notebook.cells[2].update(execution_count=None)),
        "execution counts",
    ),
    "cells run out of order": (
        changed(lambda notebook: notebook.cells[2].update(execution_count=7)),
        "execution counts",
    ),
    "widget state": (
        changed(lambda notebook: notebook.metadata.update(widgets={})),
        "metadata must be",
    ),
    "another kernel": (
        changed(lambda notebook: notebook.metadata.kernelspec.update(name="julia")),
        "kernel must be python3",
    ),
    "a set-up cell that is open": (
        changed(lambda notebook: notebook.cells[2].update(metadata={})),
        "the set-up cell is folded",
    ),
    "another cell folded": (
        small_lesson(code("1", cellView="form")),
        "the set-up cell is folded, and no other",
    ),
    "times in a cell": (small_lesson(code("1", execution={})), "metadata may hold tags only"),
    "a skipped cell": (small_lesson(code("1", tags=["nbval-skip"])), "the tag 'nbval-skip'"),
    "a comment to nbval": (small_lesson(code("# NBVAL_SKIP\n1")), "in a comment"),
    "an error": (
        small_lesson(code("1 / 0", v4.new_output("error", ename="E", evalue="zero"))),
        "stores the error E: zero",
    ),
    "a warning": (small_lesson(code("1", stream("Warning: old", "stderr"))), "on stderr"),
    "ignored, nothing claimed": (
        small_lesson(code("train()", tags=["nbval-ignore-output"])),
        "no claim",
    ),
    "ignored, the claim too late": (
        small_lesson(
            code("train()", tags=["nbval-ignore-output"]),
            *[cell for _ in range(2) for cell in (code("1"), text("And."))],
            code("claim('a', 1)"),
        ),
        "no claim",
    ),
    "a claim only in a comment": (
        small_lesson(code("train()  # claim(", tags=["nbval-ignore-output"])),
        "no claim",
    ),
    "a long cell": (small_lesson(code("1\n" * 21)), "has 21 lines"),
    "a long class": (
        small_lesson(code("class A:\n" + "    a = 1\n" * 30)),
        "has 31 lines, 30 are allowed",
    ),
    "many middling cells": (
        small_lesson(*[cell for _ in range(9) for cell in (code("1\n" * 6), text("And."))]),
        "half of the code cells",
    ),
    "three cells in a row": (
        small_lesson(*[code("1") for _ in range(3)]),
        "three code cells in a row",
    ),
    "a long function": (
        small_lesson(code("def long():\n" + "    print()\n" * 16)),
        "defines long in 17 lines",
    ),
    "a method too long": (
        small_lesson(code("class A:\n    def f(self):\n" + "        print()\n" * 16)),
        "defines f in 17 lines",
    ),
    "a name of helpers": (
        small_lesson(code(f"def {next(iter(helper_names()))}(): pass")),
        "does: import it",
    ),
    "no badge row": (small_lesson(begin="# A small lesson"), "the first line must be"),
    "no title": (small_lesson(begin=BEGIN.replace("# ", "")), "has no title"),
    "another first cell": (
        changed(lambda notebook: notebook.cells[2].update(source="import os")),
        "setup_cell.py",
    ),
    "no promise": (small_lesson(promise="It takes 5 minutes."), "must stand in this order"),
    "no sources": (small_lesson(end="## What you now own\nMuch."), "must stand in this order"),
    "no time": (small_lesson(promise=PROMISE.replace("5 minutes", "long")), "how long it takes"),
    "a heading left out": (small_lesson(text("#### Deep down")), "jumps from level 2 to level 4"),
    "two titles": (small_lesson(text("# Another")), "exactly one heading"),
    "a picture without words in a text": (small_lesson(text("<img src=a.png>")), "text: an <img>"),
    "a picture with empty words": (
        small_lesson(code("show()", html(f'<img alt=" " src="{PNG}">'))),
        "shows an <img> without alt text",
    ),
    "a drawing without words": (
        small_lesson(code("show()", html("<svg><rect/></svg>"))),
        "shows an <svg> without aria-label",
    ),
    "a bare figure": (
        small_lesson(
            code("fig", v4.new_output("display_data", {"text/plain": "<Figure size 640x480>"}))
        ),
        "a bare figure",
    ),
    "a markdown picture without words": (small_lesson(text("![](a.png)")), "without alt text"),
    "a link without words": (small_lesson(text("[](a.html)")), "the link to 'a.html'"),
    "an html link without words": (small_lesson(text('<a href="a"></a>')), "link without text"),
    "an equation environment": (
        small_lesson(text(r"\begin{equation} a \end{equation}")),
        "write $$...$$",
    ),
    "an output that is all time": (
        small_lesson(code("1", stream("in 1234567890.123 s"))),
        "sanitising leaves",
    ),
}


@pytest.mark.parametrize(("lesson", "message"), BAD.values(), ids=BAD)
def test_a_bad_notebook_is_caught(lesson, message):
    assert any(message in fault for fault in check_notebooks.faults(lesson))


def test_every_rule_is_seen_to_fail():
    failing = {
        rule for lesson, _ in BAD.values() for rule in check_notebooks.RULES if [*rule(lesson)]
    }
    assert failing == set(check_notebooks.RULES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("loss 2.41", "loss 2.42"),
        ("step 100: loss 2.41 nats", "step 100: loss 2.42 nats"),
        ("took 1.2 s, loss 3", "took 1.2 s, loss 4"),
        ("in 3 steps: 0.51", "in 3 steps: 0.52"),
        ("12 s", "13 s"),
        ("✓ One pays less: ≈ 0.99", "✓ One pays more: ≈ 0.99"),
        ("≈ 0.99 nats", "≈ 1.01 nats"),
        (f'<img alt="peak .8" src="{PNG}">', f'<img alt="peak .9" src="{PNG}">'),
        ('<div data-book="0a1"><p>8</p></div><script type="module">f()</script>', "<p>9</p>"),
    ],
)
def test_sanitising_hides_no_number_of_the_lesson(one, other):
    assert reading_rules.sanitize(one) != reading_rules.sanitize(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("done, took 1.2 s", "done, took 3 s"),
        ("✓ One pays less: ≈ 0.99 < 1.14", "✓ One pays less: ≈ 0.98 < 1.14"),
        ("2,000 steps in 45 s", "2,000 steps in 46.1 seconds"),
        (f'<img alt="a" src="{PNG}">', f'<img alt="a" src="{PNG[:-5]}AAAA=">'),
        ('src="data:image/svg+xml;base64,PHN2"', 'src="data:image/svg+xml;base64,PHN3"'),
        ('<div data-book="0a1"><p>8</p></div><script type="module">\nf()\n</script>', "<p>8</p>"),
    ],
)
def test_sanitising_hides_times_pixels_and_what_a_claim_measured(one, other):
    assert reading_rules.sanitize(one) == reading_rules.sanitize(other)


def test_nbval_reads_the_sanitize_file_as_the_rules_do():
    plugin = pytest.importorskip("nbval.plugin")
    content = reading_rules.SANITIZE_FILE.read_text(encoding="utf-8")
    found = reading_rules.SANITIZE.findall(content)
    assert found == plugin.get_sanitize_patterns(content) and len(found) == 4
