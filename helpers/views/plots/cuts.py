"""Which tokens a cut keeps: the next token's bars, and below them a bracket for every cut."""

from collections.abc import Collection, Mapping, Sequence

from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.views.drawing import counted, given, glyph, listed
from helpers.views.drawing.diagram import write
from helpers.views.drawing.palette import BLUE, INK, QUIET, VERMILLION, colour
from helpers.views.drawing.style import MONO, SIZE, SMALL, axes, finish

SHOWN = 24  # tokens, the likeliest ones
HATCH = {"facecolor": "white", "edgecolor": VERMILLION, "hatch": "/////", "linewidth": 1.2}


@signed()
def cuts(
    probs: Mapping[str, float],
    kept: Mapping[str, int],
    possible: Collection[str],
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Tokens, the likeliest first; hatched are those that the truth cannot write here.

    probs: token -> probability. kept: name of a cut -> how many of the likeliest it keeps.
    ValueError for nothing, or for a cut that keeps none or more than there are.
    """
    order = sorted(probs, key=probs.__getitem__, reverse=True)
    rule = f"A cut keeps 1 to {len(order)} tokens, and there must be a token"
    fits = order and all(1 <= n <= len(order) for n in kept.values())
    given.must(fits, rule, dict(kept), "Try {'top-k 3': 3}.")
    rule, worst = "A probability must be ≥ 0", probs[order[-1]]
    given.must(worst >= 0, rule, worst, "Try logits.softmax(-1).")
    shown, top = order[:SHOWN], probs[order[0]]
    ax = axes(ax, size=(7.4, 2.6 + 0.22 * len(kept)))
    for i, token in enumerate(shown):
        look = {"color": BLUE} if token in possible else HATCH
        ax.bar(i, probs[token], 0.7, **look)
    row = 0.13 * top
    _brackets(ax, {name: min(n, len(shown)) for name, n in kept.items()}, kept, row)
    for i, token in enumerate(shown):
        write(ax, (i, -0.5 * row), glyph(token), SIZE, family=MONO)
    ax.set(xlim=(-0.6, SHOWN + 1.2), ylim=(-row * (len(kept) + 1.2), 1.06 * top))
    ax.set(xticks=[], yticks=[0, round(top / 2, 2), round(top, 2)])
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.axhline(0, color=QUIET, lw=1)
    return finish(ax, _say(order, probs, kept, possible), title, ylabel="probability")


def _brackets(ax: Axes, lengths: Mapping[str, int], kept: Mapping[str, int], row: float) -> None:
    """A line under the tokens that each cut keeps; its name and its number stand at its end."""
    for i, (name, n) in enumerate(lengths.items()):
        y, look = -row * (i + 1.4), {"color": colour(i), "lw": 2.2}
        ax.plot([-0.4, n - 0.6], [y, y], **look)
        ax.plot([n - 0.6, n - 0.6], [y, y + 0.35 * row], **look)
        words = f"{name} keeps {kept[name]}"
        ax.text(n - 0.3, y, words, fontsize=SMALL, color=INK, va="center")


def _say(order: Sequence[str], probs: Mapping[str, float], kept: Mapping, possible) -> str:
    best = [f"{glyph(token)} {probs[token]:.2f}" for token in order[:3]]
    right = counted(sum(token in possible for token in order), "token")
    keeps = [f"{name} keeps {n}" for name, n in kept.items()]
    end = f" {listed(keeps)}." if keeps else ""
    return f"Likeliest {listed(best)}; {right} of {len(order)} possible.{end}"
