"""Train the checkpoints in data/checkpoints/ anew.   python tools/train_checkpoints.py [NAME …]

Each folder then holds the model and training.json: the command, the settings and the curve. A run
that was stopped goes on where it was when the command is given again. bfloat16 is fast on
processors that multiply it in hardware, and merely correct elsewhere; many small experts are
faster in float32.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

import torch

from helpers.basics.files import write_atomically
from helpers.learning import evaluation, training
from helpers.learning.balancing import BalanceLoss
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches, corpora, playwright
from helpers.text.tokenizers import CharTokenizer

CHECKPOINTS = Path(__file__).resolve().parent.parent / "data" / "checkpoints"
SHAPE = {"n_layer": 4, "n_head": 6, "n_embd": 192}
RECIPES = {
    "playwright": {
        "characters": 20_000_000,
        "model": {**SHAPE, "block_size": 256},
        "training": {"steps": 6000, "batch_size": 16, "lr": 2e-3, "seed": 0},
    },
    "tinyshakespeare": {
        "corpus": "tinyshakespeare",
        "model": {**SHAPE, "block_size": 128, "dropout": 0.1},
        "training": {"steps": 6000, "batch_size": 32, "lr": 2e-3, "seed": 0},
    },
    "moe_playwright": {
        "characters": 5_000_000,
        "model": {"n_layer": 2, "n_head": 4, "n_embd": 64, "block_size": 128, "n_expert": 8},
        "training": {"steps": 3000, "batch_size": 16, "lr": 3e-3, "seed": 0},
        "balance_loss": 0.01,
        "precision": "float32",
    },
}


def train(name: str) -> None:
    """Train one recipe and write its folder."""
    recipe = RECIPES[name]
    text = recipe_text(recipe)
    tokenizer = CharTokenizer.from_text(text)
    train_ids, val_ids = batches.split(tokenizer.encode(text))
    torch.manual_seed(recipe["training"]["seed"])
    model = GPT(GPTConfig(vocab_size=tokenizer.vocab_size, **recipe["model"]))
    unfinished = CHECKPOINTS / f"{name}.unfinished"
    history = training.train(
        model,
        train_ids,
        val_ids,
        **recipe["training"],
        checkpoint=unfinished,
        precision=getattr(torch, recipe.get("precision", "bfloat16")),
        auxiliary=BalanceLoss(recipe["balance_loss"]) if "balance_loss" in recipe else None,
    )
    if history.steps[-1] == recipe["training"]["steps"]:
        model.save(CHECKPOINTS / name, tokenizer)
        about = json.dumps(report(name, model, tokenizer, val_ids, history), indent=1)
        write_atomically(CHECKPOINTS / name / "training.json", (about + "\n").encode())
        unfinished.unlink()


def recipe_text(recipe: dict) -> str:
    """The training text: a named corpus, or a Playwright text of the recipe's length and seed."""
    if "characters" in recipe:
        return playwright.write(recipe["characters"], recipe["training"]["seed"])
    return corpora.load(recipe["corpus"]).text


def report(name: str, model: GPT, tokenizer: CharTokenizer, val_ids, history) -> dict:
    """What training.json says: how to repeat the run, its curve, and its final loss in float32."""
    about = {
        "command": f"python tools/train_checkpoints.py {name}",
        "recipe": RECIPES[name],
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "history": asdict(history),
        "validation_loss": evaluation.evaluate(model, val_ids, tokens=None),
    }
    if "characters" in RECIPES[name]:
        unseen = playwright.write(200_000, seed=2026)
        about["excess"], about["standard_error"] = evaluation.excess(model, tokenizer, unseen)
    return about


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(RECIPES))
    for name in parser.parse_args().names or RECIPES:
        train(name)


if __name__ == "__main__":
    sys.exit(main())
