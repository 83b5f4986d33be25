"""A block taken apart: how it is wired, and what six of its kind learn in a few steps.

Notebook: The block.
"""

from collections.abc import Callable, Mapping
from functools import cache

import ipywidgets
import torch
from matplotlib.axes import Axes
from torch import Tensor

from helpers.basics.signature import signed
from helpers.learning import training
from helpers.models import ladder
from helpers.models.config import GPTConfig
from helpers.views import plots
from helpers.views.drawing import Picture, number, palette, style
from helpers.views.drawing.labels import label_ends, level_lines
from helpers.views.widgets import live
from helpers.views.widgets.explorer import Explorer

STEPS, EVERY = 60, 10
RATES = (0.001, 0.003, 0.01, 0.03, 0.1)
BLOCKS = {
    "plain": "blocks, no residuals",
    "residual": "blocks",
    "post-norm": "post-norm",
    "pre-norm": "pre-norm",
}
SHOWN = 1.4, 6  # nats per character


@signed()
def block_lab(
    train_ids: Tensor,
    val_ids: Tensor,
    config: GPTConfig,
    floors: Mapping[str, float],
    block: str = "plain",
    rate: float = 0.003,
) -> Explorer:
    """Choose a block and a learning rate; a model of such blocks learns for 60 steps.

    config: its size. floors: name -> nats per character, drawn as lines. Each combination is
    trained when it is first asked for, always from seed 0, and kept.
    """

    @cache
    def learned(block: str, rate: float) -> training.History:
        return _learn(BLOCKS[block], rate, train_ids, val_ids, config)

    return Explorer(
        _drawing(learned, floors),
        block=ipywidgets.Dropdown(options=list(BLOCKS), value=block),
        rate=ipywidgets.SelectionSlider(options=RATES, value=rate),
    )


def _learn(step: str, rate: float, train_ids, val_ids, config: GPTConfig) -> training.History:
    """The course of a training, up to its end or to the step at which it broke."""
    kept = training.History()

    def keep(_, history: training.History) -> None:
        nonlocal kept
        kept = history

    plan = {"steps": STEPS, "batch_size": 32, "lr": rate, "eval_every": EVERY, "progress": False}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = ladder.step(step, config)
        try:
            return training.train(model, train_ids, val_ids, **plan, on_step=keep)
        except ArithmeticError:  # the loss is no number any more: that is an answer, too
            return kept


def _drawing(learned: Callable, floors: Mapping[str, float]) -> Callable[..., Picture]:
    figure = live.figure(7.4, 3.7)
    wiring = figure.add_axes((0.01, 0.02, 0.28, 0.96))
    curve = figure.add_axes((0.37, 0.14, 0.4, 0.75))

    def draw(block: str, rate: float) -> Picture:
        history = learned(block, rate)
        wiring.clear()
        plots.block_flows([block], wiring)
        curve.clear()
        _curve(curve, history, floors, rate)
        return live.picture(curve, _say(block, rate, history))

    return draw


def _curve(ax: Axes, history: training.History, floors: Mapping[str, float], rate: float) -> None:
    live.panel(ax, f"Nats per character at rate {rate}", "steps")
    ax.set(xlim=(0, STEPS), ylim=SHOWN)
    names = level_lines(ax, floors)
    ax.plot(history.steps, history.val_loss, color=palette.BLUE, marker="o", ms=4, lw=2)
    if _broke(history):
        where = (STEPS / 2, SHOWN[1] - 0.5)
        look = {"color": palette.VERMILLION, "fontsize": style.SIZE, "ha": "center"}
        ax.text(*where, f"broke after step {history.steps[-1]}", **look)
    label_ends(ax, names)


def _broke(history: training.History) -> bool:
    return history.steps[-1] < STEPS


def _say(block: str, rate: float, history: training.History) -> str:
    start, end = number(history.val_loss[0]), number(history.val_loss[-1])
    course = f"from {start} to {end} nats per character in {STEPS} steps"
    if _broke(history):
        course = f"from {start} nats per character; the training broke after step "
        course += str(history.steps[-1])
    return f"{block.capitalize()} blocks at rate {rate}: {course}."
