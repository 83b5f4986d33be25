"""What README's table and the notebooks say of the course: order, hours, needs, exercises."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lesson import Lesson
from reading_rules import MINUTES
from solve import exercise_cells

from helpers.practice import collected

ROW = re.compile(r"^\| \[(\d\d .+?)\]\(notebooks/(\w+\.ipynb)\) \| (.+?) \| \d+ \|$", re.M)
NEEDS = re.compile(r"^## What you need\n+(.+?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)
SENTENCE_END = re.compile(r"(?<=[.:])\s+(?=[A-Z\[])")
LINK = re.compile(r"\]\((\w+\.ipynb)\)")
IN_THE_TEXT = re.compile("^Build( it)?: ")  # the text goes on from such an exercise


@dataclass(frozen=True)
class Task:
    """An exercise of a notebook: the heading above it, and a link there."""

    heading: str
    link: str

    @property
    def is_in_the_text(self) -> bool:
        return bool(IN_THE_TEXT.match(self.heading))

    @property
    def title(self) -> str:
        return IN_THE_TEXT.sub("", self.heading)


@dataclass(frozen=True)
class Chapter:
    """A notebook: its file, what README says of it, what it says of itself.

    needs: the notebooks that it begins with; touches: those that it names as useful in places.
    """

    name: str
    label: str
    about: str
    minutes: int
    needs: tuple[str, ...]
    touches: tuple[str, ...]
    tasks: tuple[Task, ...]

    @property
    def title(self) -> str:
        return self.label[3:]


def chapters(root: Path) -> list[Chapter]:
    """The notebooks in the order of README's table, which is the order to read them in.

    ValueError if the table lacks one or has one too many.
    """
    rows = ROW.findall((root / "README.md").read_text(encoding="utf-8"))
    there = sorted(path.name for path in (root / "notebooks").glob("*.ipynb"))
    if sorted(name for _, name, _ in rows) != there:
        odd = sorted({name for _, name, _ in rows} ^ {*there})
        raise ValueError(
            f"README's table must have one row for each notebook; it differs in {odd}. "
            "Write a row `| [NN Title](notebooks/NN_topic.ipynb) | what you build | minutes |`."
        )
    return [chapter(root / "notebooks" / name, label, about) for label, name, about in rows]


def chapter(path: Path, label: str, about: str) -> Chapter:
    """What one notebook says of itself."""
    lesson = Lesson.load(path)
    first, *others = SENTENCE_END.split(NEEDS.search(lesson.text)[1])
    minutes = int(MINUTES.search(lesson.text)[0].split()[0])
    needs, touches = (tuple(LINK.findall(text)) for text in (first, " ".join(others)))
    return Chapter(path.name, label, about, minutes, needs, touches, tuple(tasks(lesson)))


def tasks(lesson: Lesson) -> list[Task]:
    """The exercises in their order."""
    checks, title, found = {cell.id for cell, *_ in exercise_cells(lesson.notebook)}, "", []
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            titles = collected.HEADING.findall(cell.source)
            title = titles[-1][1] if titles else title
        elif cell.id in checks:
            found.append(Task(title, collected.link(lesson.name, title)))
    return found


def way_to(name: str, course: Sequence[Chapter]) -> list[Chapter]:
    """A notebook and all that it rests on, directly or not, in the order of the course."""
    by_name, wanted = {c.name: c for c in course}, {name}
    for chapter in reversed(course):
        wanted |= {*chapter.needs} if chapter.name in wanted else set()
    return [by_name[c.name] for c in course if c.name in wanted]


def resting_on(name: str, course: Sequence[Chapter]) -> list[Chapter]:
    """The notebooks that begin with this one."""
    return [chapter for chapter in course if name in chapter.needs]
