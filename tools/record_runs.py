"""Record the long runs that notebooks plot.   python tools/record_runs.py [NAME …]

Each run becomes data/runs/NAME.json: the command that made it, its settings, and what came out.
The recipes stand in tools/recipes, a module for each family of runs.
"""

import argparse
import importlib
import json
import pkgutil
from types import ModuleType

import recipes
import torch
from kernel_environment import ROOT

from helpers.basics.files import write_atomically

RUNS = ROOT / "data" / "runs"
FAMILIES = [
    importlib.import_module(f"recipes.{module.name}")
    for module in pkgutil.iter_modules(recipes.__path__)
]
RECIPES: dict[str, ModuleType] = {name: family for family in FAMILIES for name in family.RECIPES}


def record(name: str) -> None:
    """Do a run and write its record."""
    family = RECIPES[name]
    about = {
        "command": f"python tools/record_runs.py {name}",
        "recipe": family.RECIPES[name],
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        **family.run(family.RECIPES[name]),
    }
    write_atomically(RUNS / f"{name}.json", (json.dumps(about, indent=1) + "\n").encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(RECIPES))
    for name in parser.parse_args().names or RECIPES:
        record(name)


if __name__ == "__main__":
    main()
