"""The first code cell: nothing happens at home, on Colab the course is fetched."""

import os
import subprocess
import sys
import types

import publish
import pytest
from kernel_environment import ROOT

CELL = compile(publish.setup_cell(), "setup_cell.py", "exec")


def run_cell():
    exec(CELL, {})


@pytest.fixture
def surroundings(monkeypatch, tmp_path):
    """Working folder and import path that are put back after the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delenv("COURSE_REPO", raising=False)
    monkeypatch.setenv("COURSE_DIR", str(tmp_path / "clone"))
    return tmp_path


@pytest.fixture
def colab(monkeypatch, surroundings):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    return surroundings


@pytest.fixture
def repository(tmp_path):
    """A tiny course in a git repository, as a file:// address."""
    folder = tmp_path / "origin"
    (folder / "helpers").mkdir(parents=True)
    (folder / "helpers" / "__init__.py").write_text("")
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "00.ipynb").write_text("{}")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder.as_uri()


def test_it_is_short_enough_for_a_folded_cell():
    assert len(publish.setup_cell().splitlines()) <= 40


def test_at_home_nothing_happens(surroundings, capsys):
    path, modules = list(sys.path), set(sys.modules)
    run_cell()
    assert (os.getcwd(), sys.path, set(sys.modules)) == (str(surroundings), path, modules)
    assert list(surroundings.iterdir()) == [] and capsys.readouterr() == ("", "")


def test_on_colab_the_course_is_fetched_and_a_second_run_changes_nothing(
    colab, repository, monkeypatch
):
    monkeypatch.setenv("COURSE_REPO", repository)
    run_cell()
    clone = str(colab / "clone")
    assert sys.path[0] == clone and os.getcwd() == os.path.join(clone, "notebooks")
    path = list(sys.path)
    run_cell()
    assert sys.path == path and sys.path.count(clone) == 1


@pytest.mark.skipif(publish.known_repository() != "", reason="the course is published")
def test_on_colab_without_an_address_it_says_what_to_set(colab):
    with pytest.raises(RuntimeError, match="no address is known.*COURSE_REPO=owner/name"):
        run_cell()


def test_a_clone_that_fails_is_loud(colab, monkeypatch):
    monkeypatch.setenv("COURSE_REPO", (colab / "nothing").as_uri())
    with pytest.raises(subprocess.CalledProcessError, match="clone"):
        run_cell()


def test_a_name_stands_for_an_address_on_github(colab, monkeypatch):
    monkeypatch.setenv("COURSE_REPO", "ada/course")
    asked = []

    def clone(command, check):
        asked.append(command)
        os.makedirs(os.path.join(command[-1], "notebooks"))

    monkeypatch.setattr(subprocess, "run", clone)
    run_cell()
    assert "https://github.com/ada/course" in asked[0]


def test_the_project_has_one_address():
    urls = publish.URLS.search((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[0]
    repository = publish.known_repository()
    assert (f'"https://github.com/{repository}"' in urls) if repository else ("http" not in urls)
