"""EM at work: lines, gate, log-likelihood and its bound, from a start of one's choice.

The bound is drawn along the straight way from this step's mixture to the next one's (variances by
their logarithms): it touches the log-likelihood where EM stands, and EM goes to where it is higher.
"""

import functools
from collections.abc import Callable

import ipywidgets
import numpy as np
import torch
from matplotlib.colors import to_hex, to_rgb
from torch import Tensor

from helpers.basics.numbers import array, whole
from helpers.basics.signature import signed
from helpers.basics.tensors import double
from helpers.theory import em, mixtures
from helpers.views.drawing import Picture, given, number, palette, svg
from helpers.views.drawing.chart import Chart, ticks
from helpers.views.plots.mixture import BAND, say_experts, say_gates
from helpers.views.widgets.explorer import Explorer

STARTS = ("apart", "identical", "random 1", "random 2", "random 3")
MOST_EXPERTS = 4
MOST_STEPS = 100
TOL = 1e-3  # nats: what a picture can show
PLACES = 41  # of the gate's curves
SHADES = 16  # of a point's colour, from one expert's to another's
WAY = torch.linspace(-0.5, 1.6, 22, dtype=torch.float64)  # 0 is this mixture, 1 the next
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
    x, y = array(x), array(y)
    at = _places(double(x))
    margin = 0.08 * (np.ptp(y) or 1)
    ends = (at[0].item(), at[-1].item()), (y.min() - margin, y.max() + margin)
    main, gate = Chart(57, 19, 344, 288, *ends), Chart(57, 338, 344, 86, ends[0], (-0.04, 1.04))

    def draw(start: str, experts: int, step: int) -> Picture:
        results = path(start, experts)
        now, heights = results[step], results[-1].log_likelihood.numpy()
        means, deviations = mixtures.design(at) @ now.weights.T, now.variances.sqrt()
        lines = array(means), array(deviations)
        g, h = array(mixtures.gate_probabilities(at, now.gate)), array(now.responsibilities)
        parts = [*_experts(main, x, y, h, array(at), *lines), *_gates(gate, array(at), g)]
        parts += [*_climb(heights, step), *_touch(*_along(x, y, results, step))]
        said = say_experts(h, array(at), *lines), say_gates(array(at), g)
        return Picture(_say(start, step, heights, *said), markup=svg.document(820, 480, parts))

    return draw


def _experts(chart: Chart, x, y, h, at, means, deviations) -> list[str]:
    """Points in the mixed colours of those who answer for them; the experts' lines and bands."""
    colours = np.array([to_rgb(palette.colour(m)) for m in range(h.shape[1])])
    shares = np.round(SHADES * h) / SHADES  # so that a flipbook meets a colour more than once
    tints = [to_hex(tint) for tint in (shares @ colours).clip(0, 1)]
    owners = h.argmax(1).tolist()
    marks = [chart.mark(*point, 3.4) for point in zip(x, y, tints, owners, strict=True)]
    shapes = [f'<g fill-opacity="0.75">{"".join(marks)}</g>']
    both = [0, -1]  # a straight line needs no more
    for m, (line, deviation) in enumerate(zip(means[both].T, deviations, strict=True)):
        band = line - BAND * deviation, line + BAND * deviation
        shapes.insert(m, chart.band(at[both], *band, palette.colour(m)))
        shapes.append(chart.line(at[both], line, palette.colour(m), m))
    across = dict.fromkeys(ticks(*chart.across), "")  # the names stand below the gate
    frame = chart.frame(across, ticks(*chart.up), "", "y")
    names = [(end, f"expert {m + 1}", palette.colour(m)) for m, end in enumerate(means[-1])]
    return [*frame, chart.inside(shapes), *chart.ends(names)]


def _gates(chart: Chart, at: np.ndarray, probs: np.ndarray) -> list[str]:
    curves = [chart.line(at, p, palette.colour(m), m) for m, p in enumerate(probs.T)]
    up = {0.0: "0.0", 0.5: "0.5", 1.0: "1.0"}
    return [*chart.frame(ticks(*chart.across), up, "x", "gate"), chart.inside(curves)]


def _climb(heights: np.ndarray, step: int) -> list[str]:
    """The log-likelihood after every step of EM, and where it now stands."""
    last, rise = len(heights) - 1, (heights[-1] - heights[0]) or 1.0
    across = (-0.04 * last - 0.1, 1.04 * last + 0.1)
    up = heights[0] - 0.05 * rise, heights[-1] + 0.05 * rise
    chart = Chart(558, 29, 250, 134, across, up)
    words = "EM step", "", "log-likelihood (nats)"
    whole = {place: name for place, name in ticks(*across).items() if place % 1 == 0}
    curve = chart.line(range(last + 1), heights, palette.BLUE, width=2)
    dot = chart.mark(step, heights[step], palette.BLUE)
    return [*chart.frame(whole, ticks(*up), *words), curve, dot]


def _along(x, y, path: Path, step: int) -> tuple[float, list[float], list[list[float]]]:
    """Where EM stands on WAY; there the log-likelihood, and the bounds of this step and the next.

    At the last step nothing moves any more: the way is then the one that led there.
    """
    first = max(0, min(step, len(path) - 2))
    here, there = path[first], path[min(first + 1, len(path) - 1)]
    X, targets = mixtures.data(x, y)  # one joint density tells the likelihood and both bounds
    way = (_between(here, there, t) for t in WAY.tolist())
    joints = torch.stack([mixtures.log_joint(X, targets, mixture) for mixture in way])
    height = joints.logsumexp(-1).sum(-1)
    asked = [end.responsibilities for end in (here, there)]
    bounds = [(h * joints).sum((1, 2)) + torch.special.entr(h).sum() for h in asked]
    return float(step > first), height.tolist(), [bound.tolist() for bound in bounds]


def _between(a: mixtures.Mixture, b: mixtures.Mixture, t: float) -> mixtures.Mixture:
    """The mixture a for t = 0 and b for t = 1; a straight line through both for every t."""
    variances = torch.exp((1 - t) * a.variances.log() + t * b.variances.log())
    return mixtures.Mixture(
        (1 - t) * a.gate + t * b.gate, (1 - t) * a.weights + t * b.weights, variances
    )


def _touch(at: float, height: list[float], bounds: list[list[float]]) -> list[str]:
    """Everything less the log-likelihood at WAY's 0; it is drawn solid, the two bounds dashed."""
    way = array(WAY)
    curves = [np.array(curve) - np.interp(0, way, height) for curve in (height, *bounds)]
    rise = abs(np.interp(1, way, curves[0])) or 1.0
    up = -1.2 * rise, max(curves[0].max(), rise) + 0.3 * rise
    chart = Chart(558, 252, 250, 173, (way[0], way[-1]), up)
    names = dict(zip((0, 1), ("before", "now") if at else ("now", "next"), strict=True))
    colours = palette.BLUE, palette.VERMILLION, palette.GREEN
    looks = zip(curves, colours, strict=True)
    shapes = [chart.line(way, curve, tint, i, 2.5) for i, (curve, tint) in enumerate(looks)]
    dot = chart.mark(at, np.interp(at, way, curves[0]), palette.BLUE)
    frame = chart.frame(names, ticks(*up), title="gain (nats), and its two bounds")
    return [*frame, chart.inside(shapes), dot]


def _say(start: str, step: int, heights: np.ndarray, main: str, gate: str) -> str:
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
