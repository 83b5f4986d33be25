"""Write the address of the published repository into the project.

python tools/publish.py owner/name     pyproject.toml, the set-up cell, every notebook, and the
                                       workflow that publishes the web book on GitHub's pages
python tools/publish.py                the notebooks again, with the address that is known
"""

import argparse
import re
import shutil
import sys
from pathlib import Path

import nbformat
from kernel_environment import ROOT
from lesson import FOLDED

REPOSITORY = re.compile(r"[A-Za-z0-9](-?[A-Za-z0-9])*/[A-Za-z0-9._-]+")
PUBLISHED = re.compile(r'^(published = )"(.*)"', re.MULTILINE)
URLS = re.compile(r"^\[project\.urls\]\n(?:Repository = .*\n)?", re.MULTILINE)
ROW_START = "*GPT, Probably*"
WORKFLOW = Path(".github", "workflows", "book.yml")
TEMPLATE = ROOT / "docs" / "book" / "workflow.yml"


def check_repository(repository: str) -> str:
    """The name itself, or a ValueError when it cannot be a repository's."""
    if not REPOSITORY.fullmatch(repository) or repository.endswith((".git", "/.", "/..")):
        raise ValueError(
            f"A repository is given as owner/name, got {repository!r}. "
            "Try: make publish REPO=ada/gpt-probably"
        )
    return repository


def known_repository(root: Path = ROOT) -> str:
    """owner/name as the set-up cell has it; empty before the course is published."""
    return PUBLISHED.search(setup_cell(root))[2]


def setup_cell(root: Path = ROOT) -> str:
    """The text of every notebook's first code cell."""
    return (root / "tools" / "setup_cell.py").read_text(encoding="utf-8").rstrip("\n")


def badge_row(name: str, repository: str) -> str:
    """The first line of a notebook: where else it can be opened, as far as that is true."""
    if not repository:
        return f"{ROW_START} · runs in JupyterLab (`make lab`) · not on Colab yet"
    badge = "![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)"
    colab = f"[{badge}]({on_colab(name, repository)})"
    return f"{ROW_START} · {colab} · [on GitHub](https://github.com/{_page(name, repository)})"


def on_colab(name: str, repository: str) -> str:
    """Where Colab opens the notebook."""
    return f"https://colab.research.google.com/github/{_page(name, repository)}"


def _page(name: str, repository: str) -> str:
    return f"{repository}/blob/main/notebooks/{name}"


def stamp_notebook(notebook, name: str, root: Path = ROOT) -> None:
    """Renew the badge row and the set-up cell of a notebook that has both; the cell is folded."""
    text = next((cell for cell in notebook.cells if cell.cell_type == "markdown"), None)
    code = next((cell for cell in notebook.cells if cell.cell_type == "code"), None)
    cell = setup_cell(root)
    mark = cell.partition("\n")[0]
    if not (text and code and text.source.startswith(ROW_START) and code.source.startswith(mark)):
        raise ValueError(
            f"A notebook begins with a line {ROW_START!r} and its first code cell with {mark!r}; "
            f"{name} does not. Copy both from another notebook and run this again."
        )
    row, newline, rest = text.source.partition("\n")
    text.source = badge_row(name, known_repository(root)) + newline + rest
    code.source = cell
    code.metadata |= FOLDED


def write_address(repository: str, root: Path = ROOT) -> None:
    """Put the address into pyproject.toml and into the set-up cell."""
    project, cell = root / "pyproject.toml", root / "tools" / "setup_cell.py"
    line = f'[project.urls]\nRepository = "https://github.com/{repository}"\n'
    replace(project, URLS, lambda _: line)
    replace(cell, PUBLISHED, lambda match: f'{match[1]}"{repository}"')


def write_workflow(root: Path = ROOT) -> None:
    """Put the workflow that builds and publishes the web book where GitHub looks for it."""
    (root / WORKFLOW).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(TEMPLATE, root / WORKFLOW)


def replace(path: Path, pattern: re.Pattern, new) -> None:
    """Change the one place in a file where the pattern stands."""
    text, count = pattern.subn(new, path.read_text(encoding="utf-8"))
    if count != 1:
        raise ValueError(
            f"{path.name} must have one place for the address, it has {count}. "
            "Take the file from the last release and run this again."
        )
    path.write_text(text, encoding="utf-8", newline="\n")


def stamp_notebooks(root: Path = ROOT) -> list[str]:
    """Stamp every notebook; the names of those that changed."""
    changed = []
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        before = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(before, as_version=4)
        stamp_notebook(notebook, path.name, root)
        after = nbformat.writes(notebook) + "\n"
        if after != before:
            path.write_text(after, encoding="utf-8", newline="\n")
            changed.append(path.name)
    return changed


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("repository", nargs="?", help="owner/name; without it the known address")
    repository = parser.parse_args(arguments).repository
    try:
        if repository is not None:
            write_address(check_repository(repository), root)
            write_workflow(root)
        changed = stamp_notebooks(root)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"address: {known_repository(root) or 'none yet'}; notebooks changed: {len(changed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
