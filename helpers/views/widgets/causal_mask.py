"""The mask: decide who may look at whom, and see what it does to the loss.

Notebook: *BERT, GPT and the mask*.
"""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets
import torch
from torch import Tensor, nn

from helpers.models import masks
from helpers.views.drawing import Picture, glyph
from helpers.views.pictures.mask_grid import mask_grid
from helpers.views.widgets import reading
from helpers.views.widgets.explorer import Explorer
from helpers.views.widgets.mask_lab import EDITED, OWN, MaskLab

TRAIN = "train a model with this mask"
NOT_YET = f"There is no model of your own yet. Press the button {TRAIN!r}."
WRAPPED = {"display": "flex", "flex_flow": "row wrap", "align_items": "center"}
WRAPPED["max_width"] = "880px"


def causal_mask(
    models: Mapping[str, nn.Module],
    tokenizer,
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
    ticks = {f"sees_{s}": _tick(s, names[s]) for s in range(lab.T)}

    def learn(explorer: Explorer) -> None:
        lab.learn(now.value, train)
        whose.value = [*models][0]  # so that the new model is drawn, though its name is not new
        whose.value = OWN

    follow = _following(lab, now, row, [*ticks.values()])
    controls = {"model": whose, "mask": now, "row": row, **ticks}
    actions = {TRAIN: learn} if train else None
    explorer = Explorer(_drawing(lab, shown, names), actions=actions, adjust=follow, **controls)
    _arrange(explorer, ticks)
    return explorer


def _buttons(names: list[str], description: str, value: str) -> ipywidgets.ToggleButtons:
    """One of several names, by buttons: JupyterLab keeps the arrow keys of a list for itself."""
    control = ipywidgets.ToggleButtons(options=names, value=value, description=description)
    control.style.button_width, control.layout.width = "auto", "auto"
    return control


def _tick(s: int, token: str) -> ipywidgets.Checkbox:
    name, layout = f"{s} {glyph(token)}", {"width": "62px"}
    return ipywidgets.Checkbox(description=name, indent=False, layout=layout)


def _arrange(explorer: Explorer, ticks: Mapping[str, ipywidgets.Checkbox]) -> None:
    """The ticks side by side, below the row they show; the button beside the mask it uses."""
    others = [c for c in explorer.box.children if c not in ticks.values()]
    model, mask, row, *button, view = others
    label = ipywidgets.Label("it may look at", layout={"margin": "0 8px 0 0"})
    side_by_side = ipywidgets.Box([label, *ticks.values()], layout=WRAPPED)
    explorer.box.children = [model, mask, *button, row, side_by_side, view]


def _following(lab: MaskLab, now, row, ticks: list) -> Callable[[Explorer], None]:
    """Ticks show one row of the chosen mask; a tick that somebody changes edits the mask."""
    last = [("", -1)]

    def follow(explorer: Explorer) -> None:
        ticked = torch.tensor([tick.value for tick in ticks])
        moved = last[0] != (now.value, row.value)
        if not moved and not torch.equal(ticked, lab.masks[now.value][row.value]):
            lab.masks[EDITED] = lab.masks[now.value].clone()
            lab.masks[EDITED][row.value] = ticked
            now.value = EDITED
        for tick, seen in zip(ticks, lab.masks[now.value][row.value].tolist(), strict=True):
            tick.value = seen
        last[0] = (now.value, row.value)

    return follow


def _drawing(lab: MaskLab, shown: list[int], names: list[str]) -> Callable[..., Picture]:
    def draw(model: str, mask: str, row: int, **ticks: bool) -> Picture:
        visible = lab.masks[mask].clone()
        visible[row] = torch.tensor([*ticks.values()])
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
