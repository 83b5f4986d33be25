"""Questions to a language model: each takes a model, its tokenizer and a text.

What comes out is plain (text, numbers, lists, or one tensor), so that an answer can be written down
and compared with another one. Notebook *A model of English*.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from helpers.basics.gguf import GGUF
from helpers.basics.kinds import need
from helpers.basics.signature import signed
from helpers.learning import sampling
from helpers.models import attention, induction, int8, rounded
from helpers.models.modes import evaluating
from helpers.text import smollm

START = "<|endoftext|>"  # what stands before a text, so that its first token has a price, too
QUESTIONS = {}  # name -> function


def question(function):
    """A decorator: the function can be asked by its name."""
    QUESTIONS[function.__name__] = function
    return function


@question
def parameters(model: nn.Module, tokenizer) -> dict[str, int]:
    """How many numbers it holds, by part; a matrix that is used twice counts once."""
    parts = {"embedding and head": [model.token_embedding], "norms": [model.final_norm]}
    for block in model.blocks:
        parts.setdefault("attention", []).append(block.attention)
        parts.setdefault("feed-forward", []).append(block.mlp)
        parts["norms"] += [block.attention_norm, block.mlp_norm]
    return {
        name: sum(p.numel() for part in those for p in part.parameters())
        for name, those in parts.items()
    }


@question
def stored(model: nn.Module, tokenizer, name: str, count: int) -> list[int]:
    """The first bytes of a tensor as SmolLM2's file has them, before anything is undone."""
    return GGUF(smollm.path()).bytes_of(name, count).tolist()


@question
def greedy(model: nn.Module, tokenizer, text: str, most: int) -> str:
    """What it writes after a text, the likeliest token each time, up to its own end of a turn."""
    return _written(model, tokenizer, text, most, temperature=0)


@question
def drawn(model: nn.Module, tokenizer, text: str, most: int, seed: int, settings: dict) -> str:
    """What it writes after a text when each token is drawn. settings: those of `Sampling`."""
    generator = torch.Generator().manual_seed(seed)
    return _written(model, tokenizer, text, most, generator=generator, **settings)


@question
def ranked_logits(model: nn.Module, tokenizer, text: str) -> Tensor:
    """The logits of the token after a text, the likeliest token's first and 0: (V,), falling.

    In this order they say nothing of the tokens' names (`likeliest` does), and pack well.
    """
    z = _logits(model, _ids(tokenizer, text))[0, -1].sort(descending=True).values
    return z - z[0]


@question
def likeliest(model: nn.Module, tokenizer, text: str, count: int) -> list[list]:
    """The likeliest tokens after a text, and the probability of each."""
    probs = _logits(model, _ids(tokenizer, text))[0, -1].softmax(-1)
    values, tokens = probs.topk(count)
    return [
        [tokenizer.decode([i]), p] for i, p in zip(tokens.tolist(), values.tolist(), strict=True)
    ]


@question
def first_answers(model: nn.Module, tokenizer, texts: list[str]) -> list[list]:
    """The likeliest token after each text, and its probability."""
    return [likeliest(model, tokenizer, text, 1)[0] for text in texts]


@question
def prices(model: nn.Module, tokenizer, text: str) -> list[list]:
    """Every token of a text, and what it costs in nats, -ln P(token | all before it)."""
    idx = _ids(tokenizer, START + text)
    nats = nn.functional.cross_entropy(_logits(model, idx)[0, :-1], idx[0, 1:], reduction="none")
    pieces = [tokenizer.decode([i]) for i in idx[0, 1:].tolist()]
    return [[piece, price] for piece, price in zip(pieces, nats.tolist(), strict=True)]


@question
def pieces(model: nn.Module, tokenizer, text: str) -> list[str]:
    """The tokens that a text is cut into."""
    return [tokenizer.decode([i]) for i in _ids(tokenizer, text)[0].tolist()]


@question
def maps(model: nn.Module, tokenizer, text: str) -> Tensor:
    """Where every head of every layer looks as it reads a text: (L, nh, T, T)."""
    return attention.maps(model, _ids(tokenizer, text))[:, 0]


@question
def head_scores(model: nn.Module, tokenizer, length: int, seed: int) -> Tensor:
    """Previous-token and induction scores of all heads: (2, L, nh), on one text of random tokens.

    It is `length` tokens long and comes twice: whoever knows the second half has looked it up.
    """
    idx = _twice(tokenizer, length, seed)
    found = attention.maps(model, idx)
    scores = [induction.previous_token_scores(found), induction.induction_scores(found, idx)]
    return torch.stack(scores)


@question
def halves_of_a_repeat(model: nn.Module, tokenizer, length: int, seed: int) -> list[float]:
    """What a token of such a text costs the first time and the second time, in nats."""
    idx = _twice(tokenizer, length, seed)
    nats = nn.functional.cross_entropy(_logits(model, idx)[0, :-1], idx[0, 1:], reduction="none")
    return [nats[: length - 1].mean().item(), nats[length:].mean().item()]


@question
def price_when_rounded(model: nn.Module, tokenizer, text: str, bits: int) -> float:
    """Nats per token of a text after all matrices were rounded to so many bits a number.

    8 with whole-number products (`int8`), fewer in blocks of 32 (`rounded.coarse`); 32 is as it is.
    """
    if bits == 8:
        model = int8.in_8_bits(model)
    elif bits < 32:
        model = rounded.coarsened(model, bits)
    priced = prices(model, tokenizer, text)
    return sum(nats for _, nats in priced) / len(priced)


@signed()
def bits_per_byte(priced: Sequence[tuple[str, float]]) -> float:
    """Of a text whose tokens are priced in nats: bits for each byte of its UTF-8.

    >>> bits_per_byte([["a", math.log(2)], ["bc", math.log(4)]])  # 1 + 2 bits, 3 bytes
    1.0
    """
    text = "".join(piece for piece, _ in priced)
    need(text, "priced", "hold a text that is not empty", priced, "Try ask('prices', text).")
    return sum(nats for _, nats in priced) / math.log(2) / len(text.encode())


def _ids(tokenizer, text: str) -> Tensor:
    return torch.tensor([tokenizer.encode(text, allowed_special="all")])


def _twice(tokenizer, length: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    first = len(tokenizer.special)
    once = torch.randint(first, tokenizer.vocab_size, (1, length), generator=generator)
    return torch.cat([once, once], dim=1)


def _logits(model: nn.Module, idx: Tensor) -> Tensor:
    with evaluating(model), torch.inference_mode():
        return model(idx)[0]


def _written(model: nn.Module, tokenizer, text: str, most: int, **settings) -> str:
    idx, end = _ids(tokenizer, text), tokenizer.special.get("<|im_end|>")
    ids = sampling.generate(model, idx, most, end=end, **settings)[0, idx.shape[1] :].tolist()
    return tokenizer.decode(ids[: ids.index(end)] if end in ids else ids)
