"""The trials' table: renewed between its marks, and nothing else touched."""

import pytest
import trials

RESULT = {
    "purpose": "to see",
    "command": "x",
    "last": "5 passed | 1",
    "minutes": 1.5,
    "machine": "M",
}


def test_the_table_stands_between_its_marks_and_the_rest_stays():
    page = f"before\n{trials.MARKS[0]}\nold\n{trials.MARKS[1]}\nafter\n"
    new = trials.with_table(page, {"a": RESULT})
    assert new.startswith(f"before\n{trials.MARKS[0]}\n| what |") and "old" not in new
    assert new.endswith(f"| to see | `x` | 5 passed · 1 | 1.5 | M |\n{trials.MARKS[1]}\nafter\n")
    assert trials.with_table(new, {"a": RESULT}) == new


def test_a_trial_that_the_machine_cannot_run_says_so(monkeypatch):
    monkeypatch.setattr(trials.shutil, "which", lambda name: None)
    result = trials.run("offline")
    assert result["status"] is None and result["last"].startswith("not run: unshare")


def test_an_unknown_trial_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(trials.sys, "argv", ["trials.py", "nonsense"])
    with pytest.raises(SystemExit):
        trials.main()
    assert "there is no trial nonsense; pick from abuse" in capsys.readouterr().err
