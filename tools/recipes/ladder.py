"""The lecture's ladder, one part more at each step; depth; shapes. Notebook *The block*.

And two lengths of context, and the rates of two optimizers. Notebook *Train a GPT*.

Every model is trained from three seeds on the same batches with the same optimizer, and measured
on all of the validation text. Losses in nats per character.
"""

from collections.abc import Callable

import torch

from helpers.learning import training
from helpers.learning.evaluation import evaluate
from helpers.learning.muon import muon
from helpers.learning.optimizer import optimizer as adamw
from helpers.models import initialise, ladder
from helpers.models.bigram import Bigram
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches, corpora
from helpers.text.tokenizers import CharTokenizer

LECTURE = {"block_size": 8, "n_layer": 4, "n_head": 4, "n_embd": 64, "dropout": 0.2}
LECTURE |= {"activation": "relu", "tied": False}
SEEDS = [0, 1, 2]
SMALL = {"n_layer": 2, "n_head": 4, "n_embd": 64}
OPTIMIZERS = {"AdamW": adamw, "Muon": muon}


def _ladder(corpus: str) -> dict:
    return {
        "corpus": corpus,
        "config": LECTURE,
        "training": {"steps": 3000, "batch_size": 32, "lr": 1e-3, "eval_every": 300},
        "seeds": SEEDS,
        "models": {name: {"step": name} for name in ladder.STEPS},
    }


RATES_OF_ADAMW = (0.0025, 0.005, 0.01, 0.02)
RATES_OF_MUON = (0.02, 0.04, 0.08, 0.16)
DEEP = ("blocks, no residuals", "blocks", "pre-norm", "post-norm")
RECIPES = {
    "ladder_playwright": _ladder("playwright"),
    "ladder_tinyshakespeare": _ladder("tinyshakespeare"),
    "depth_playwright": {
        "corpus": "playwright",
        "config": LECTURE | {"n_layer": 12},
        "training": {"steps": 200, "batch_size": 32, "eval_every": 50},
        "seeds": SEEDS,
        "models": {
            f"{name}, lr {lr}": {"step": name, "training": {"lr": lr}}
            for lr in (0.001, 0.01)
            for name in DEEP
        },
    },
    # long enough for a large rate to pay, or to blow up: 200 steps show neither
    "rates_playwright": {
        "corpus": "playwright",
        "config": LECTURE | {"n_layer": 12},
        "training": {"steps": 1200, "batch_size": 32, "eval_every": 200},
        "seeds": [0],
        "models": {
            f"{name}, lr {lr}": {"step": name, "training": {"lr": lr}}
            for lr in (0.003, 0.01, 0.03)
            for name in ("blocks", "pre-norm")
        },
    },
    "shapes_playwright": {
        "corpus": "playwright",
        "config": LECTURE | {"dropout": 0.0},
        "training": {"steps": 2000, "batch_size": 32, "lr": 1e-3, "eval_every": 200},
        "seeds": SEEDS,
        "models": {
            f"{n_layer} × {n_embd}": {"config": {"n_layer": n_layer, "n_embd": n_embd}}
            for n_layer, n_embd in ((1, 128), (4, 64), (16, 32))
        },
    },
    # the same shapes, each with a start that fits its width, and at a larger rate
    "shapes_own_start_playwright": {
        "corpus": "playwright",
        "config": LECTURE | {"dropout": 0.0},
        "training": {"steps": 2000, "batch_size": 32, "lr": 3e-3, "eval_every": 200},
        "seeds": [0],
        "models": {
            f"{n_layer} × {n_embd}": {
                "config": {"n_layer": n_layer, "n_embd": n_embd},
                "std": n_embd**-0.5,
            }
            for n_layer, n_embd in ((1, 128), (4, 64), (16, 32))
        },
    },
    # 320 times through the same 2,000 characters: what dropout is for
    "epochs_playwright": {
        "corpus": "playwright",
        "characters": 2000,
        "config": LECTURE,
        "training": {"steps": 2500, "batch_size": 32, "lr": 1e-3, "eval_every": 250},
        "seeds": SEEDS,
        "models": {name: {"step": name} for name in ("pre-norm", "dropout")},
    },
    # equal characters in each step, so that the context alone is another
    "contexts_playwright": {
        "corpus": "playwright",
        "config": SMALL,
        "training": {"steps": 800, "lr": 1e-2, "eval_every": 200},
        "seeds": SEEDS,
        "models": {
            f"{T} characters": {"config": {"block_size": T}, "training": {"batch_size": 1024 // T}}
            for T in (8, 64)
        },
    },
    # each optimizer needs a rate of its own: the best of either lies inside its row
    "optimizers_playwright": {
        "corpus": "playwright",
        "config": SMALL | {"block_size": 64},
        "training": {"steps": 100, "batch_size": 16, "eval_every": 50},
        "seeds": [0, 1, 2, 3, 4],
        "models": {
            f"{name}, lr {lr}": {"optimizer": name, "training": {"lr": lr}}
            for name, rates in (("AdamW", RATES_OF_ADAMW), ("Muon", RATES_OF_MUON))
            for lr in rates
        },
    },
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """The counted bigram's loss; per model what `climb` returns, a list with a value per seed."""
    text, models = Text(settings["corpus"]), {}
    for name in settings["models"]:
        runs = [climb(settings, name, s, text, on_step, progress) for s in settings["seeds"]]
        models[name] = {key: [each[key] for each in runs] for key in runs[0]}
    bigram = Bigram.from_counts(text.train_ids, text.vocab_size)
    return {"bigram": evaluate(bigram, text.val_ids, tokens=None), "models": models}


def climb(
    settings: dict,
    name: str,
    seed: int,
    text: "Text",
    on_step: Callable | None = None,
    progress: bool = False,
) -> dict:
    """Train one model from one seed: its size, its loss in the end, and the curve to it.

    Of a training that diverged there is no loss (None) and no curve.
    """
    torch.manual_seed(seed)
    model = build(settings, name, text.vocab_size)
    plan = settings["training"] | settings["models"][name].get("training", {})
    own = {"seed": seed, "on_step": on_step, "progress": progress}
    own["optimizer"] = OPTIMIZERS[settings["models"][name].get("optimizer", "AdamW")]
    try:
        train_ids = text.train_ids[: settings.get("characters")]  # all of them, or the first few
        history = training.train(model, train_ids, text.val_ids, **plan, **own)
        val_loss = round(evaluate(model, text.val_ids, tokens=None), 4)
    except ArithmeticError:
        history, val_loss = training.History(), None
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "val_loss": val_loss,
        "steps": history.steps,
        "train_curve": [round(loss, 4) for loss in history.train_loss],
        "val_curve": [round(loss, 4) for loss in history.val_loss],
    }


def build(settings: dict, name: str, vocab_size: int) -> GPT:
    """A step of the ladder, with the lecture's start; or a GPT of another shape, with GPT-2's."""
    change = settings["models"][name]
    config = GPTConfig(vocab_size=vocab_size, **settings["config"] | change.get("config", {}))
    if "step" in change:
        return ladder.step(change["step"], config)
    model = GPT(config)
    return initialise.gpt2(model, change["std"]) if "std" in change else model


class Text:
    """A corpus as numbers: .train_ids and .val_ids, tokens; .vocab_size."""

    def __init__(self, corpus: str):
        text = corpora.load(corpus).text
        tokenizer = CharTokenizer.from_text(text)
        self.train_ids, self.val_ids = batches.split(tokenizer.encode(text))
        self.vocab_size = tokenizer.vocab_size
