"""Characters, the truth or a large model as a small one's teacher. Notebook: *Adapt a model*."""

from collections.abc import Callable
from itertools import product

import torch
from kernel_environment import ROOT
from torch import Tensor

from helpers.learning.distilling import distance, text_loss
from helpers.learning.fitting import fit
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import playwright, tokenizers
from helpers.text.playwright.foresight import next_probs
from recipes import looking

FOLDER = ROOT / "data" / "checkpoints" / "playwright"
RECIPES = {
    "distilling_playwright": {
        "length": 128,
        "texts": [50, 400],
        "unseen": 100,
        "model": {"block_size": 128, "n_layer": 2, "n_head": 4, "n_embd": 64},
        "batch_size": 8,
        "looks": [200, 600],
        "rates": [4e-3, 8e-3],
        "seeds": [0, 1, 2],
        "teachers": ["characters", "the truth", "the large GPT"],
    }
}
TOKENIZER = tokenizers.load(FOLDER)


def texts(count: int, length: int, seed: int) -> tuple[Tensor, Tensor]:
    """Beginnings of scenes as tokens (count, length), and what could come at each: (…, V)."""
    written = playwright.write(count * 1500, seed).split("Exeunt.\n\n")
    begun = [scene[:length] for scene in written if len(scene) >= length][:count]
    ids = torch.tensor([TOKENIZER.encode(text) for text in begun])
    return ids, torch.stack([next_probs(text, TOKENIZER).float() for text in begun])


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """KL(truth ‖ model) on unseen texts at every look, for each teacher and number of texts."""
    unseen, rows = texts(settings["unseen"], settings["length"], 1000), []
    first, *others = settings["seeds"]
    for lessons in product(settings["texts"], settings["teachers"]):
        found = [learn(settings, *lessons, rate, first, unseen) for rate in settings["rates"]]
        best = min(found, key=lambda row: row["kl"][-1])["rate"]
        rows += found
        rows += [learn(settings, *lessons, best, seed, unseen) for seed in others]
    return {"rows": rows}


def lesson(settings: dict, count: int, teacher: str, seed: int) -> tuple[Tensor, Tensor]:
    """What is read, (count, length - 1), and what a teacher says of each next character."""
    ids, truth = texts(count, settings["length"], seed)
    x, said = ids[:, :-1], {"characters": ids[:, 1:], "the truth": truth[:, 1:]}
    if teacher in said:
        return x, said[teacher]
    with torch.no_grad():
        return x, GPT.load(FOLDER)(x)[0].softmax(-1)


def learn(settings, count: int, teacher: str, rate: float, seed: int, unseen) -> dict:
    """One small GPT, and how far from the truth it is at every look."""
    torch.manual_seed(seed)
    model = GPT(GPTConfig(vocab_size=TOKENIZER.vocab_size, **settings["model"]))
    row = {"texts": count, "teacher": teacher, "rate": rate, "seed": seed}
    row |= {"steps": settings["looks"], "kl": []}
    ids, truth = unseen

    def look() -> None:
        row["kl"].append(round(distance(model, ids[:, :-1], truth[:, 1:]), 4))

    batch_loss = text_loss(model, *lesson(settings, count, teacher, seed), settings["batch_size"])
    options = {"steps": row["steps"][-1], "lr": rate, "seed": seed, "progress": False}
    fit(model, looking(batch_loss, row["steps"], look), **options)
    look()
    return row
