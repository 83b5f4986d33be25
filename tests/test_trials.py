"""The trials: their table, and what they say where something is missing."""

import sys

import nbformat
import pytest
import trials
from kernel_environment import ROOT

sys.path.append(str(ROOT / "tests" / "trials"))  # the trials find each other there

import clean  # noqa: E402
import executed_twice  # noqa: E402
import pythons  # noqa: E402
import twice  # noqa: E402

RESULT = {
    "purpose": "to see",
    "command": "x",
    "last": "5 passed | 1",
    "minutes": 1.5,
    "machine": "M",
}


def test_a_bar_in_what_was_printed_makes_no_further_column():
    row = "| to see | `x` | 5 passed · 1 | 1.5 | M |"
    assert trials.table({"a": RESULT})[1:] == ["|-|-|-|-|-|", row]


def test_a_trial_that_the_machine_cannot_run_says_so(monkeypatch):
    monkeypatch.setattr(trials.shutil, "which", lambda name: None)
    result = trials.run("offline")
    assert result["status"] is None and result["last"].startswith("not run: unshare")


def test_an_unknown_trial_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(trials.sys, "argv", ["trials.py", "nonsense"])
    with pytest.raises(SystemExit):
        trials.main()
    assert "there is none called nonsense; pick from abuse" in capsys.readouterr().err


def ran_twice(*outputs, tags=()):
    """A notebook of one cell, doubled, with what came out the first and the second time."""
    cell = nbformat.v4.new_code_cell("x", metadata={"tags": [*tags]})
    notebook = twice.doubled(nbformat.v4.new_notebook(cells=[cell]))
    for cell, output in zip(notebook.cells, outputs, strict=True):
        cell.outputs = [output]
    return list(twice.failures(notebook))


ERROR = nbformat.v4.new_output("error", ename="ClaimError", evalue="✗ It holds.\nNo.")
HELD = nbformat.v4.new_output("stream", text="✓ It holds.")


def test_a_cell_that_fails_when_it_is_run_again_is_found():
    assert ran_twice(HELD, ERROR) == ["[1] the second time: ClaimError: ✗ It holds."]
    assert ran_twice(HELD, HELD) == ran_twice(ERROR, ERROR, tags=["raises-exception"]) == []


def test_a_python_that_is_not_here_is_named(monkeypatch, capsys):
    monkeypatch.setattr(pythons, "interpreter", lambda name: None)
    assert pythons.main(["3.99"]) == 0
    assert capsys.readouterr().out == "Python 3.99: not on this machine\n"


def test_a_python_with_a_failing_cell_fails_the_trial_and_the_next_is_tried(monkeypatch, capsys):
    monkeypatch.setattr(pythons, "interpreter", lambda name: name)
    monkeypatch.setattr(pythons, "notebooks_on", lambda v, python: (f"on {python}", v == "3.98"))
    assert pythons.main(["3.98", "3.99"]) == 1
    expected = "Python 3.98: on python3.98; Python 3.99: on python3.99\n"
    assert capsys.readouterr().out == expected


def test_a_python_is_found_on_the_path_and_among_those_of_pyenv(tmp_path, monkeypatch):
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    folder = tmp_path / "versions" / "3.99.1" / "bin"
    folder.mkdir(parents=True)
    (tmp_path / "python3.99").write_text("#!/bin/sh\nexit 127")  # as a shim without a version
    (folder / "python3.99").write_text("#!/bin/sh")
    for path in (tmp_path / "python3.99", folder / "python3.99"):
        path.chmod(0o755)
    assert clean.interpreter("python3.99") == str(folder / "python3.99")
    assert clean.interpreter("python3.98") is None


def test_a_byte_that_a_second_run_changes_is_seen(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_a.ipynb").write_bytes(b"x")
    assert executed_twice.contents(tmp_path) == {"01_a.ipynb": b"x"}
