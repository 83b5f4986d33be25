"""A BERT and a GPT, each before and after its training, fine-tuned to name kinds of exchanges.

Notebook: *BERT, GPT and the mask*, which does the same from seed 0.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.learning import classifying
from helpers.learning.fitting import fit
from helpers.models.bert import Bert, mask_tokens, with_classes
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches, playwright
from helpers.text.playwright.exchanges import KINDS, UNDECIDED, exchanges, passages
from helpers.text.tokenizers import CharTokenizer

RECIPES = {
    "bert_and_gpt_playwright": {
        "characters": 400_000,
        "unseen": 60_000,
        "seeds": [0, 1, 2, 3, 4],
        "model": {
            "block_size": 32, "n_layer": 2, "n_head": 4, "n_embd": 64, "block": "post-norm",
        },
        "training": {"steps": 400, "lr": 6e-3},
        "tuning": {"steps": 200, "lr": 5e-3, "batch_size": 32},
    }
}  # fmt: skip
TOKENIZER = CharTokenizer(playwright.characters())
V = TOKENIZER.vocab_size


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """For each of the four models a list with a row per seed: the shares that are right."""
    read = [playwright.write(settings[n], seed=s) for n, s in (("characters", 11), ("unseen", 12))]
    rows = [one(settings, seed, *read) for seed in settings["seeds"]]
    return {"models": {name: [row[name] for row in rows] for name in rows[0]}}


def one(settings: dict, seed: int, written: str, unseen: str) -> dict:
    """All four from one seed: the share right everywhere, at the last position, on names."""
    ids, test_ids = (torch.tensor(TOKENIZER.encode(text)) for text in (written, unseen))
    kinds, test_kinds = (
        torch.tensor([KINDS.index(kind) for kind in exchanges(text)]) for text in (written, unseen)
    )
    on_name = torch.tensor([name == UNDECIDED for name in passages(unseen)])
    shares = {}
    for name, base in bases(settings, seed, ids).items():
        model = with_classes(base, len(KINDS))
        classifying.train(model, ids, kinds, **settings["tuning"], seed=seed, progress=False)
        starts, right = classifying.right(model, test_ids, test_kinds)
        there = on_name[starts[:, None] + torch.arange(right.shape[1])]
        found = {"all": right, "last position": right[:, -1], "names": right[there]}
        shares[name] = {place: round(r.float().mean().item(), 4) for place, r in found.items()}
    return shares


def bases(settings: dict, seed: int, ids: Tensor) -> dict[str, nn.Module]:
    """The two trained on the text, and as they were before."""
    torch.manual_seed(seed)
    config = GPTConfig(vocab_size=V, **settings["model"])
    trained = {"BERT": Bert(config), "GPT": GPT(config)}
    fresh = {f"{name}, untrained": copy.deepcopy(model) for name, model in trained.items()}

    def windows():
        return batches.sample(ids, 32, config.block_size)

    losses = {
        "BERT": lambda: trained["BERT"](*mask_tokens(windows()[0], V))[1],
        "GPT": lambda: trained["GPT"](*windows())[1],
    }
    for name, model in trained.items():
        fit(model, losses[name], **settings["training"], seed=seed, progress=False)
    return trained | fresh
