"""The norm before or after the sublayer: the gradient by depth at the start. Notebook *The block*.

With the default start and width the last layers reproduce published theory (Xiong et al. 2020,
§3): about constant with the norm after, falling with the depth with the norm before.
"""

import functools
import math
from collections.abc import Callable, Mapping, Sequence

import ipywidgets
from torch import nn

from helpers.basics.signature import signed
from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.theory.depth import start_gradients
from helpers.views.drawing import Picture, given, listed, number, palette, svg
from helpers.views.drawing.chart import SIZE, SMALL, Chart, ticks
from helpers.views.widgets.explorer import Explorer

DEPTHS, WIDTHS = (2, 4, 8, 16, 32), (32, 64, 128)
STARTS: dict[str, Callable[[nn.Module], nn.Module]] = {
    "Xavier": initialise.xavier,
    "PyTorch's own": initialise.pytorch,
    "GPT-2's": initialise.gpt2,
}
TOKENS, VOCABULARY, HEADS = 32, 64, 4
DEEPEST, LEFT, RIGHT = 32, "layer", "layers in the model (its last one)"
ENDS = (math.log2(0.93), math.log2(DEEPEST * 1.07))  # layers lie by their logarithms
COUNTS = {math.log2(n): str(n) for n in (1, 2, 4, 8, 16, DEEPEST)}


@signed()
def norm_placement(n_layer: int = 8, n_embd: int = 64, start: str = "Xavier") -> Explorer:
    """‖∂loss/∂W₂‖ in every layer of an untrained GPT, with pre-norm and with post-norm.

    n_layer, n_embd, start: where the controls stand first. The values of that width and start
    are computed at once; another is computed when it is first asked for, and kept.
    """
    rule = f"A start must be one of {', '.join(STARTS)}"
    given.must(start in STARTS, rule, repr(start), "Try Xavier.")
    for depth in DEPTHS:
        profiles(depth, n_embd, start)

    def draw(n_layer: int, n_embd: int, start: str) -> Picture:
        known = {depth: profiles(depth, n_embd, start) for depth in DEPTHS if depth <= n_layer}
        last = {name: {d: known[d][name][-1] for d in known} for name in known[n_layer]}
        title = f"{n_layer} layers of {n_embd} channels, {start} start"
        alt = f"{title}. {_say(known[n_layer], last)}"
        return Picture(alt, markup=_both(known[n_layer], last, title))

    return Explorer(
        draw,
        n_layer=ipywidgets.SelectionSlider(options=DEPTHS, value=n_layer, description="layers"),
        n_embd=ipywidgets.SelectionSlider(options=WIDTHS, value=n_embd, description="channels"),
        start=ipywidgets.Dropdown(options=list(STARTS), value=start, description="start"),
    )


Curve = tuple[Sequence[float], Sequence[float]]  # layers and gradients


def _both(profile: Mapping, last: Mapping, title: str) -> str:
    """Every layer of this model; beside it the last layers of models of all depths so far."""
    layers = {name: (range(1, len(values) + 1), values) for name, values in profile.items()}
    depths = {name: ([*each], [*each.values()]) for name, each in last.items()}
    highest = max(max(values) for _, values in [*layers.values(), *depths.values()])
    up = 0, 1.12 * highest
    left, right = Chart(67, 48, 264, 300, ENDS, up), Chart(357, 48, 264, 300, ENDS, up)
    parts = [svg.words(left.x, 32, title, SIZE)]
    parts += left.frame(COUNTS, ticks(*up, 6), LEFT, "‖∂loss/∂W₂‖")
    parts += right.frame(COUNTS, dict.fromkeys(ticks(*up, 6), ""), RIGHT)
    parts += [*_curves(left, layers), *_curves(right, depths, dotted=True)]
    order = sorted(profile, key=lambda name: profile[name][-1])
    for name, down in zip(order, (15, -4), strict=True):  # the higher one's above, so none overlap
        end = profile[name][-1]
        x, y = right.place(math.log2(len(profile[name])), end)
        parts.append(svg.words(x + 12, y + down, f"{name} {number(end)}", SMALL))
    return svg.document(740, 400, parts)


def _curves(chart: Chart, curves: Mapping[str, Curve], dotted: bool = False) -> list[str]:
    """Lines, their powers of two and their ends marked; dotted lines have hollow marks."""
    parts = []
    for i, (x, y) in enumerate(curves.values()):
        colour, places = palette.PALETTE[i], [math.log2(n) for n in x]
        parts.append(chart.line(places, y, colour, 2 if dotted else 0))
        shown = [at for at, n in enumerate(x) if n & (n - 1) == 0 or n == x[-1]]
        for at in shown:
            parts.append(chart.mark(places[at], y[at], colour, i))
            parts += [chart.mark(places[at], y[at], "white", i, 3)] if dotted else []
    return parts


def _say(profiles: Mapping[str, Sequence[float]], last: Mapping[str, Mapping[int, float]]) -> str:
    """Both panels in words."""
    along = [
        f"{name} {number(values[0])} in layer 1 and {number(values[-1])} in layer {len(values)}"
        for name, values in profiles.items()
    ]
    depths = {name: [f"{number(v)} at {d}" for d, v in last[name].items()] for name in profiles}
    ends = [f"{name} {listed(values)}" for name, values in depths.items()]
    return f"Gradient by layer: {'; '.join(along)}. The last layer by depth: {'; '.join(ends)}."


@functools.cache
def profiles(n_layer: int, n_embd: int, start: str) -> dict[str, tuple[float, ...]]:
    """By the norm's place, the gradient of every layer: {"pre-norm": (L values), "post-norm": …}.

    A vocabulary of 64, windows of 32 random tokens, random targets, GELU, an untied head.
    """
    size = {"n_layer": n_layer, "n_head": HEADS, "n_embd": n_embd, "tied": False}
    blocks = ("pre-norm", "post-norm")
    configs = {block: GPTConfig(TOKENS, VOCABULARY, block=block, **size) for block in blocks}
    return {b: tuple(start_gradients(c, STARTS[start]).tolist()) for b, c in configs.items()}
