"""*Train a GPT* keeps its word on another text: one line is changed, and all claims hold."""

import re

import execute_notebooks
import pytest
from kernel_environment import ROOT

NOTEBOOK = ROOT / "notebooks" / "08_train_a_gpt.ipynb"
LINE = 'corpus = corpora.load("playwright")'


def run_with(line):
    """*Train a GPT* executed with another corpus line; everything that its cells printed."""
    notebook = execute_notebooks.read(NOTEBOOK.read_bytes())
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and LINE in cell.source]
    assert len(cells) == 1
    cells[0].source = cells[0].source.replace(LINE, line)
    execute_notebooks.execute(notebook, NOTEBOOK.parent)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.get("text", "") for output in outputs)


def test_all_claims_hold_on_shakespeare(needs_tinyshakespeare):
    printed = run_with('corpus = corpora.load("tinyshakespeare")')
    assert "tinyshakespeare: 1,115,394 characters, 65 different ones" in printed
    assert len(re.findall("^✓ ", printed, re.MULTILINE)) >= 9
    assert "exact floor" not in printed


def test_a_claim_that_does_not_hold_stops_the_notebook():
    with pytest.raises(execute_notebooks.CellError, match="worth more than a nat"):
        run_with('corpus = corpora.Corpus("coin", "01" * 20_000)')
