"""The two halves of `rlhf_beta`: bars of two policies, and mean rewards against KL; to be moved."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.views.drawing.palette import BLUE, HATCHED, INK, QUIET, VERMILLION
from helpers.views.drawing.roots import NOTE, space_by_roots
from helpers.views.drawing.style import SMALL
from helpers.views.widgets import live


class Bars:
    """Two bars for each answer, to be moved: the reference hatched, the optimum filled."""

    def __init__(self, ax: Axes, answers: Sequence[str]):
        self.ax, self.answers, places = ax, answers, np.arange(len(answers))
        live.panel(ax, "Probability of each answer")
        self.reference = ax.bar(places - 0.2, places * 0, 0.36, label="π_ref", **HATCHED).patches
        self.policy = ax.bar(places + 0.2, places * 0, 0.36, label="π*", color=BLUE).patches
        ax.set(ylim=(0, 1.02), yticks=(0, 0.5, 1))
        ax.tick_params(axis="x", length=0)
        ax.legend(frameon=False, fontsize=SMALL, ncols=2, labelcolor=INK, loc="upper left")

    def move(self, reference, policy, rewards) -> None:
        """The heights, and each answer's proxy reward below it; a policy of None is not drawn."""
        named = [f"{a}\nr = {r:g}" for a, r in zip(self.answers, rewards, strict=True)]
        self.ax.set_xticks(range(len(self.answers)), named, fontsize=SMALL - 0.5)
        live.lift(self.reference, reference)
        live.lift(self.policy, [0.0] * len(self.answers) if policy is None else policy)


class Path:
    """Mean rewards against KL for all β, to be moved, with marks at the present one."""

    def __init__(self, ax: Axes):
        self.ax = live.panel(ax, "Mean reward for all β", f"KL(π* ‖ π_ref), nats {NOTE}", "both")
        looks = {"proxy": (VERMILLION, (0, (6, 2)), "s"), "true": (BLUE, "-", "o")}
        self.lines, self.marks = {}, {}
        for name, (colour, dashes, mark) in looks.items():
            (self.lines[name],) = ax.plot([], [], color=colour, ls=dashes, lw=2, label=name)
            (self.marks[name],) = ax.plot([], [], mark, color=colour, ms=8, clip_on=False)
        self.here = ax.axvline(0, color=QUIET, lw=1.2, zorder=1)
        space_by_roots(ax)
        ax.legend(edgecolor="none", framealpha=1, fontsize=SMALL, ncols=2, labelcolor=INK,
                  loc="upper left", bbox_to_anchor=(-0.02, 1.0), handlelength=2.4)  # fmt: skip

    def move(self, outcomes: Sequence, now) -> None:
        """Draw what all β lead to, and mark what the present one does; nothing if hidden."""
        far = [each.kl for each in outcomes]
        for name, line in self.lines.items():
            line.set_data(far, [getattr(each, name) for each in outcomes])
            self.marks[name].set_data([now.kl], [getattr(now, name)]) if far else None
            self.marks[name].set_visible(bool(far))
        self.here.set_xdata([now.kl, now.kl])
        self.here.set_visible(bool(far))
        rewards = [value for each in outcomes for value in (each.proxy, each.true)] or [0.0, 1.0]
        low, high = min(rewards), max(max(rewards), min(rewards) + 0.1)
        span = high - low
        self.ax.set_xlim(0, 1.03 * max([*far, 0.05]))
        self.ax.set_ylim(low - 0.06 * span, high + 0.25 * span)
