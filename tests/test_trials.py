"""The trials: their table, and what they say where something is missing."""

import pytest
import trials

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
