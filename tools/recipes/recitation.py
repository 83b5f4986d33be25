"""How much of its text a model writes down word for word. Notebook *Mixture of experts in GPT*.

Three models without experts, three seeds each: 4,000 characters read over and over, without dropout
and with it, and much text. Beside them new text of the same author, which nobody has read.
"""

import functools
from collections.abc import Callable

import torch

from helpers.learning import recitation, sampling, training
from helpers.learning.evaluation import evaluate
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import playwright
from helpers.text.tokenizers import CharTokenizer

RECIPES = {
    "recitation_playwright": {
        "config": {"block_size": 64, "n_layer": 2, "n_head": 4, "n_embd": 64},
        "training": {"steps": 800, "batch_size": 32, "lr": 4e-3, "eval_every": 100},
        "models": {
            "4,000 characters": {"characters": 4_000},
            "4,000 characters, dropout 0.2": {"characters": 4_000, "config": {"dropout": 0.2}},
            "1,000,000 characters": {"characters": 1_000_000},
        },
        "seeds": [0, 1, 2],
        "texts": 20,
        "written": 400,
        "least": 50,
    }
}
TOKENIZER = CharTokenizer(playwright.characters())
SEEN_SEED, UNSEEN_SEED, NEW_SEED = 1, 2, 300
UNSEEN = 60_000


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """Per model what `climb` returns, a list with a value per seed; and the controls likewise."""
    models = {}
    for name in settings["models"]:
        runs = [climb(settings, name, seed, on_step, progress) for seed in settings["seeds"]]
        models[name] = {key: [each[key] for each in runs] for key in runs[0]}
    controls = {f"new text, in {n:,}": control(settings, n) for n in (4_000, 1_000_000)}
    return {"models": models, "controls": controls}


def control(settings: dict, n_chars: int) -> dict:
    """The same of new texts, which cannot have been copied: what stands in the text by chance."""
    new = [composed(settings, seed) for seed in settings["seeds"]]
    found = [verbatim(texts, text_of(n_chars), settings["least"]) for texts in new]
    return {key: [each[key] for each in found] for key in found[0]}


def climb(settings: dict, name: str, seed: int, on_step=None, progress: bool = False) -> dict:
    """One model from one seed: its losses, and how much of its own text stands in what it writes.

    val_curve, train_loss, val_loss: nats per character. The rest is what `verbatim` returns.
    """
    change = settings["models"][name]
    text = text_of(change["characters"])
    ids = [torch.tensor(TOKENIZER.encode(part)) for part in (text, text_of(UNSEEN, UNSEEN_SEED))]
    model = build(settings, name, seed)
    plan = settings["training"] | {"seed": seed, "progress": progress, "on_step": on_step}
    history = training.train(model, *ids, **plan)
    return {
        "val_curve": [round(loss, 4) for loss in history.val_loss],
        "train_loss": round(evaluate(model, ids[0], tokens=60_000), 4),
        "val_loss": round(evaluate(model, ids[1], tokens=None), 4),
        **verbatim(written(model, settings, seed), text, settings["least"]),
    }


def build(settings: dict, name: str, seed: int) -> GPT:
    """A model of the recipe at its start: the same seed gives the same start to all three."""
    torch.manual_seed(seed)
    sizes = settings["config"] | settings["models"][name].get("config", {})
    return GPT(GPTConfig(vocab_size=TOKENIZER.vocab_size, **sizes))


@functools.cache
def text_of(n_chars: int, seed: int = SEEN_SEED) -> str:
    """The Playwright's; a shorter one is the beginning of a longer one."""
    return playwright.write(n_chars, seed)


def written(model: GPT, settings: dict, seed: int) -> list[str]:
    """What the model writes after a newline, drawn at temperature 1."""
    prompt = torch.tensor([TOKENIZER.encode("\n")]).expand(settings["texts"], -1)
    dice = torch.Generator().manual_seed(seed)
    rows = sampling.generate(model, prompt, settings["written"], generator=dice)
    return [TOKENIZER.decode(row)[1:] for row in rows.tolist()]


def composed(settings: dict, seed: int) -> list[str]:
    """As many new texts of the author, as long: a control that has read nothing."""
    first = NEW_SEED + seed * settings["texts"]
    texts = range(first, first + settings["texts"])
    return [playwright.write(settings["written"], each) for each in texts]


def verbatim(texts: list[str], text: str, least: int) -> dict:
    """The longest run of the texts that `text` has, too, and the mean share inside long runs."""
    longest = max(max(recitation.longest_runs(each, text)) for each in texts)
    shares = [recitation.recited_share(each, text, least) for each in texts]
    return {"longest": longest, "share": round(sum(shares) / len(shares), 4)}
