"""Attention as it can be read: the map of a head, or of all heads, and one row of it in numbers.

Left the map: row t is what token t looks at, and it sums to 1. Right the largest weights of the
chosen row. Below the text itself, each token on the colour of its weight in that row: what Vaswani
et al. 2017 draw as lines in figure 3. Of a long text the map shows a window; the text is whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.views.drawing import Picture, given, svg
from helpers.views.drawing.wording import likeliest, listed, spoken
from helpers.views.pictures import attention_parts

SHOWN = 48  # tokens in the map
LISTED = 9  # weights in numbers
BOLD = 9.4  # pixels that a bold character of the title takes, at most on average
Tokens = Sequence[str]


@dataclass(frozen=True)
class Sight:
    """What is looked at: maps (L, nh, T, T), T tokens, and the chosen layer, head and row."""

    maps: np.ndarray
    tokens: Tokens
    layer: int
    head: int
    row: int

    @property
    def weights(self) -> np.ndarray:
        """The chosen row: (T,), how much its token takes from each; sums to 1."""
        return self.maps[self.layer, self.head, self.row]

    @property
    def window(self) -> slice:
        """The tokens in the map: it moves on in steps of half its width, the row always inside."""
        half, count = SHOWN // 2, len(self.tokens)
        start = max(0, min((self.row // half - 1) * half, count - SHOWN))
        return slice(start, min(count, start + SHOWN))

    @property
    def strongest(self) -> list[int]:
        """The places with the largest weights in the chosen row, largest first."""
        return likeliest(self.weights[: self.row + 1], LISTED)


def attention_picture(
    maps, tokens: Tokens, layer: int, head: int, row: int, every: bool = False, name: str = ""
) -> Picture:
    """One head's map, or with `every` all of them small, and what the token in `row` looks at.

    maps: (L, nh, T, T) for T tokens, those of a model called `name`. ValueError unless the maps
    fit the tokens and every map shown is causal attention.
    """
    maps = maps if isinstance(maps, np.ndarray) else given.array(maps)
    T, fits = len(tokens), maps.ndim == 4 and maps.size and maps.shape[2:] == 2 * (len(tokens),)
    rule = f"Attention over {T} tokens needs maps of shape (L, nh, {T}, {T})"
    given.must(fits, rule, maps.shape, "Try attention.maps(model, idx)[:, 0].")
    check(maps if every else maps[layer, head])
    sight = Sight(maps, tokens, layer, head, row)
    title = f"{name}: " * bool(name) + f"layer {layer}, head {head}"
    # one line, so that the labels above the columns have the room below it
    about = svg.words(12 + BOLD * len(title) + 16, 18, _about(sight), 12)
    parts = [svg.words(12, 18, title, 15, font_weight="bold"), about]
    parts += attention_parts.grid(sight) if every else attention_parts.square(sight)
    parts += [*attention_parts.row_in_numbers(sight), *attention_parts.key()]
    text, height = attention_parts.text_below(sight)
    markup = svg.document(attention_parts.WIDTH, height, parts + text)
    return Picture(_say(sight, title, every), markup=markup)


def check(maps: np.ndarray) -> None:
    """ValueError unless every row of the maps (…, T, T) sums to 1 and is zero right of itself."""
    future = np.triu(np.ones(maps.shape[-2:], dtype=maps.dtype), 1)
    seen = np.einsum("...ts,ts->...", maps, future)  # ten times as fast as maps[..., future]
    causal = np.allclose(maps.sum(-1), 1, atol=1e-4) and not seen.any()
    rule = "Causal attention has rows that sum to 1 and nothing above the diagonal"
    advice = "Try a model that does not look ahead, and its weights before dropout."
    given.must(causal, rule, "maps without that", advice)


def _about(s: Sight) -> str:
    head = "Row: the token that looks. Column: the token it sees. Every row sums to 1."
    w, count = s.window, len(s.tokens)
    whole = w.stop - w.start == count
    short = head.removesuffix(" Every row sums to 1.")
    return head if whole else f"{short} Shown: tokens {w.start} to {w.stop - 1} of {count}."


def _say(s: Sight, title: str, every: bool) -> str:
    L, nh, T, _ = s.maps.shape
    head = f"All {L * nh} heads as small maps; chosen is {title}" if every else f"Map of {title}"
    top = [f"{spoken(s.tokens[i])} ({i}) {s.weights[i]:.3f}" for i in s.strongest[:3]]
    looks = f"token {s.row}, {spoken(s.tokens[s.row])}, looks at {listed(top)}"
    return f"{head}; {T} tokens. In its row {looks}."
