"""The mask: touch its cells to decide who may look at whom, and see what it does to the loss.

Notebook: *BERT, GPT and the mask*.
"""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets
from torch import Tensor, nn

from helpers.basics.signature import signed
from helpers.models import masks
from helpers.views.drawing import Picture
from helpers.views.pictures.mask_grid import bits, mask_grid, unpacked
from helpers.views.widgets import reading, stops
from helpers.views.widgets.explorer import Explorer
from helpers.views.widgets.mask_lab import EDITED, OWN, MaskLab
from helpers.views.widgets.reading import TokenizerLike

TRAIN = "train a model with this mask"
NOT_YET = f"There is no model of your own yet. Press the button {TRAIN!r}."


@signed()
def causal_mask(
    models: Mapping[str, nn.Module],
    tokenizer: TokenizerLike,
    text: str,
    truth: Sequence[float] | None = None,
    train: Callable[[Tensor], nn.Module] | None = None,
    position: int = 0,
    mask: str = "causal",
) -> Explorer:
    """Choose a trained model and a mask, edit the mask, and see weights and losses by position.

    models: name -> GPT, all of one block_size T. text: what they are scored on, in windows of T;
    truth: -ln P of each of its characters by the author, who knows the text from its start.
    train: mask (T, T) -> a model; gives a button, and a model of one's own. position: where in the
    text the window that is shown begins. mask: the one to begin with, and the model of its name.
    ValueError if models differ in T.
    """
    lab = MaskLab(models, tokenizer, text, truth)
    shown = reading.tokens_of(tokenizer, text[position:])[: lab.T + 1]
    names = [tokenizer.decode([i]) for i in shown]
    first = mask if mask in models else [*models][-1]
    whose = _buttons([*models, *[OWN] * bool(train)], "model trained with", first)
    now = _buttons([*lab.masks], "mask now", mask)
    row = ipywidgets.IntSlider(lab.T // 2, 0, lab.T - 1, description="position that looks")
    cells = stops.hidden(bits(lab.masks[mask]))

    def learn(explorer: Explorer) -> None:
        lab.learn(now.value, train)
        whose.value = [*models][0]  # so that the new model is drawn, though its name is not new
        whose.value = OWN

    controls = {"model": whose, "mask": now, "row": row, "cells": cells}
    actions = {TRAIN: learn} if train else None
    follow = _following(lab, now, cells)
    draw, pairs = _drawing(lab, shown, names), [("model", "mask")]
    return Explorer(draw, actions=actions, adjust=follow, pairs=pairs, **controls)


def _buttons(names: list[str], description: str, value: str) -> ipywidgets.ToggleButtons:
    """One of several names, by buttons: all are seen before one is chosen."""
    return ipywidgets.ToggleButtons(options=names, value=value, description=description)


def _following(lab: MaskLab, now, cells) -> Callable[[Explorer], None]:
    """The cells are those of the chosen mask; who touches one of them edits the mask."""
    last = [now.value]

    def follow(explorer: Explorer) -> None:
        if now.value == last[0] and cells.value != bits(lab.masks[now.value]):
            lab.masks[EDITED], now.value = unpacked(cells.value), EDITED
        last[0], cells.value = now.value, bits(lab.masks[now.value])

    return follow


def _drawing(lab: MaskLab, shown: list[int], names: list[str]) -> Callable[..., Picture]:
    def draw(model: str, mask: str, row: int, cells: str) -> Picture:
        visible = unpacked(cells)
        try:
            masks.check(visible)
        except ValueError as error:  # a mask on its way to another one: say so, and go on
            return mask_grid(visible, None, names, None, selected=row, remark=str(error))
        if model not in lab.models:
            return mask_grid(visible, None, names, None, selected=row, remark=NOT_YET)
        losses, weights = lab.measured(model, visible, shown[:-1])
        floors = None if lab.truth is None else lab.truth.mean(0)
        cheap, remark = lab.too_low(losses), lab.verdict(model, visible, losses)
        return mask_grid(visible, weights, names, losses.mean(0), floors, cheap, row, remark)

    return draw
