"""Large and short, or small and long: what a budget of operations buys, by a law of the loss.

Notebook: From GPT-1 to GPT-3.
"""

from collections.abc import Callable

import ipywidgets
import numpy as np

from helpers.basics.signature import signed
from helpers.theory.scaling import BESIROGLU, HOFFMANN, LossLaw
from helpers.views.drawing import Picture, given, number, palette, svg
from helpers.views.drawing.chart import SIZE, SMALL, Chart
from helpers.views.widgets.controls import choice
from helpers.views.widgets.explorer import Explorer
from helpers.views.widgets.model_sizes import power_of_ten

LAWS = {"as printed (2022)": HOFFMANN, "refitted (2024)": BESIROGLU}
SIZES = np.geomspace(1e6, 1e13, 100)  # parameters
LOSSES = (1.7, 5.0)  # what the picture has room for, in nats per token
BUDGETS = (1e18, 1e26)  # operations
TICKS = {6: "1 million", 8: "100 million", 10: "10 billion", 12: "1 trillion"}
YLABEL = "loss, nats per token"


@signed()
def compute_budget(
    budget: float = 3.15e23, size: float = 1.75e11, law: str = "as printed (2022)"
) -> Explorer:
    """The loss against the size at a fixed budget: a curve with a lowest point, and your choice.

    budget: operations, from 10^18 to 10^26; GPT-3's at the start. size: parameters, from 10^6 to
    10^13; the tokens follow from 6·N·D. law: a name in LAWS. ValueError for another start.
    """
    fits = law in LAWS and BUDGETS[0] <= budget <= BUDGETS[1]
    rule = f"The widget starts at a law in {[*LAWS]}, 10^18 to 10^26 operations, 10^6 to 10^13 "
    got = f"{law!r}, {budget!r} and {size!r}"
    fits = fits and 1e6 <= size <= 1e13
    given.must(fits, f"{rule}parameters", got, "Try compute_budget().")
    controls = {
        "budget": choice(budget, np.geomspace(*BUDGETS, 81), "operations", power_of_ten),
        "size": choice(size, np.geomspace(1e6, 1e13, 141), "parameters", power_of_ten),
        "law": ipywidgets.Dropdown(options=[*LAWS], value=law),
    }
    return Explorer(_drawing(), **controls)


def _drawing() -> Callable[..., Picture]:
    chart = Chart(59, 59, 659, 259, (6, 13), LOSSES)  # the powers of ten of the parameters
    frame = chart.frame(TICKS, {float(y): str(y) for y in (2, 3, 4, 5)}, "parameters N", YLABEL)

    def draw(budget: float, size: float, law: str) -> Picture:
        chosen = LAWS[law]
        best = chosen.best_size(budget)
        title = f"Budget {budget:.2g} operations, law {law}"
        parts = [svg.words(chart.x, 46, title, SIZE), *frame, *_curve(chart, chosen, budget)]
        said = [_say(name, N, chosen, budget) for name, N in (("Yours", size), ("Best", best))]
        marks = ((best, 1, palette.BLUE, "best"), (size, 0, palette.VERMILLION, "yours"))
        for i, (N, kind, colour, name) in enumerate(marks):
            words = _say(name, N, chosen, budget)
            look = {"fill": colour, "text_anchor": "end"}
            parts.append(svg.words(chart.x + 652, chart.y + 30 + 26 * i, words, SMALL, **look))
            parts.append(chart.mark(np.log10(N), _height(N, chosen, budget), colour, kind, 6))
        return Picture(f"{title}. {' '.join(said)}", markup=svg.document(740, 370, parts))

    return draw


def _curve(chart: Chart, law: LossLaw, budget: float) -> list[str]:
    """The loss of every size at this budget, and the floor of the law."""
    losses = [law.loss(N, budget / 6 / N) for N in SIZES]
    floor = chart.line(chart.across, [law.E, law.E], palette.QUIET, 1, 1.6)
    return [chart.inside([chart.line(np.log10(SIZES), losses, palette.INK, width=2.5), floor])]


def _height(N: float, law: LossLaw, budget: float) -> float:
    """A loss beyond the picture is marked at its upper end."""
    return min(law.loss(N, budget / 6 / N), LOSSES[1])


def _say(name: str, N: float, law: LossLaw, budget: float) -> str:
    D = budget / 6 / N
    sizes = f"{number(N / 1e9)} billion parameters, {number(D / 1e9)} billion tokens"
    return f"{name}: {sizes}, {number(D / N)} for each; loss {law.loss(N, D):.3f}."
