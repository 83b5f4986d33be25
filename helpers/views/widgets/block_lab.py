"""A block taken apart: how it is wired, and what six of its kind learn in a few steps.

Notebook: The block.
"""

from collections.abc import Callable, Mapping
from functools import cache

import ipywidgets
import torch
from torch import Tensor

from helpers.basics.signature import signed
from helpers.learning import training
from helpers.models import ladder
from helpers.models.config import GPTConfig
from helpers.views.drawing import Picture, number, palette, svg
from helpers.views.drawing.chart import SIZE, Chart, ticks
from helpers.views.pictures.block_wiring import block_wiring
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
    chart = Chart(274, 41, 296, 277, (0, STEPS), SHOWN)
    frame = chart.frame(ticks(*chart.across), ticks(*chart.up), "steps")
    levels = [chart.level(y, style=i) for i, y in enumerate(floors.values(), start=1)]
    named = [(y, f"{name} {number(y)}", palette.QUIET) for name, y in floors.items()]
    frame += [chart.inside(levels), *chart.ends(named)]

    def draw(block: str, rate: float) -> Picture:
        history = learned(block, rate)
        title = svg.words(chart.x, chart.y - 9, f"Nats per character at rate {rate}", SIZE)
        parts = [*block_wiring(block), title, *frame, *_curve(chart, history)]
        return Picture(_say(block, rate, history), markup=svg.document(740, 370, parts))

    return draw


def _curve(chart: Chart, history: training.History) -> list[str]:
    """The losses that were measured; where the training broke, this is written above them."""
    measured = [*zip(history.steps, history.val_loss, strict=True)]
    marks = [chart.mark(*point, palette.BLUE, size=3.5) for point in measured]
    line = chart.line(history.steps, history.val_loss, palette.BLUE, width=2.5)
    parts = [chart.inside([line, *marks])]
    if _broke(history):
        x, y = chart.place(STEPS / 2, SHOWN[1] - 0.5)
        look = {"fill": palette.VERMILLION, "text_anchor": "middle"}
        parts.append(svg.words(x, y, f"broke after step {history.steps[-1]}", SIZE, **look))
    return parts


def _broke(history: training.History) -> bool:
    return history.steps[-1] < STEPS


def _say(block: str, rate: float, history: training.History) -> str:
    start, end = number(history.val_loss[0]), number(history.val_loss[-1])
    course = f"from {start} to {end} nats per character in {STEPS} steps"
    if _broke(history):
        course = f"from {start} nats per character; the training broke after step "
        course += str(history.steps[-1])
    return f"{block.capitalize()} blocks at rate {rate}: {course}."
