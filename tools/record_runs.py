"""Record the long runs that notebooks plot.   python tools/record_runs.py [NAME …]

Each run becomes data/runs/NAME.json: the command that made it, its settings, and its history.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import torch

from helpers.learning import training
from helpers.models.checkpoint import write_atomically
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches, corpora
from helpers.text.tokenizers import CharTokenizer

RUNS = Path(__file__).resolve().parent.parent / "data" / "runs"
LECTURE = {"steps": 5000, "batch_size": 16, "lr": 1e-3, "seed": 0}
RECIPES = {
    "gpt0_playwright": {"corpus": "playwright", "preset": "gpt0", "training": LECTURE},
    "gpt0_tinyshakespeare": {"corpus": "tinyshakespeare", "preset": "gpt0", "training": LECTURE},
}


def run(name: str, on_step: Callable | None = None, progress: bool = True) -> training.History:
    """Do a recipe's run from its beginning; `on_step` may stop it early with KeyboardInterrupt."""
    recipe = RECIPES[name]
    corpus = corpora.load(recipe["corpus"])
    tokenizer = CharTokenizer.from_text(corpus.text)
    ids = batches.split(tokenizer.encode(corpus.text))
    torch.manual_seed(recipe["training"]["seed"])
    model = GPT(replace(GPTConfig.preset(recipe["preset"]), vocab_size=tokenizer.vocab_size))
    return training.train(model, *ids, **recipe["training"], progress=progress, on_step=on_step)


def record(name: str) -> None:
    """Do a run and write its record."""
    about = {
        "command": f"python tools/record_runs.py {name}",
        "recipe": RECIPES[name],
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "history": asdict(run(name)),
    }
    write_atomically(RUNS / f"{name}.json", (json.dumps(about, indent=1) + "\n").encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(RECIPES))
    for name in parser.parse_args().names or RECIPES:
        record(name)


if __name__ == "__main__":
    main()
