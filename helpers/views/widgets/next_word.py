"""Temperature and cuts on real words: what they do to the next one. Notebook A model of English."""

import math
from collections.abc import Callable, Mapping, Sequence

import ipywidgets
from torch import Tensor

from helpers.basics.signature import signed
from helpers.learning.sampling import Sampling
from helpers.theory import probability
from helpers.views.drawing import Picture, given, number
from helpers.views.pictures.word_bars import word_bars
from helpers.views.widgets.explorer import Explorer

TEMPERATURES = (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 5)
MIN_P = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
TOP_P = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1)
SHOWN = 12  # words


@signed()
def next_word(texts: Mapping[str, tuple[Tensor, Sequence[str]]]) -> Explorer:
    """Choose what was written, turn temperature, min-p and top-p, and see the likeliest next words.

    texts: a text -> the logits of the next token (V,), and the names of the likeliest tokens in
    their order. ValueError without texts, or with fewer than SHOWN names for one.
    """
    few = [text for text, (_, names) in texts.items() if len(names) < SHOWN]
    rule = f"There must be texts, each with the names of its {SHOWN} likeliest tokens"
    given.must(texts and not few, rule, few or "none", "Try {text: (logits, names)}.")
    shapes = [logits.shape for logits, _ in texts.values()]
    fits = all(z.ndim == 1 and z.is_floating_point() for z, _ in texts.values())
    given.must(fits, "Logits must be real numbers (V,)", shapes, "Try model(idx)[0][0, -1].")
    controls = {
        "text": ipywidgets.Dropdown(options=[*texts]),
        "temperature": ipywidgets.SelectionSlider(options=TEMPERATURES, value=1),
        "min_p": ipywidgets.SelectionSlider(
            options=MIN_P, value=0, description="min-p (0: keep all)"
        ),
        "top_p": ipywidgets.SelectionSlider(
            options=TOP_P, value=1, description="top-p (1: keep all)"
        ),
    }
    pairs = [("temperature", "min_p"), ("temperature", "top_p"), ("text", "temperature")]
    return Explorer(_drawing(texts), pairs=pairs, **controls)


def _drawing(texts: Mapping[str, tuple[Tensor, Sequence[str]]]) -> Callable[..., Picture]:
    def draw(text: str, **settings: float) -> Picture:
        logits, names = texts[text]
        p, q = logits.softmax(-1), Sampling(**settings).probs(logits)
        best = logits.argsort(descending=True, stable=True)[:SHOWN]
        others = len(logits) - SHOWN, *(max(0.0, 1 - each[best].sum().item()) for each in (q, p))
        shown = q[best].tolist(), p[best].tolist()
        return word_bars(names[:SHOWN], *shown, others, f"“{text} …”", _lines(q))

    return draw


def _lines(q: Tensor) -> list[str]:
    kept, nats = int((q > 0).sum()), max(0.0, probability.entropy(q).item())
    choices = f"like {number(math.exp(nats))} equal choices"
    bits = number(nats * probability.BITS_PER_NAT)
    return [f"{kept:,} of {len(q):,} tokens can be drawn. H = {bits} bits: {choices}."]
