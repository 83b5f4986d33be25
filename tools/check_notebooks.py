"""Print what the layout rules find in notebooks.

python tools/check_notebooks.py                                all of notebooks/
python tools/check_notebooks.py notebooks/01_text_to_tokens.ipynb
"""

import sys
from pathlib import Path

import code_rules
import reading_rules
from kernel_environment import ROOT
from lesson import Lesson

RULES = code_rules.RULES + reading_rules.RULES


def faults(lesson: Lesson) -> list[str]:
    """Every rule's findings, one line each."""
    return [f"{lesson.name}: {fault}" for rule in RULES for fault in rule(lesson)]


def main(arguments: list[str]) -> int:
    paths = [Path(a) for a in arguments] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    found = [fault for path in paths for fault in faults(Lesson.load(path))]
    print("\n".join(found) or f"{len(paths)} notebooks, no faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
