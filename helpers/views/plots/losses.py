"""The loss during training, against floors that no model of a kind can pass.

The last validation loss minus the lowest floor is the gap: at most that much is left to learn. (The
excess of `learning.evaluation` is a finer measure: model and truth on the same characters.)
"""

from collections.abc import Mapping
from typing import Protocol

from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.views.drawing import amounts, course, given, number, palette, style
from helpers.views.drawing.labels import Label, label_ends, level_lines

UNIT = "nats per character"


class History(Protocol):
    """What training returns: the steps at which the losses were measured, and the losses."""

    steps: list[int]
    train_loss: list[float]
    val_loss: list[float]


@signed()
def losses(
    history: History | Mapping[str, History],
    floors: Mapping[str, float] | None = None,
    ax: Axes | None = None,
    unit: str = UNIT,
    title: str = "",
) -> Axes:
    """Training and validation loss by step, with every floor as a named horizontal line.

    One history shows both losses and marks the gap; a dict name -> history compares the
    validation losses. floors: name -> loss in the same unit. ValueError if nothing was measured.
    """
    floors, several = floors or {}, isinstance(history, Mapping)
    every = history if several else {"the history": history}
    measured = {name: len(each.steps) for name, each in every.items()}
    rule, advice = "Every history must hold at least one measured step", "Try training first."
    given.must(measured and all(measured.values()), rule, measured, advice)
    ax = style.axes(ax, grid="y")
    ax.xaxis.set_major_locator(style.counting())
    labels = level_lines(ax, floors)
    curves = {name: (each.steps, each.val_loss) for name, each in every.items()}
    if not several:
        every = {"training": history.train_loss, "validation": history.val_loss}
        curves = {name: (history.steps, values) for name, values in every.items()}
    labels += [_curve(ax, name, *each, i) for i, (name, each) in enumerate(curves.items())]
    if floors and not several:
        labels += _mark_gap(ax, history, min(floors.values()))
    say = _say_several if several else _say_one
    style.finish(ax, say(history, floors, unit), title, "training step", f"loss ({unit})")
    return label_ends(ax, labels)


def gap(history: History, floors: Mapping[str, float]) -> float:
    """The last validation loss minus the lowest floor; below 0 only for a leak or by chance."""
    return float(history.val_loss[-1]) - min(floors.values())


def _curve(ax: Axes, name: str, steps: list[int], values: list[float], i: int) -> Label:
    """Draw the i-th curve; returns the label of its end."""
    ax.plot(steps, given.array(values), **style.line_style(i, len(steps)))
    ax.set_xlim(right=max(steps[-1], ax.dataLim.x1) or 1)
    return float(values[-1]), f"{name} {number(values[-1])}", palette.colour(i)


def _mark_gap(ax: Axes, history: History, floor: float) -> list[Label]:
    last, across = float(history.val_loss[-1]), ax.get_yaxis_transform()
    arrow = {"arrowstyle": "<->", "color": palette.PURPLE, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
    arrow |= {"mutation_scale": 9}
    where = {"xy": (0.96, floor), "xytext": (0.96, last), "xycoords": across, "textcoords": across}
    ax.annotate("", **where, arrowprops=arrow, zorder=4)
    return [((last + floor) / 2, f"gap {number(last - floor)}", palette.PURPLE)]


def _say_one(history: History, floors: Mapping[str, float], unit: str) -> str:
    both = f"validation {course(history.val_loss)}; training {course(history.train_loss)}"
    text = f"Loss in {unit} over {number(history.steps[-1])} steps: {both}."
    return text + _say_floors({"The last validation loss": history}, floors)


def _say_several(histories: Mapping[str, History], floors: Mapping[str, float], unit: str) -> str:
    courses = [f"{name} {course(history.val_loss)}" for name, history in histories.items()]
    last = max(history.steps[-1] for history in histories.values())
    text = f"Validation loss in {unit} over {number(last)} steps: {'; '.join(courses)}."
    return text + _say_floors(histories, floors)


def _say_floors(histories: Mapping[str, History], floors: Mapping[str, float]) -> str:
    """The floors, and how far above the lowest of them each history ends."""
    if not floors:
        return ""
    lowest = min(floors, key=floors.__getitem__)
    ends = []
    for name, history in histories.items():
        left = gap(history, floors)
        ends.append(f"{name} ends {number(abs(left))} {'above' if left >= 0 else 'below'} {lowest}")
    return f" Floors: {amounts(floors)}. {'; '.join(ends)}."
