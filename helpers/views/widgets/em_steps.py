"""EM at work: lines, gate, log-likelihood and its bound, from a start of one's choice.

The bound is drawn along the straight way from this step's mixture to the next one's (variances by
their logarithms): it touches the log-likelihood where EM stands, and EM goes to where it is higher.
"""

import functools
from collections.abc import Callable

import ipywidgets
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from helpers.basics.numbers import whole
from helpers.basics.signature import signed
from helpers.basics.tensors import double
from helpers.theory import em, mixtures
from helpers.views import plots
from helpers.views.drawing import Picture, given, number, palette, style
from helpers.views.widgets import live
from helpers.views.widgets.explorer import Explorer

STARTS = ("apart", "identical", "random 1", "random 2", "random 3")
MOST_EXPERTS = 4
MOST_STEPS = 100
TOL = 1e-3  # nats: what a picture can show
PLACES = 81  # of the lines
AREAS = (
    (0.07, 0.36, 0.42, 0.6),
    (0.07, 0.115, 0.42, 0.18),
    (0.68, 0.66, 0.305, 0.28),
    (0.68, 0.115, 0.305, 0.36),
)
WAY = torch.linspace(-0.5, 1.6, 43, dtype=torch.float64)  # 0 is this mixture, 1 the next
Path = list[em.EMResult]


@signed()
def em_steps(x, y, n_experts: int = 2, start: str = "apart", step: int = 0) -> Explorer:
    """Step through EM on points with one input; x and y: (n,).

    start: "apart" (the regression line, moved up and down), "identical" (that line for all), or
    "random 1" to 3. Every start is climbed once, until a step gains no more than 0.001 nats or
    for 100 steps. ValueError for points with several inputs.
    """
    _check(x, start)
    whole("n_experts", n_experts, 1, MOST_EXPERTS)
    whole("step", step, 0, MOST_STEPS)
    path = _climber(x, y)
    begin = ipywidgets.Dropdown(options=STARTS, value=start, description="start")
    count = ipywidgets.IntSlider(n_experts, 1, MOST_EXPERTS, description="experts")
    slider = ipywidgets.IntSlider(0, 0, MOST_STEPS, description="EM step")

    def limit(explorer: Explorer) -> None:
        slider.max = len(path(begin.value, count.value)) - 1

    slider.value = step
    controls = {"start": begin, "experts": count, "step": slider}
    together = [("start", "step")]
    draw = _drawing(x, y, path)
    return Explorer(draw, adjust=limit, play=["step"], pairs=together, **controls)


def _climber(x, y) -> Callable[[str, int], Path]:
    """start, M -> the results after 0, 1, 2, … steps of EM; each worked out once."""

    @functools.cache
    def path(start: str, M: int) -> Path:
        return list(em.ascend(x, y, _begin(x, y, start, M), steps=MOST_STEPS, tol=TOL))

    return path


def _begin(x, y, start: str, M: int) -> mixtures.Mixture:
    kind, _, seed = start.partition(" ")
    if kind == "random":
        return em.random_start(x, y, M, int(seed))
    line = em.fit(x, y, n_experts=1)
    lines, variances = line.weights.repeat(M, 1), line.variances.expand(M)
    if kind == "apart" and M > 1:
        lines[:, 0] += torch.linspace(1, -1, M) * variances.sqrt()
    return mixtures.Mixture(torch.zeros_like(lines), lines, variances)


def _drawing(x, y, path: Callable[[str, int], Path]) -> Callable[..., Picture]:
    at = _places(double(x))
    figure = live.figure(8.2, 4.8)
    main, gate, climb, touch = (figure.add_axes(place) for place in AREAS)
    main.tick_params(labelbottom=False)
    for ax in figure.axes:
        ax.locator_params(nbins=4)

    def draw(start: str, experts: int, step: int) -> Picture:
        results = path(start, experts)
        now, heights = results[step], results[-1].log_likelihood
        for ax in figure.axes:
            live.wipe(ax)
        means, deviations = mixtures.design(at) @ now.weights.T, now.variances.sqrt()
        plots.experts(x, y, now.responsibilities, at, means, deviations, ax=main)
        plots.gates(at, mixtures.gate_probabilities(at, now.gate), ax=gate)
        main.set_xlabel("")
        for text in [*gate.texts]:
            text.remove()  # the lines above have the same colours and names
        _draw_climb(climb, heights, step)
        _draw_touch(touch, *_along(x, y, results, step))
        return live.picture(main, _say(start, step, heights, figure))

    return draw


def _draw_climb(ax: Axes, heights: Tensor, step: int) -> None:
    ax = style.axes(ax, grid="both")
    ax.plot(heights.tolist(), color=palette.BLUE, lw=1.5)
    ax.plot([step], [heights[step].item()], "o", color=palette.BLUE, ms=8)
    last, rise = len(heights) - 1, (heights[-1] - heights[0]).item() or 1.0
    ax.set(xlim=(-0.04 * last - 0.1, 1.04 * last + 0.1))
    ax.set_ylim(heights[0].item() - 0.05 * rise, heights[-1].item() + 0.05 * rise)
    style.finish(ax, "climb", xlabel="EM step")
    ax.set_title("log-likelihood (nats)", loc="left", fontsize=style.SMALL)


def _along(x, y, path: Path, step: int) -> tuple[float, list[float], list[list[float]]]:
    """Where EM stands on WAY; there the log-likelihood, and the bounds of this step and the next.

    At the last step nothing moves any more: the way is then the one that led there.
    """
    first = max(0, min(step, len(path) - 2))
    here, there = path[first], path[min(first + 1, len(path) - 1)]
    mixtures_ = [_between(here, there, t) for t in WAY.tolist()]
    height = [mixtures.log_likelihood(x, y, m).item() for m in mixtures_]
    bounds = [
        [mixtures.lower_bound(x, y, m, end.responsibilities).item() for m in mixtures_]
        for end in (here, there)
    ]
    return float(step > first), height, bounds


def _between(a: mixtures.Mixture, b: mixtures.Mixture, t: float) -> mixtures.Mixture:
    """The mixture a for t = 0 and b for t = 1; a straight line through both for every t."""
    variances = torch.exp((1 - t) * a.variances.log() + t * b.variances.log())
    return mixtures.Mixture(
        (1 - t) * a.gate + t * b.gate, (1 - t) * a.weights + t * b.weights, variances
    )


def _draw_touch(ax: Axes, at: float, height: list[float], bounds: list[list[float]]) -> None:
    """Everything less the log-likelihood at WAY's 0; it is drawn solid, the two bounds dashed."""
    ax, base = style.axes(ax, grid="both"), np.interp(0, WAY, height)
    colours = palette.BLUE, palette.VERMILLION, palette.GREEN
    curves = [np.array(curve) - base for curve in (height, *bounds)]
    for curve, colour, dashes in zip(curves, colours, palette.DASHES, strict=False):
        ax.plot(WAY, curve, color=colour, ls=dashes, lw=1.8)
    ax.plot([at], [np.interp(at, WAY, curves[0])], "o", color=palette.BLUE, ms=8)
    rise = abs(np.interp(1, WAY, curves[0])) or 1.0
    ax.set_xlim(WAY[0].item(), WAY[-1].item())
    ax.set_ylim(-1.2 * rise, max(curves[0].max(), rise) + 0.3 * rise)
    ax.set_xticks([0, 1], ["before", "now"] if at else ["now", "next"])
    style.finish(ax, "touch")
    ax.set_title("gain (nats), and its two bounds", loc="left", fontsize=style.SMALL)


def _say(start: str, step: int, heights: Tensor, figure: Figure) -> str:
    main, gate, *_ = (ax.get_label() for ax in figure.axes)
    now, first, last = (number(heights[i]) for i in (step, 0, -1))
    head = f"Start {start!r}, EM step {step} of {len(heights) - 1}: log-likelihood {now}"
    return f"{head}, from {first} at the start to {last} at the end. {main} {gate}"


def _places(x: Tensor) -> Tensor:
    """Where the lines are drawn: from the first point to the last, or around the only place."""
    low, high = x.min().item(), x.max().item()
    low, high = (low, high) if low < high else (low - 0.5, high + 0.5)
    return torch.linspace(low, high, PLACES, dtype=torch.float64)


def _check(x, start: str) -> None:
    rule = "Only points with one input, x (n,), can be drawn over a line"
    shape = double(x).shape
    given.must(len(shape) == 1 and shape[0], rule, f"shape {tuple(shape)}", "Try x[:, 0].")
    given.must(start in STARTS, f"start must be one of {STARTS}", repr(start), "Try 'apart'.")
