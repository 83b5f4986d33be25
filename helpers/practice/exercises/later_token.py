"""Exercises of *Bugs that still train*: a later token, and reading in pieces."""

import functools

import torch

from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.practice.bugs import in_the_model
from helpers.practice.exercise import Exercise

CONFIG = GPTConfig(6, 7, n_layer=2, n_head=2, n_embd=8)
IDX = torch.tensor([[1, 4, 2, 6, 0, 3], [5, 5, 1, 0, 2, 6]])


@functools.cache
def suspects():
    """The line-up and K, small, with weights so large that every token matters."""
    models = in_the_model.line_up(CONFIG) | {"K": in_the_model.ModelK(CONFIG)}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return {name: initialise.gpt2(model, std=0.5).eval() for name, model in models.items()}


@torch.no_grad()
def later_token(model, idx):
    changed = idx.clone()
    changed[:, -1] = (idx[:, -1] + 1) % model.config.vocab_size
    difference = model(idx)[0] - model(changed)[0]
    return difference[:, :-1].abs().max().item()


def _later(place=-1, among=slice(-1), measure=lambda d: d.abs().max(), add=1, out=lambda z: z):
    """The test with a slip: another token is changed, or others are compared, or otherwise."""

    @torch.no_grad()
    def answer(model, idx):
        changed = idx.clone()
        changed[:, place] = (idx[:, place] + add) % model.config.vocab_size
        difference = out(model(idx)[0]) - out(model(changed)[0])
        return measure(difference[:, among]).item()

    return answer


@torch.no_grad()
def _later_logits(model, idx):
    """Reads both texts as one batch and compares its halves."""
    changed = torch.cat([idx[:, :-1], (idx[:, -1:] + 1) % model.config.vocab_size], dim=1)
    before, after = model(torch.cat([idx, changed]))[0][:, :-1].chunk(2)
    return torch.dist(before, after, float("inf"))


def _of(answer, name, *inputs):
    """An answer is asked about the suspect of that name."""
    return answer(suspects()[name], *inputs)


check_later_token = Exercise(
    "22 A later token",
    "model and idx (B, T) -> the largest change of an earlier logit, one number.",
    later_token,
    cases={
        "the effect in a model that looks ahead": ("E", IDX),
        "the effect in a sound model": ("B", IDX),
        "the effect in one text": ("C", IDX[:1]),
    },
    slips={
        "you changed the first token: every logit may depend on it. Change the last.": (
            _later(place=0)
        ),
        "the last position is compared; it has read the changed token. Leave it out.": (
            _later(among=slice(None))
        ),
        "the sign is kept: a logit that falls counts as well. `.abs()` helps.": (
            _later(measure=torch.max)
        ),
        "a mean is taken; one large change among many small ones must be seen.": (
            _later(measure=lambda d: d.abs().mean())
        ),
        "nothing differs: change the last token, and compare all earlier positions.": _later(add=0),
        "probabilities are compared; the logits are asked for.": (
            _later(out=lambda z: z.softmax(-1))
        ),
    },
    right=[_later(), _later_logits],
    hints=[
        "Make a copy of the text with `idx.clone()` and change its last column.",
        "`model(idx)` returns logits (B, T, V) and a loss. Leave out the last position of both.",
        "`(before - after)[:, :-1].abs().max()` is the largest change.",
    ],
    ask=_of,
)


@torch.no_grad()
def in_pieces(model, idx):
    cache = model.new_cache(len(idx))
    pieces = [model(piece, cache=cache)[0] for piece in idx.split(1, dim=1)]
    return (torch.cat(pieces, dim=1) - model(idx)[0]).abs().max().item()


def _pieces(size=1, kept=True, among=slice(None), measure=lambda d: d.abs().max()):
    """The test with a slip. size: of a piece. kept: whether there is a cache."""

    @torch.no_grad()
    def answer(model, idx):
        cache = model.new_cache(len(idx)) if kept else None
        pieces = [model(piece, cache=cache)[0] for piece in idx.split(size, dim=1)]
        return measure((torch.cat(pieces, dim=1) - model(idx)[0])[:, among]).item()

    return answer


@torch.no_grad()
def _piece_by_piece(model, idx):
    """Compares as it reads."""
    cache, whole = model.new_cache(len(idx)), model(idx)[0]
    steps = range(idx.shape[1])
    gaps = [(model(idx[:, [t]], cache=cache)[0][:, 0] - whole[:, t]).abs().max() for t in steps]
    return max(gaps)


check_in_pieces = Exercise(
    "22 Reading in pieces",
    "model and idx (B, T) -> the largest difference of a logit, read token by token or at once.",
    in_pieces,
    cases={
        "the difference in K": ("K", IDX),
        "the difference in a sound model": ("B", IDX),
        "the difference in one text of C": ("C", IDX[:1]),
    },
    slips={
        "no cache is kept: each token is read as if it were the first.": _pieces(kept=False),
        "nothing differs: read token by token, and compare all positions.": _pieces(size=99),
        "the text is read in pieces of two tokens; take one at a time.": _pieces(size=2),
        "only the last position is compared; compare all.": _pieces(among=slice(-1, None)),
        "the sign is kept: a logit that is too small counts as well. `.abs()` helps.": (
            _pieces(measure=torch.max)
        ),
        "a mean is taken; the largest difference is asked for.": (
            _pieces(measure=lambda d: d.abs().mean())
        ),
    },
    right=[_pieces(), _piece_by_piece],
    hints=[
        "`model.new_cache(len(idx))` makes a cache; `model(piece, cache=cache)` fills it.",
        "`idx.split(1, dim=1)` cuts the text into columns; `torch.cat(…, dim=1)` joins logits.",
        "Compare with `model(idx)[0]`, everywhere: `.abs().max()`.",
    ],
    ask=_of,
)
