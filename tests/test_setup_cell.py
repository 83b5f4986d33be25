"""The first code cell: nothing happens at home, on Colab the course is found or fetched."""

import os
import shutil
import subprocess
import sys
import types
from pathlib import Path

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


def course_in(folder):
    """A folder that looks like the course."""
    for name in ("helpers", "notebooks"):
        (folder / name).mkdir(parents=True)
    return folder


def assert_found(folder):
    assert sys.path[0] == str(folder) and os.getcwd() == str(folder / "notebooks")
    before = list(sys.path)
    run_cell()
    assert sys.path == before and os.getcwd() == str(folder / "notebooks")


@pytest.mark.parametrize("place", ["clone", "gpt-probably-main", "drive/MyDrive/gpt-probably"])
def test_a_course_that_is_there_is_found_and_nothing_is_fetched(colab, monkeypatch, place):
    """Where COURSE_DIR says, or unpacked from a zip, on the Drive: no git, no question."""
    folder = course_in(colab / place)
    monkeypatch.setattr(subprocess, "run", None)
    run_cell()
    assert_found(folder)


def test_a_notebook_opened_within_the_course_finds_it(colab, monkeypatch):
    folder = course_in(colab / "drive" / "mine")
    monkeypatch.chdir(folder / "notebooks")
    run_cell()
    assert_found(folder)


def test_a_plain_path_is_taken_as_it_is(colab, monkeypatch):
    folder = course_in(colab / "elsewhere")
    monkeypatch.setenv("COURSE_REPO", str(folder))
    run_cell()
    assert_found(folder)


def upload_of(colab, monkeypatch, names):
    """Colab's upload, as if a reader had chosen these files."""
    files = types.SimpleNamespace(upload=lambda: dict.fromkeys(names, b""))
    monkeypatch.setattr(sys.modules["google.colab"], "files", files, raising=False)


@pytest.mark.skipif(publish.known_repository() != "", reason="the course is published")
def test_without_an_address_the_zip_is_asked_for(colab, monkeypatch, capsys):
    course_in(colab / "packed" / "gpt-probably")
    packed = shutil.make_archive(str(colab / "sent"), "zip", colab / "packed")
    shutil.rmtree(colab / "packed")
    upload_of(colab, monkeypatch, [packed])
    run_cell()
    assert "gpt-probably.zip" in capsys.readouterr().out
    assert_found(colab / "gpt-probably")


@pytest.mark.skipif(publish.known_repository() != "", reason="the course is published")
def test_an_upload_that_is_cancelled_is_said(colab, monkeypatch):
    upload_of(colab, monkeypatch, [])
    with pytest.raises(RuntimeError, match="the upload brought no course.*COURSE_REPO=owner/name"):
        run_cell()


@pytest.mark.parametrize("address", ["{}/nothing", "file://{}/nothing"])
def test_a_wrong_address_is_one_sentence_and_leaves_nothing(colab, monkeypatch, address):
    address = address.format(colab)
    monkeypatch.setenv("COURSE_REPO", address)
    with pytest.raises(RuntimeError, match=f"{address} brought no course.*owner/name"):
        run_cell()
    assert list(colab.iterdir()) == []


def test_a_clone_that_was_interrupted_is_begun_again(colab, repository, monkeypatch):
    (colab / "clone").mkdir()
    course_in(colab / "part of clone")  # as it stands when the kernel is stopped halfway
    monkeypatch.setenv("COURSE_REPO", repository)
    run_cell()
    assert_found(colab / "clone")
    assert (colab / "clone" / "notebooks" / "00.ipynb").exists()


def test_a_folder_with_other_files_is_not_overwritten(colab, repository, monkeypatch):
    (colab / "clone").mkdir()
    (colab / "clone" / "mine.txt").write_text("keep")
    monkeypatch.setenv("COURSE_REPO", repository)
    with pytest.raises(RuntimeError, match="clone holds something else"):
        run_cell()
    assert (colab / "clone" / "mine.txt").read_text() == "keep"


def test_a_name_stands_for_an_address_on_github(colab, monkeypatch):
    monkeypatch.setenv("COURSE_REPO", "ada/course")
    asked = []

    def clone(command):
        asked.extend(map(str, command))
        course_in(Path(command[-1]))

    monkeypatch.setattr(subprocess, "run", clone)
    run_cell()
    assert "https://github.com/ada/course" in asked


def test_the_project_has_one_address():
    urls = publish.URLS.search((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[0]
    repository = publish.known_repository()
    assert (f'"https://github.com/{repository}"' in urls) if repository else ("http" not in urls)
