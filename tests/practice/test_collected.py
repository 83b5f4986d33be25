"""The index of the course: every claim is found, held where it was last run, and linked rightly."""

import json
import re
from collections import Counter

import pytest
from kernel_environment import ROOT
from lesson import Lesson

from helpers.practice import collected
from helpers.views.pictures.ideas import IDEAS

NOTEBOOKS = ROOT / "notebooks"
SUMMARY = NOTEBOOKS / "21_summary.ipynb"
# What no stored output can show: one needs a GPU, the other is meant to fail.
NOT_HELD = {
    "The final model beats the small one.": collected.NOT_REACHED,
    "A die has seven faces.": collected.FAILED,
}
LINK = re.compile(r"\]\((\d\d_\w+\.ipynb)#(\S+)\)")
TERM = re.compile(r"^\| \*\*(.+?)\*\* \| (.+?) \| \[\*.+?\*\]\((\w+\.ipynb)", re.MULTILINE)


@pytest.fixture(scope="module")
def every():
    return collected.claims(NOTEBOOKS)


def notebook(folder, *cells, name="03_small.ipynb"):
    kinds = {"markdown": {}, "code": {"outputs": []}}
    made = [
        {"cell_type": kind, "id": f"cell{i}", "source": source, **kinds[kind], **more}
        for i, (kind, source, *rest) in enumerate(cells)
        for more in (rest[0] if rest else {},)
    ]
    path = folder / name
    path.write_text(json.dumps({"cells": made}), encoding="utf-8")
    return path


def printed(*lines):
    text = [f"{line}\n" for line in lines]
    return {"outputs": [{"output_type": "stream", "name": "stdout", "text": text}]}


def test_as_many_claims_are_found_as_the_sources_call(every):
    calls = sum(
        len(re.findall(r"\bclaim\(", cell.source))
        for path in sorted(NOTEBOOKS.glob("*.ipynb"))
        for cell in Lesson.load(path).code
    )
    assert len(every) == calls > 300


def test_every_claim_stands_as_held_in_its_notebooks_outputs(every):
    assert {c.statement: c.state for c in every if c.state != collected.HELD} == NOT_HELD
    assert [c.statement for c in every if c.expected] == ["A die has seven faces."]


def test_no_claim_is_made_twice_in_the_course(every):
    counts = Counter(c.statement for c in every)
    assert [statement for statement, n in counts.items() if n > 1] == []


def test_every_claims_link_leads_to_a_heading_or_to_the_cell_that_holds_it(every):
    for claim in every:
        name, _, target = claim.link.partition("#")
        cells = Lesson.load(NOTEBOOKS / name).cells if "cell-id=" in target else []
        anchors = {collected.anchor(text) for _, text in collected.headings(NOTEBOOKS / name)}
        anchors |= {f"cell-id={cell.id}" for cell in cells if claim.section in cell.source}
        assert target in anchors, claim


def test_a_claim_is_read_with_its_section_and_its_state(tmp_path):
    notebook(
        tmp_path,
        ("markdown", "# Small\nWords."),
        ("markdown", "## One and two\n```\n## no heading\n```"),
        ("code", "if 1:\n    claim('One.', 1)\nclaim('Two.', 1 > 0)", printed("✓ One.", "✓ Two.")),
        ("markdown", "### Why 1/√2\nmore"),
        ("code", "%time\nif gpu:\n    claim('Three.', 1)"),
        ("code", "try:\n    claim('Four.', 0)\nexcept E:\n    0", printed("✗ Four. Measured: 0")),
        ("code", "claim(f'{n} is five.', 1)", printed("✓ 5 is five.")),
        ("code", "claim('Six.', 1, 6.1)", printed("✓ Six: ≈ 6.10")),
    )
    found = collected.claims(tmp_path)
    assert [(c.statement, c.section, c.state, c.expected) for c in found] == [
        ("One.", "One and two", "held", False),
        ("Two.", "One and two", "held", False),
        ("Three.", "Why 1/√2", "not reached", False),
        ("Four.", "Why 1/√2", "failed", True),
        ("… is five.", "Why 1/√2", "held", False),
        ("Six.", "Why 1/√2", "held", False),
    ]
    links = [c.link for c in found]
    assert links[0] == "03_small.ipynb#One-and-two" and links[2] == "03_small.ipynb#cell-id=cell3"
    assert {c.title for c in found} == {"Small"}


def test_half_a_sentence_or_another_cells_mark_does_not_count(tmp_path):
    notebook(
        tmp_path,
        ("markdown", "# Small"),
        ("code", "claim('One.', 1)", printed("✓ One. And more.", "no ✓ One.")),
        ("code", "claim('Two.', 1)", printed("✓ One.")),
        ("code", "claim('Three.', 1)", printed("✓ Three: but no number", "✓ Three, ≈ 3")),
    )
    assert [c.state for c in collected.claims(tmp_path)] == ["not reached"] * 3


def test_the_list_has_a_line_for_each_notebook_and_says_what_did_not_hold(tmp_path):
    notebook(
        tmp_path,
        ("markdown", "# Small\n## A & B"),
        ("code", "claim('1 < 2.', 1)\nclaim('Late.', 1)", printed("✓ 1 < 2.")),
    )
    notebook(
        tmp_path,
        ("markdown", "# Big"),
        ("code", "claim('Yes.', 1)", printed("✓ Yes.")),
        name="04_big.ipynb",
    )
    page = collected.index(collected.claims(tmp_path))
    assert page.text == "3 claims in 2 groups. Small: 2 claims; Big: 1 claim."
    assert "1 &lt; 2. <small>" in page.html and '<a href="03_small.ipynb#A-&amp;-B">' in page.html
    assert page.html.count("where this was run") == 1 and "Late. (not reached" in page.html


def test_a_folder_without_notebooks_is_refused(tmp_path):
    with pytest.raises(ValueError, match="names such as 00_start_here.ipynb"):
        collected.claims(tmp_path)


# the summary's own links and words


def test_every_link_of_the_summary_leads_to_a_heading():
    links = LINK.findall(Lesson.load(SUMMARY).text)
    assert len(links) > 50
    for name, target in links:
        anchors = {collected.anchor(text) for _, text in collected.headings(NOTEBOOKS / name)}
        assert target in anchors, (name, target)


def test_every_term_of_the_glossary_occurs_in_the_notebook_that_builds_it():
    terms = TERM.findall(Lesson.load(SUMMARY).text)
    assert 25 <= len(terms) <= 55
    assert [t for t, _, _ in terms] == sorted((t for t, _, _ in terms), key=str.lower)
    for term, _, name in terms:
        text = "\n".join(cell.source for cell in Lesson.load(NOTEBOOKS / name).cells)
        assert re.search(rf"\b{re.escape(term)}", text, re.IGNORECASE), (term, name)


@pytest.mark.parametrize("idea", IDEAS, ids=lambda idea: idea.name)
def test_every_idea_of_the_map_names_a_section_of_its_notebook(idea):
    titles = [text for _, text in collected.headings(NOTEBOOKS / f"{idea.notebook}.ipynb")]
    assert idea.section in titles
