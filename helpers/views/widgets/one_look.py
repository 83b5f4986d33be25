"""Attention in one short sentence, step by step. Notebook: From RNN to attention."""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets
import torch
from torch import Tensor

from helpers.basics.signature import signed
from helpers.views.drawing import Picture, given
from helpers.views.pictures.one_look import Look, one_look_picture
from helpers.views.widgets.explorer import Explorer

PLACE = "place"  # the name of the number that the widget adds to queries and keys


@signed()
def one_look(
    sentences: Mapping[str, Tensor],
    W_q: Tensor,
    W_k: Tensor,
    parts: Sequence[str],
    channels: Sequence[str],
    asks: int = 0,
) -> Explorer:
    """Choose the sentence, the word that looks, and how much it prefers what stands before it.

    sentences: T words -> their vectors (T, C), all of one length. W_q, W_k: (d, C). parts: d names,
    what queries and keys ask for. channels: C names. asks: the place of the word that looks first.
    A word's value is its vector. ValueError unless the shapes fit.
    """
    lengths = {len(words.split()) for words in sentences}
    T, shapes = min(lengths, default=0), [tuple(x.shape) for x in sentences.values()]
    size = (len(parts), len(channels))
    fits = len(lengths) == 1 and {*shapes} == {(T, size[1])} and W_q.shape == W_k.shape == size
    rule = "Sentences of T words need vectors (T, C) and two matrices (d, C), with d and C names"
    got = f"{shapes}, {tuple(W_q.shape)} and {tuple(W_k.shape)} for {size} names"
    given.must(fits and asks in range(T), rule, got, "Try {'dog bites man': x}.")
    every = [W_q, W_k, *sentences.values()]
    finite = all(x.dtype == torch.float32 and x.isfinite().all() for x in every)
    kinds = [x.dtype for x in every]
    given.must(finite, "All numbers must be float32 and finite", kinds, "Try x.float().")
    controls = {
        "sentence": ipywidgets.Dropdown(options=[*sentences]),
        "word": ipywidgets.IntSlider(asks + 1, min=1, max=T, description="which word looks"),
        "early": ipywidgets.FloatSlider(
            0.0, min=-2, max=2, step=0.25, description="prefers earlier words by"
        ),
    }
    draw = _drawing(sentences, W_q, W_k, [*parts, PLACE], channels)
    return Explorer(draw, pairs=[("sentence", "word"), ("word", "early")], **controls)


def look(words: Sequence[str], x: Tensor, W_q: Tensor, W_k: Tensor, asks: int, early: float):
    """One word looks: query and keys from x, (T, C), with its place as one more number."""
    place = torch.arange(len(x), dtype=x.dtype)[:, None]
    query = torch.cat([W_q @ x[asks], torch.tensor([-early + 0.0])])  # + 0.0: no "−0"
    keys = torch.cat([x @ W_k.T, place], dim=-1)
    scores = keys @ query
    weights = scores.softmax(-1)
    numbers = query, keys, scores, weights, x, weights @ x
    return Look(words, asks, *(each.tolist() for each in numbers))


def _drawing(sentences, W_q, W_k, parts, channels) -> Callable[..., Picture]:
    def draw(sentence: str, word: int, early: float) -> Picture:
        seen = look(sentence.split(), sentences[sentence], W_q, W_k, word - 1, early)
        return one_look_picture(seen, parts, channels)

    return draw
