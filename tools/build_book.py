"""Build the web book from the notebooks.

    python tools/build_book.py              into build/book
    python tools/build_book.py --out site   elsewhere

The sources are gathered beside the site, then Sphinx runs; a warning is an error.
"""

import argparse
import shutil
import sys
from pathlib import Path

import nbformat
import publish
from book import chapters, course, pages
from kernel_environment import ROOT
from lesson import Lesson

CONFIG = ROOT / "docs" / "book"
OUT = ROOT / "build" / "book"


def gather(folder: Path, root: Path = ROOT) -> None:
    """Write everything that Sphinx reads: a chapter per notebook, and the pages around them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    plan, repository = course.chapters(root), publish.known_repository(root)
    lessons = [Lesson.load(root / "notebooks" / chapter.name) for chapter in plan]
    linked = chapters.linked_cells(lessons)
    for lesson in lessons:
        nbformat.write(chapters.as_chapter(lesson, linked, repository), folder / lesson.name)
    readme = (root / "README.md").read_text(encoding="utf-8")
    (folder / "index.md").write_text(pages.front(readme, plan), encoding="utf-8")
    (folder / "teachers.md").write_text(pages.teachers(plan), encoding="utf-8")


def build(out: Path, root: Path = ROOT) -> int:
    """Gather and build; Sphinx's exit status, 0 for a book without a warning."""
    from sphinx.cmd.build import build_main  # late: only who builds needs the extra `book`

    source, site = out / "source", out / "site"
    shutil.rmtree(site, ignore_errors=True)
    gather(source, root)
    options = ["-b", "html", "-c", CONFIG, "-d", out / "doctrees", "--fail-on-warning"]
    status = build_main([*map(str, [*options, "--fresh-env", "--quiet", source, site])])
    for old, new in pages.OLD_NAMES.items():
        (site / f"{old}.html").write_text(pages.moved(new), encoding="utf-8")
    return status


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=OUT, help="folder")
    out = parser.parse_args(arguments).out
    status = build(out.resolve())
    if not status:
        print(f"Open {out / 'site' / 'index.html'} in a browser.")
    return status


if __name__ == "__main__":
    sys.exit(main())
