"""`make publish`: the address goes into the project and into every notebook, once."""

import shutil

import build_book
import nbformat
import publish
import pytest
import yaml
from kernel_environment import ROOT
from nbformat import v4


@pytest.fixture
def project(tmp_path):
    """A copy of the files that hold the address, unpublished, with one notebook."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "notebooks").mkdir()
    for name in ("pyproject.toml", "tools/setup_cell.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    cell = tmp_path / "tools" / "setup_cell.py"
    cell.write_text(publish.PUBLISHED.sub(r'\1""', cell.read_text()))
    write(tmp_path, v4.new_markdown_cell(f"{publish.ROW_START} · old\n\n# Title"), first_cell())
    return tmp_path


def first_cell():
    return v4.new_code_cell(publish.setup_cell().partition("\n")[0] + "\nold()")


def write(project, *cells):
    nbformat.write(v4.new_notebook(cells=list(cells)), project / "notebooks" / "01_a.ipynb")


def contents(project):
    return {path: path.read_bytes() for path in project.rglob("*.*") if path.is_file()}


def test_the_address_reaches_project_cell_and_notebook(project):
    assert publish.main(["ada/course"], project) == 0
    assert '"https://github.com/ada/course"' in (project / "pyproject.toml").read_text()
    assert publish.known_repository(project) == "ada/course"
    text, code = nbformat.read(project / "notebooks" / "01_a.ipynb", 4).cells
    assert text.source.endswith("\n\n# Title")
    assert "colab.research.google.com/github/ada/course/blob/main/notebooks/01_a" in text.source
    assert code.source == publish.setup_cell(project) and '"ada/course"' in code.source


def test_twice_is_as_once_and_the_last_address_wins(project):
    publish.main(["ada/course"], project)
    once = contents(project)
    publish.main(["ada/course"], project)
    publish.main([], project)
    assert contents(project) == once
    publish.main(["bob/other"], project)
    assert not any(b"ada/course" in content for content in contents(project).values())
    publish.main(["ada/course"], project)
    assert contents(project) == once


def test_the_workflow_that_publishes_the_book_is_written_with_the_address_only(project):
    publish.main([], project)
    assert not (project / publish.WORKFLOW).exists()
    publish.main(["ada/course"], project)
    workflow = yaml.safe_load((project / publish.WORKFLOW).read_text())
    steps = workflow["jobs"]["book"]["steps"]
    assert {"run": "make book"} in steps and {"pages", "id-token"} <= {*workflow["permissions"]}
    folders = [step["with"]["path"] for step in steps if "path" in step.get("with", {})]
    assert [ROOT / folder for folder in folders] == [build_book.OUT / "site"]


def test_without_an_address_the_row_links_nowhere(project):
    assert publish.main([], project) == 0
    text = nbformat.read(project / "notebooks" / "01_a.ipynb", 4).cells[0]
    assert text.source.startswith(publish.ROW_START) and "](" not in text.source


@pytest.mark.parametrize(
    "name", ["", "course", "a/b/c", "https://github.com/a/b", "a/b.git", "-/b"]
)
def test_a_bad_name_changes_nothing_and_says_what_to_try(project, name, capsys):
    before = contents(project)
    assert publish.main(["--", name], project) == 1
    assert contents(project) == before
    assert f"owner/name, got {name!r}. Try:" in capsys.readouterr().err


def test_a_notebook_without_its_beginning_is_not_overwritten(project, capsys):
    write(project, v4.new_markdown_cell("# Title"), v4.new_code_cell("precious()"))
    before = contents(project)
    assert publish.main([], project) == 1
    assert contents(project) == before and "01_a.ipynb does not" in capsys.readouterr().err
