"""A notebook is called by its name: numbers change when one is split or moved, names do not.

Looked at are all texts of the project and the words of the notebooks; a link must lead to the
notebook whose name it says.
"""

import re
import subprocess
from pathlib import Path

import nbformat
import pytest
from kernel_environment import ROOT

NUMBERED = re.compile(r"\b[Nn]otebooks? \d\d\b")
NAMED = re.compile(r"\b[Nn]otebooks? ((?:\*[A-Z][^*\n]*\*(?:, | and |,? or | to )?)+)")
UNREAD = ("test_names_of_notebooks.py", "CHANGELOG.md")  # a history keeps the numbers of its time
LINKED = re.compile(r"\[\*([^*\n]+)\*(?: [^\]]*)?\]\((?:\.\./|notebooks/)*(\d\d_\w+\.ipynb)")


def title(path) -> str:
    """The heading of a notebook: its name."""
    cells = nbformat.read(path, as_version=4).cells
    return re.search(r"^# (.+)$", next(c.source for c in cells if "# " in c.source), re.MULTILINE)[
        1
    ]


TITLES = {path.name: title(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}


def texts() -> dict[str, str]:
    """Every text of the project by its path; of a notebook only what is written in its cells."""
    named = ["git", "ls-files", "*.py", "*.md", "*.ipynb", "Makefile"]
    paths = subprocess.run(named, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {
        name: written(ROOT / name)
        for name in paths.splitlines()
        if Path(name).name not in UNREAD and (ROOT / name).exists()
    }


def written(path) -> str:
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    return "\n\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)


def faults(text: str) -> list[str]:
    """What this text says of a notebook that is not so."""
    one_line = re.sub(r"\s*\n\s*#?\s*", " ", text)
    found = [f"{said!r} is a number" for said in NUMBERED.findall(one_line)]
    for names in NAMED.findall(one_line):
        said = re.findall(r"\*([^*]+)\*", names)
        found += [f"no notebook is called {name!r}" for name in said if name not in TITLES.values()]
    for name, file in LINKED.findall(one_line):
        if TITLES.get(file) != name:
            found.append(f"{name!r} leads to {file}, whose name is {TITLES.get(file)!r}")
    return found


TEXTS = texts()


@pytest.mark.parametrize("path", TEXTS)
def test_notebooks_are_called_by_their_names(path):
    assert faults(TEXTS[path]) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Built in notebook 07.", "'notebook 07' is a number"),
        ("Built in notebook\n    07.", "'notebook 07' is a number"),
        ("Used in notebooks *Attention* and *Attenton*.", "no notebook is called 'Attenton'"),
        ("[*Attention*](08_train_a_gpt.ipynb#x)", "'Attention' leads to 08_train_a_gpt.ipynb"),
        ("[*Attention*](../notebooks/05_gone.ipynb)", "whose name is None"),
    ],
)
def test_a_wrong_name_is_found(text, fault):
    assert any(fault in found for found in faults(text))
