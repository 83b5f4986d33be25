"""How soon a loss is reached: what a minute of training buys.   python benchmarks/recipes.py

The lecture's recipe for its GPT-0 (windows of 8 characters, 16 at a time, AdamW at 1e-3, 5,000
steps, 2.03 nats) is run as it stands. Ours may choose model, windows, learning rate and optimizer;
the loss is the same thing: nats per character on validation text that no step has seen. Counted are
the seconds of the steps, not those of measuring. Every recipe is run from several seeds.
"""

import dataclasses
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

import measuring  # first: it fixes the threads
import nanogpt
import torch
from torch import Tensor

from helpers.learning import evaluation, training
from helpers.learning.muon import muon
from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches, corpora, playwright
from helpers.text.tokenizers import CharTokenizer

LECTURE, LECTURE_LOSS, LECTURE_STEPS = "the lecture's recipe", 2.03, 5000
FINAL_LOSS = 1.65


@dataclass(frozen=True)
class Recipe:
    """A model's shape and how it is trained, with rotary positions.

    Matrices start with N(0, 1/C), for it is narrow; what writes to the stream starts at 0.
    """

    T: int
    C: int
    layers: int
    batch_size: int
    lr: float
    steps: int

    def run(self, train_ids: Tensor, val_ids: Tensor, vocabulary: int, seed: int) -> training.Run:
        """A run that has taken no step yet."""
        torch.manual_seed(seed)
        parts = {"activation": "relu", "positions": "rotary"}
        config = GPTConfig(self.T, vocabulary, self.layers, 4, self.C, **parts)
        model = initialise.gpt2(GPT(config), std=self.C**-0.5).train()
        for name, parameter in model.named_parameters():
            if name.endswith("projection.weight"):
                torch.nn.init.zeros_(parameter)
        settings = {"batch_size": self.batch_size, "lr": self.lr, "steps": self.steps, "seed": seed}
        settings |= {"warmup": 50, "weight_decay": 0.1, "precision": "float32"}
        return training.Run(model, train_ids, val_ids, settings, optimizer=muon)


SOON = Recipe(T=64, C=64, layers=2, batch_size=16, lr=1e-2, steps=300)
BETTER = Recipe(T=128, C=64, layers=2, batch_size=16, lr=1e-2, steps=1400)
MINUTE = Recipe(T=128, C=128, layers=2, batch_size=16, lr=1e-2, steps=1200)


def reach(run: training.Run, loss: float, every: int) -> float:
    """Seconds spent in steps until the validation loss is this low, looked at every few steps.

    SystemExit if the recipe ends before.
    """
    seconds, steps = 0.0, run.settings["steps"]
    while run.step < steps:
        seconds += stepping(run, min(every, steps - run.step))
        if (reached := evaluation.evaluate(run.model, run.val_ids)) <= loss:
            return seconds
    raise SystemExit(f"{steps} steps end at {reached:.3f} nats, above {loss}.")


def stepping(run: training.Run, n: int) -> float:
    """Seconds that n steps take."""
    started = time.perf_counter()
    for _ in range(n):
        run.take_step()
    return time.perf_counter() - started


def reached_by(recipe: Recipe, loss: float, seeds: range) -> list[float]:
    """Seconds of steps to this validation loss on TinyShakespeare, from every seed."""
    text = corpora.load("tinyshakespeare").text
    tokenizer = CharTokenizer.from_text(text)
    train_ids, val_ids = batches.split(tokenizer.encode(text))
    runs = (recipe.run(train_ids, val_ids, tokenizer.vocab_size, seed) for seed in seeds)
    return [reach(run, loss, every=max(1, recipe.steps // 20)) for run in runs]


def lecture() -> tuple[float, float]:
    """The lecture's recipe: seconds of its 5,000 steps, and the loss it ends with."""
    text = corpora.load("tinyshakespeare").text
    tokenizer = CharTokenizer.from_text(text)
    train_ids, val_ids = batches.split(tokenizer.encode(text))
    torch.manual_seed(0)
    model = initialise.pytorch(GPT(GPTConfig.preset("gpt0"))).train()
    adamw = torch.optim.AdamW(model.parameters(), lr=1e-3)
    started = time.perf_counter()
    for _ in range(LECTURE_STEPS):
        loss = model(*nanogpt.batch(train_ids, 16, model.config.block_size))[1]
        adamw.zero_grad(set_to_none=True)
        loss.backward()
        adamw.step()
    return time.perf_counter() - started, evaluation.evaluate(model, val_ids, tokens=None)


def a_minute(recipe: Recipe, seed: int) -> tuple[float, float]:
    """The Playwright: seconds of all steps, and the excess over the exact floor on new text."""
    text = playwright.write(5_000_000, seed)
    tokenizer = CharTokenizer.from_text(text)
    train_ids, val_ids = batches.split(tokenizer.encode(text))
    run = recipe.run(train_ids, val_ids, tokenizer.vocab_size, seed)
    seconds = stepping(run, recipe.steps)
    unseen = playwright.write(200_000, seed=2026)
    return seconds, evaluation.excess(run.model, tokenizer, unseen)[0]


def rows() -> Iterator[measuring.Row]:
    theirs, loss = lecture()
    yield measuring.Row(f"{LECTURE}, 5,000 steps", f"{loss:.3f} nats in {theirs:.0f} s")
    shares = [seconds / theirs for seconds in reached_by(SOON, LECTURE_LOSS, range(5))]
    took = f"{measuring.show(theirs * statistics.median(shares))} and {measuring.show(theirs)}"
    row = measuring.at_most(f"TinyShakespeare to {LECTURE_LOSS} nats", shares, 0.5, f"of {LECTURE}")
    yield dataclasses.replace(row, took=took)
    seconds = reached_by(BETTER, FINAL_LOSS, range(2))
    yield measuring.at_most(f"TinyShakespeare to {FINAL_LOSS} nats", seconds, 45)
    found = [a_minute(MINUTE, seed) for seed in range(3)]
    took = f"{statistics.median(seconds for seconds, _ in found):.0f} s"
    work = f"Playwright, {MINUTE.steps:,} steps: excess over the floor"
    row = measuring.at_most(work, [excess for _, excess in found], 0.07, "nats per character")
    yield dataclasses.replace(row, took=took)


if __name__ == "__main__":
    measuring.main(__doc__, rows)
