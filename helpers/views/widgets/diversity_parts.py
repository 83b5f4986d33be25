"""The picture of `diversity_error`: three curves, points on them, and one error as a bar."""

from collections.abc import Sequence

import numpy as np

from helpers.views.drawing import number, svg
from helpers.views.drawing.chart import SIZE, SMALL, Chart, key, star, stroke, ticks
from helpers.views.drawing.palette import BLUE, INK, QUIET, SKY
from helpers.views.plots.diversity import HIGHEST, LOOKS, PARTS, SHARE, Points, top

WIDE, HIGH = 740, 526
COLOURS = [colour for colour, _, _ in LOOKS.values()]  # of error, average error, ambiguity
DASHED = (0, 2, 1)
FILLS = (f'fill="{BLUE}"', f'fill="{SKY}"', svg.HATCHED)
ACROSS = {0.2 * i: f"{0.2 * i:.1f}" for i in range(6)}
LINE, FIRST = 21, 20  # CSS pixels between two sentences, and down to the first


def curves(c: np.ndarray, three: Sequence, measured: Points, here: float) -> list[str]:
    """The curves against c, the least ensemble error starred, a line and marks at this c."""
    chart = _main(top([three]))
    parts = chart.frame(ACROSS, ticks(*chart.up), SHARE, "squared error")
    inside = [chart.upright(here, QUIET)]
    for i, (values, colour) in enumerate(zip(three, COLOURS, strict=True)):
        inside.append(chart.line(c, values, colour, DASHED[i]))
        inside.append(chart.mark(here, np.interp(here, c, values), colour, i))
        inside += [_point(chart, x, row[i], row[i + 3], i) for x, row in measured.items()]
    low = three[0].argmin()
    best = star(*chart.place(c[low], three[0][low]), INK)
    ends = [(v[-1], *named) for v, *named in zip(three, LOOKS, COLOURS, strict=True)]
    return [*parts, chart.inside(inside), best, *chart.ends(ends)]


def error_bar(parts: Sequence[float], three: Sequence) -> list[str]:
    """The three parts of one error, one after the other, on the scale of the curves' axis."""
    chart = Chart(56, 446, 540, 30, (0, top([three])), (0, 1))
    shown, begun = chart.frame(ticks(*chart.across), {}, "squared error"), 0.0
    for part, look in zip(parts, FILLS, strict=True):
        end = min(begun + max(part, 0.0), HIGHEST)
        shown.append(chart.bar((begun + end) / 2, 0.85, end - begun, look) if end > begun else "")
        begun = end
    right, _ = chart.place(min(begun, chart.across[1]), 0)
    shown.append(svg.words(right + 7, 468, number(sum(parts)), SMALL))
    samples = [f'<rect x="0" y="-6" width="24" height="12" {look}/>' for look in FILLS]
    return [svg.HATCHES, *filter(None, shown), *key(52, 438, [*zip(samples, PARTS, strict=True)])]


def hidden(hint: str) -> list[str]:
    """Empty axes with a hint in their middle."""
    chart = _main(1.05)
    x, y = chart.place(0.5, chart.up[1] / 2)
    frame = chart.frame(ACROSS, ticks(*chart.up), SHARE, "squared error")
    return [*frame, svg.words(x, y, hint, SIZE, text_anchor="middle", fill=QUIET)]


def sheet(lines: Sequence[str], shapes: Sequence[str]) -> str:
    """Sentences above the shapes, as SVG."""
    said = [svg.words(14, FIRST + LINE * i, line, SIZE) for i, line in enumerate(lines)]
    return svg.document(WIDE, HIGH, [*said, *shapes])


def _main(end: float) -> Chart:
    return Chart(56, 128, 540, 240, (0, 1), (0, end))


def _point(chart: Chart, c: float, mean: float, error: float, i: int) -> str:
    """A measured mean with a bar of its standard error."""
    x, y = chart.place(c, mean)
    colour, bar = COLOURS[i], ""
    if np.isfinite(error):
        low, high = (chart.place(c, mean + side * error)[1] for side in (-1, 1))
        bar = stroke((x, low, x, high), colour, 1.8)
        bar += stroke((x - 4, low, x + 4, low), colour, 1.8)
        bar += stroke((x - 4, high, x + 4, high), colour, 1.8)
    return bar + chart.mark(c, mean, colour, i, 4.5)
