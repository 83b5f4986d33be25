"""A chat from a base model, and the same without its template, its end, or its mask.

Notebook: *Adapt a model*. Each way at several rates from one seed, and at the best from all.
"""

from collections.abc import Callable

import torch
from kernel_environment import ROOT
from torch import Tensor

from helpers.learning import sampling
from helpers.learning.adapting import shortened, with_new_tokens
from helpers.learning.fitting import fit
from helpers.models.gpt import GPT
from helpers.models.losses import token_loss
from helpers.text import chats, tokenizers

FOLDER = ROOT / "data" / "checkpoints" / "playwright"
RECIPES = {
    "chatting_playwright": {
        "block_size": 96,
        "exchanges": 48,
        "unseen": 64,
        "batch_size": 8,
        "steps": 60,
        "new_characters": 24,
        "rates": [5e-4, 1e-3],
        "seeds": [0, 1, 2],
        "ways": ["all three", "no template", "no end", "no mask", "no base model"],
    }
}
TOKENIZER = tokenizers.load(FOLDER).with_special(*chats.MARKS)
END = TOKENIZER.special[chats.END]


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """For every way, rate and seed: what share of the replies is right, begun right, and ended."""
    rows = [{"way": "before", **asked_all(base(settings), settings, 0, str)}]
    first, *others = settings["seeds"]
    for way in settings["ways"]:
        found = [learn(settings, way, rate, first) for rate in settings["rates"]]
        best = max(found, key=lambda row: (row["begun"], -row["loss"]))["rate"]
        rows += found + [learn(settings, way, best, seed) for seed in others]
    return {"rows": rows}


def base(settings: dict) -> GPT:
    """The shipped GPT with three tokens more."""
    short = shortened(GPT.load(FOLDER), settings["block_size"])
    return with_new_tokens(short, len(chats.MARKS))


def split(settings: dict, seed: int) -> tuple[list, list]:
    """Sums to learn from, and others to be asked."""
    order = torch.randperm(288, generator=torch.Generator().manual_seed(seed)).tolist()
    drawn, n = [chats.sums()[i] for i in order], settings["exchanges"]
    return drawn[:n], drawn[n : n + settings["unseen"]]


def lesson(way: str, exchanges: list) -> tuple[Tensor, Tensor]:
    """Rows and targets as they are, or with one of the three things left out."""
    x, y = chats.rows(exchanges, TOKENIZER, str if way == "no template" else chats.asked)
    if way == "no end":
        y = y.masked_fill(y == END, chats.UNASKED)
    if way == "no mask":  # every token of question and answer is a target
        following = torch.cat([x[:, 1:], x[:, :1]], dim=1)
        y = following.where((x != END).cumprod(1).bool(), chats.UNASKED)
    return x, y


def learn(settings: dict, way: str, rate: float, seed: int) -> dict:
    """One model that has learned to answer in this way, and its marks."""
    torch.manual_seed(seed)
    model = base(settings)
    if way == "no base model":
        model = GPT(model.config)
    x, y = lesson(way, split(settings, seed)[0])

    def batch_loss() -> Tensor:
        some = torch.randint(len(x), (settings["batch_size"],))
        return token_loss(model(x[some])[0], y[some])

    options = {"lr": rate, "seed": seed, "progress": False}
    losses = fit(model, batch_loss, steps=settings["steps"], **options)
    opening = str if way == "no template" else chats.asked
    row = {"way": way, "rate": rate, "seed": seed, "loss": round(sum(losses[-5:]) / 5, 4)}
    if way == "all three":  # the same model, asked without the template that it has learned
        row["asked plainly"] = asked_all(model, settings, seed, str)
    return row | asked_all(model, settings, seed, opening)


def asked_all(model: GPT, settings: dict, seed: int, opening: Callable[[str], str]) -> dict:
    """The likeliest replies of a model to what it has not seen, graded, and the first of them."""
    _, unseen = split(settings, seed)
    replies = said(model, [opening(question) for question, _ in unseen], settings["new_characters"])
    marks = chats.graded(replies, [answer for _, answer in unseen])
    return {name: round(share, 4) for name, share in marks.items()} | {"example": replies[0]}


def said(model: GPT, openings: list[str], length: int) -> list[str]:
    """What a model writes behind each opening when it always takes the likeliest token."""
    encoded = [TOKENIZER.encode(opening, allowed_special="all") for opening in openings]
    replies = {}
    for size in {*map(len, encoded)}:  # openings of one length are read side by side
        alike = [i for i, ids in enumerate(encoded) if len(ids) == size]
        idx = torch.tensor([encoded[i] for i in alike])
        written = sampling.generate(model, idx, length, temperature=0, end=END)
        replies |= dict(zip(alike, written[:, size:].tolist(), strict=True))
    return [TOKENIZER.decode(replies[i]) for i in range(len(openings))]
