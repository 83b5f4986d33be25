"""Results that take long to make are kept: in a file, and in the part of a page made from it.

What is not made again keeps its lines. Used by tools/trials.py and benchmarks/table.py.
"""

import argparse
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Results:
    """Results by name: kept in `file`, shown on `page` between two marks by `lines`."""

    file: Path
    page: Path
    marks: tuple[str, str]
    names: Collection[str]  # in the order of the page
    lines: Callable[[dict[str, dict]], Iterable[str]]

    def chosen(self, description: str) -> list[str]:
        """The names on the command line, or all; an unknown one ends the program with the list."""
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("names", nargs="*", metavar="name", help=", ".join(self.names))
        chosen = parser.parse_args().names or list(self.names)
        if unknown := set(chosen) - set(self.names):
            parser.error(f"there is none called {min(unknown)}; pick from {', '.join(self.names)}")
        return chosen

    def keep(self, name: str, result: dict) -> None:
        """Put one result in the place of the earlier one of this name, and renew the page."""
        known = json.loads(self.file.read_text(encoding="utf-8")) if self.file.exists() else {}
        known[name] = result
        ordered = {name: known[name] for name in self.names if name in known}
        self.file.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
        text = self.page.read_text(encoding="utf-8")
        self.page.write_text(self.renewed(text, ordered), encoding="utf-8")

    def renewed(self, text: str, results: dict[str, dict]) -> str:
        """A page's text with new lines between the marks, and all else as it was."""
        before, rest = text.split(self.marks[0])
        after = rest.split(self.marks[1])[1]
        return "\n".join([before + self.marks[0], *self.lines(results), self.marks[1] + after])
