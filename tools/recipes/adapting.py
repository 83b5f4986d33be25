"""What a model learns of a new text and forgets of the old, by what of it may change.

From TinyShakespeare to the Playwright, as in *From GPT-1 to GPT-3*; notebook *Adapt a model*. Every
method at several rates from one seed, and at the best of them from all seeds; two of them also at
half their best rate, and with old text among the new.
"""

import copy
from collections.abc import Callable

import torch
from kernel_environment import ROOT
from torch import Tensor

from helpers.learning import sampling
from helpers.learning.adapting import forgetting, shortened
from helpers.learning.evaluation import excess
from helpers.learning.fitting import fit
from helpers.models import lora
from helpers.models.gpt import GPT
from helpers.text import batches, playwright, tokenizers
from recipes import looking

FOLDER = ROOT / "data" / "checkpoints" / "tinyshakespeare"
THIN = [5e-3, 1e-2, 2e-2]  # rates of thin matrices
RECIPES = {
    "adapting_playwright": {
        "characters": 27_000,
        "unseen": 8_000,
        "own_texts": 256,
        "block_size": 64,
        "batch_size": 8,
        "looks": [20, 60],
        "seeds": [0, 1, 2],
        "methods": {
            "all weights": [5e-4, 1e-3, 2e-3, 4e-3],
            "last layer": [1e-2, 3e-2, 1e-1],
            "rank 1": THIN,
            "rank 4": THIN,
            "rank 16": THIN,
        },
        "slower": ["all weights", "rank 16"],
        "with_old_text": ["all weights", "rank 16"],
    }
}


class World:
    """The old model, what it wrote, the new text, and the text on which both are measured."""

    def __init__(self, settings: dict):
        self.tokenizer = tokenizers.load(FOLDER)
        self.before = shortened(GPT.load(FOLDER), settings["block_size"])
        self.new = torch.tensor(
            self.tokenizer.encode(playwright.write(settings["characters"], seed=100))
        )
        self.unseen = playwright.write(settings["unseen"], seed=200)
        start = torch.full((settings["own_texts"], 1), self.tokenizer.encode("\n")[0])
        dice = torch.Generator().manual_seed(0)
        length = settings["block_size"] - 1
        own = sampling.generate(self.before, start, length, generator=dice)
        self.read_again, self.own = own.chunk(2)
        self.mixed = torch.cat([self.new, self.read_again.flatten()])  # 23 % is old
        self.start = self.measured(self.before)

    def measured(self, model: GPT) -> tuple[float, float]:
        """Nats per character above the new text's truth, and above the old self's."""
        new, old = (
            excess(model, self.tokenizer, self.unseen)[0],
            forgetting(model, self.before, self.own),
        )
        return round(new, 4), round(old, 4)


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """What each run pays on both texts before its first step and at every look."""
    world, rows, best = World(settings), [], {}
    first, *others = settings["seeds"]
    for method, rates in settings["methods"].items():
        found = [tune(settings, world, method, rate, first) for rate in rates]
        best[method] = min(found, key=lambda row: row["new"][-1])["rate"]
        rows += found
        rows += [tune(settings, world, method, best[method], seed) for seed in others]
    for method in settings["slower"]:
        rows += [tune(settings, world, method, best[method] / 2, seed) for seed in others]
    for method in settings["with_old_text"]:
        for seed in settings["seeds"]:
            rows.append(tune(settings, world, method, best[method], seed, old_text=True))
    return {"rows": rows}


def opened(model: GPT, method: str) -> GPT:
    """A copy of a model in which that may change which the method allows."""
    if method == "all weights":
        return copy.deepcopy(model)
    if method == "last layer":
        return lora.with_own_head(model)
    return lora.with_lora(model, int(method.removeprefix("rank ")))


def tune(settings, world: World, method: str, rate: float, seed: int, old_text=False) -> dict:
    """One run: its numbers, and nats above both truths at every look."""
    torch.manual_seed(seed)
    model = opened(world.before, method)
    row = {"method": method, "rate": rate, "seed": seed, "old_text": old_text}
    row |= {"numbers": lora.learned_numbers(model), "steps": [0, *settings["looks"]]}
    ids, seen = world.mixed if old_text else world.new, [world.start]

    def batch_loss() -> Tensor:
        return model(*batches.sample(ids, settings["batch_size"], settings["block_size"]))[1]

    options = {"steps": row["steps"][-1], "lr": rate, "seed": seed, "progress": False}

    def look() -> None:
        seen.append(world.measured(model))

    fit(model, looking(batch_loss, settings["looks"], look), **options)
    look()
    return row | dict(zip(("new", "old"), map(list, zip(*seen, strict=True)), strict=True))
