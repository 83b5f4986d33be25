"""Large and short, or small and long: what a budget of operations buys, by a law of the loss.

Notebook: From GPT-1 to GPT-3.
"""

from collections.abc import Callable

import ipywidgets
import numpy as np
from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.theory.scaling import BESIROGLU, HOFFMANN, LossLaw
from helpers.views.drawing import Picture, given, number, palette
from helpers.views.drawing.style import SMALL
from helpers.views.widgets import live
from helpers.views.widgets.controls import choice
from helpers.views.widgets.explorer import Explorer
from helpers.views.widgets.model_sizes import power_of_ten

LAWS = {"as printed (2022)": HOFFMANN, "refitted (2024)": BESIROGLU}
SIZES = np.geomspace(1e6, 1e13, 300)  # parameters
LOSSES = (1.7, 5.0)  # what the picture has room for, in nats per token
BUDGETS = (1e18, 1e26)  # operations
TICKS = {1e6: "1 million", 1e8: "100 million", 1e10: "10 billion", 1e12: "1 trillion"}


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
    figure = live.figure(7.4, 3.7)
    ax = figure.add_axes((0.08, 0.14, 0.89, 0.7))

    def draw(budget: float, size: float, law: str) -> Picture:
        chosen = LAWS[law]
        best = chosen.best_size(budget)
        live.wipe(ax)
        title = f"Budget {budget:.2g} operations, law {law}"
        _curve(live.panel(ax, title, "parameters N", grid="both"), chosen, budget)
        _mark(ax, best, chosen, budget, "s", palette.BLUE, "best")
        _mark(ax, size, chosen, budget, "o", palette.VERMILLION, "yours")
        said = [_say(name, N, chosen, budget) for name, N in (("Yours", size), ("Best", best))]
        return live.picture(ax, f"{title}. {' '.join(said)}")

    return draw


def _curve(ax: Axes, law: LossLaw, budget: float) -> None:
    ax.set(xscale="log", xlim=(SIZES[0], SIZES[-1]), ylim=LOSSES, ylabel="loss, nats per token")
    ax.set_xticks(list(TICKS), TICKS.values())
    ax.plot(SIZES, [law.loss(N, budget / 6 / N) for N in SIZES], color=palette.INK, lw=1.8)
    ax.axhline(law.E, color=palette.QUIET, lw=1.2, ls=(0, (4, 3)))


def _mark(ax: Axes, N: float, law: LossLaw, budget: float, marker: str, colour, name) -> None:
    """A mark on the curve, and its words; a loss beyond the picture is marked at its upper end."""
    height = min(law.loss(N, budget / 6 / N), LOSSES[1])
    ax.plot([N], [height], marker, color=colour, ms=9, zorder=4)
    top = {"best": 0.9, "yours": 0.8}[name]
    words = _say(name, N, law, budget)
    ax.text(0.99, top, words, transform=ax.transAxes, ha="right", color=colour, fontsize=SMALL)


def _say(name: str, N: float, law: LossLaw, budget: float) -> str:
    D = budget / 6 / N
    sizes = f"{number(N / 1e9)} billion parameters, {number(D / 1e9)} billion tokens"
    return f"{name}: {sizes}, {number(D / N)} for each; loss {law.loss(N, D):.3f}."
