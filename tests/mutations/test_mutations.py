"""Every famous slip, put into a copy of the code, is found by a test.

A slip is put into a copy of helpers/, never into helpers/ itself, and the copy's tests are run.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kernel_environment import ROOT

from tests.mutations.slips import SLIPS

COPIED = ("helpers", "tests", "tools", "conftest.py", "pyproject.toml")
RUNNER = Path(__file__).with_name("runner.py")
BY_NAME = {slip.name: slip for slip in SLIPS}

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork processes")


class Workshop:
    """A copy of the project in which slips are made, and a process that tests it."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            options = {"ignore": shutil.ignore_patterns("__pycache__", "browser")}
            copy(ROOT / name, folder / name, **(options if copy is shutil.copytree else {}))
        self.sources = {p: p.read_bytes() for p in (folder / "helpers").rglob("*.py")}
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHONPATH"))}
        self.process = subprocess.Popen(
            [sys.executable, "-B", str(RUNNER), str(folder)],
            env=kept | {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def outcome(self, tests) -> dict:
        """What became of these tests of the copy as it stands: the runner's answer."""
        print(json.dumps([f"tests/{t}" for t in tests]), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        assert "died" not in answer, answer
        assert Path(answer["helpers"]).is_relative_to(self.folder.resolve()), answer
        return answer

    def outcome_with(self, file: str, old: str, new: str, tests) -> dict:
        """The same with one change in one file of helpers/, which is taken back."""
        path = self.folder / "helpers" / file
        source = path.read_text(encoding="utf-8")
        try:
            path.write_text(source.replace(old, new), encoding="utf-8")
            return self.outcome(tests)
        finally:
            path.write_text(source, encoding="utf-8")

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    workshop = Workshop(tmp_path_factory.mktemp("workshop"))
    yield workshop
    workshop.close()


@pytest.fixture(scope="module")
def sound(workshop):
    """The outcome of all tests of the table on the code as it is."""
    return workshop.outcome(sorted({test for slip in SLIPS for test in slip.tests}))


def missed(outcome: dict, tests, by: str = "AssertionError") -> list[str]:
    """Which of the tests did not fail, or not by that error: a slip is found if there are none."""
    if outcome["broken"]:
        return [f"the tests could not even be collected: {outcome['broken']}"]
    found = {test for test, (error, _) in outcome["failed"].items() if error == by}
    return [t for t in tests if not any(covers(t, f) for f in found)]


def covers(test: str, node: str) -> bool:
    """Whether a node is this test, or one of its parameters, or stands in this file."""
    return node.removeprefix("tests/").startswith((f"{test}[", f"{test}::")) or (
        node.removeprefix("tests/") == test
    )


# The table


def test_the_slips_have_names_of_their_own_and_cover_every_room():
    assert len(BY_NAME) == len(SLIPS) >= 20
    rooms = {path.name for path in (ROOT / "helpers").iterdir() if (path / "__init__.py").is_file()}
    assert {slip.file.split("/")[0] for slip in SLIPS} == rooms


@pytest.mark.parametrize("slip", SLIPS, ids=BY_NAME)
def test_the_place_of_a_slip_is_where_the_table_says_and_what_comes_there_is_python(slip):
    source = (ROOT / "helpers" / slip.file).read_text(encoding="utf-8")
    assert source.count(slip.old) == 1
    changed = source.replace(slip.old, slip.new)
    assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source))


# The slips


@forks
def test_without_a_slip_every_test_of_the_table_passes(sound):
    assert sound["failed"] == {} and sound["broken"] == [] and sound["code"] == 0
    for slip in SLIPS:
        for test in slip.tests:
            assert any(covers(test, node) for node in sound["passed"]), test


@forks
@pytest.mark.parametrize("slip", SLIPS, ids=BY_NAME)
def test_a_slip_is_found(workshop, slip):
    outcome = workshop.outcome_with(slip.file, slip.old, slip.new, slip.tests)
    assert missed(outcome, slip.tests, slip.by) == [], outcome["failed"]


# This test itself


@forks
def test_a_change_without_consequence_is_not_called_found(workshop):
    slip = BY_NAME["no causal mask"]
    outcome = workshop.outcome_with(slip.file, slip.old, f"{slip.old}  # the same", slip.tests)
    assert missed(outcome, slip.tests) == list(slip.tests)


@forks
@pytest.mark.parametrize("new", ["return (", "import nothing_of_this_name", "undefined_name ="])
def test_code_that_cannot_be_imported_does_not_count_as_found(workshop, new):
    slip = BY_NAME["targets that are not one step later"]
    outcome = workshop.outcome_with(slip.file, '"""Batches', f'{new}\n"""Batches', slip.tests)
    assert missed(outcome, slip.tests)


@forks
def test_another_error_than_the_named_one_does_not_count_as_found(workshop):
    slip = BY_NAME["targets that are not one step later"]
    outcome = workshop.outcome_with(slip.file, slip.old, "return undefined_name", slip.tests)
    assert missed(outcome, slip.tests) == list(slip.tests)
    assert missed(outcome, slip.tests, by="NameError") == []


@forks
def test_every_slip_is_taken_back(workshop):
    slip = SLIPS[0]
    assert workshop.outcome_with(slip.file, slip.old, slip.new, slip.tests)["failed"]
    assert len(workshop.sources) > 10
    for path, source in workshop.sources.items():
        assert path.read_bytes() == source
