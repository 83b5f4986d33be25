"""The table of wrong concepts: each stands where it says and is meant for a claim that exists.

Whether the claims notice them is a trial: python tools/trials.py concepts.
"""

import ast

import pytest
from kernel_environment import ROOT
from lesson import Lesson

from helpers.practice.collected import claims
from tests.mutations.concepts import CONCEPTS

NOTEBOOKS = {path.stem[3:]: path for path in (ROOT / "notebooks").glob("*.ipynb")}


@pytest.fixture(scope="module")
def statements():
    return [
        (c.notebook[3:].removesuffix(".ipynb"), c.statement) for c in claims(ROOT / "notebooks")
    ]


def cell_with(concept):
    """The one cell of the notebook in which the concept stands, before and after."""
    lesson = Lesson.load(NOTEBOOKS[concept.notebook])
    (source,) = [cell.source for cell in lesson.code if concept.old in cell.source]
    return source


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda concept: concept.name)
def test_a_wrong_concept_stands_where_it_says_and_is_python(concept):
    path = ROOT / "helpers" / concept.file
    source = path.read_text(encoding="utf-8") if concept.file else cell_with(concept)
    assert source.count(concept.old) == 1
    changed = source.replace(concept.old, concept.new)
    assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source))


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda concept: concept.name)
def test_a_wrong_concept_is_meant_for_one_claim(concept, statements):
    meant = [s for n, s in statements if n == concept.notebook and s.startswith(concept.claim)]
    assert len(meant) == 1


def test_the_concepts_have_names_of_their_own():
    assert len({concept.name for concept in CONCEPTS}) == len(CONCEPTS) > 0
