"""The two halves of `rlhf_beta`: bars of two policies, and mean rewards against KL."""

from collections.abc import Sequence

import numpy as np

from helpers.views.drawing import svg
from helpers.views.drawing.chart import SIZE, Chart, key, sample, ticks
from helpers.views.drawing.palette import BLUE, QUIET, VERMILLION
from helpers.views.drawing.roots import NOTE, root_ticks

HALVES = {0.0: "0", 0.5: "0.5", 1.0: "1"}
LOOKS = {"proxy": (VERMILLION, 1, 1), "true": (BLUE, 0, 0)}  # colour, dashes, mark
FILLED = f'fill="{BLUE}"'
AXIS = f"KL(π* ‖ π_ref), nats {NOTE}"


def bars(answers: Sequence[str], reference, policy, rewards) -> list[str]:
    """Two bars for each answer: the reference hatched, the optimum filled.

    Below each answer stands its proxy reward. A policy of None is not drawn.
    """
    chart = Chart(49, 128, 327, 246, (-0.6, len(answers) - 0.4), (0, 1.02))
    parts = [svg.HATCHES, *_titled(chart, "Probability of each answer"), *chart.frame({}, HALVES)]
    for i, (name, reward) in enumerate(zip(answers, rewards, strict=True)):
        x, low = chart.place(i, 0)
        for down, text in ((18, name), (35, f"r = {reward:g}".replace("-", "−"))):
            parts.append(svg.words(x, low + down, text, 12, text_anchor="middle"))
        parts.append(chart.bar(i - 0.2, reference[i], 0.36, svg.HATCHED))
        parts.append("" if policy is None else chart.bar(i + 0.2, policy[i], 0.36, FILLED))
    looks = zip((svg.HATCHED, FILLED), ("π_ref", "π*"), strict=True)
    entries = [(f'<rect x="0" y="-6" width="24" height="12" {look}/>', n) for look, n in looks]
    return [*filter(None, parts), *key(chart.x, chart.y - 10, entries)]


def path(outcomes: Sequence, now) -> list[str]:
    """Mean rewards by the proxy and in truth for all β, marked at the present one; or nothing."""
    far = [each.kl for each in outcomes]
    rewards = [value for each in outcomes for value in (each.proxy, each.true)] or [0.0, 1.0]
    low, high = min(rewards), max(max(rewards), min(rewards) + 0.1)
    most, span = 1.03 * max([*far, 0.05]), high - low
    up = low - 0.06 * span, high + 0.25 * span
    chart = Chart(437, 128, 308, 246, (0, most**0.5), up)
    names = {tick**0.5: f"{tick:g}" for tick in root_ticks(most)}
    parts = [*_titled(chart, "Mean reward for all β"), *chart.frame(names, ticks(*up), AXIS)]
    entries = [(sample(*LOOKS[name][:2], LOOKS[name][2]), name) for name in LOOKS]
    parts += key(chart.x, chart.y - 10, entries)
    if not far:
        return parts
    lines = [chart.upright(now.kl**0.5, QUIET, 1.7)]
    for name, (colour, style, _) in LOOKS.items():
        heights = [getattr(each, name) for each in outcomes]
        lines.append(chart.line(np.sqrt(far), heights, colour, style, 2.8))
    marks = [
        chart.mark(now.kl**0.5, getattr(now, name), colour, kind)
        for name, (colour, _, kind) in LOOKS.items()
    ]
    return [*parts, chart.inside(lines), *marks]


def _titled(chart: Chart, title: str) -> list[str]:
    return [svg.words(chart.x, chart.y - 30, title, SIZE)]


def sentences(lines: Sequence[str]) -> list[str]:
    """Lines of text from the upper left corner on."""
    return [svg.words(9, 24 + 21 * i, line, SIZE) for i, line in enumerate(lines)]
