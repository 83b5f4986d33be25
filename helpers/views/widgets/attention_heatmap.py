"""Attention as it is: any layer, any head, any text, on any model of ours. Notebook *Attention*."""

import functools
from collections.abc import Callable, Mapping
from typing import Protocol

import ipywidgets
import numpy as np
import torch
from torch import nn

from helpers.basics.signature import signed
from helpers.models import attention
from helpers.views.drawing import Picture, given
from helpers.views.pictures.attention_map import attention_picture
from helpers.views.widgets import reading
from helpers.views.widgets.explorer import Explorer

MOST_READ = 256  # tokens; a map grows with the square of it
REMEMBERED = 4  # texts whose maps are kept
STORED = 64  # heads; of more, a flipbook has the chosen layer and the chosen head only


class Reads(Protocol):
    """What reads a text itself: text -> its tokens, and the maps (L, nh, T, T)."""

    read: Callable


Model = tuple[nn.Module, reading.TokenizerLike] | Reads
Models = Mapping[str, Model]


@signed()
def attention_heatmap(
    models: Model | Models, text: str, layer: int = 0, head: int = 0, position: int | None = None
) -> Explorer:
    """Which token looks at which: one head's map, and the chosen token's row of it in numbers.

    models: (model, tokenizer), or what can `read` a text itself, or a dict of them by name to
    choose from. layer, head, position: where to begin, counted from 0, by default with the last
    token. Read are the last tokens of the text, as many as the model can, at most 256. Every map
    shown is checked: its rows sum to 1 and it is zero above the diagonal, else a ValueError is
    shown and raised. ValueError without models.
    """
    models = dict(models) if isinstance(models, Mapping) else {"": models}
    given.must(models, "There must be a model to look into", "none", "Try (model, tokenizer).")
    readers = {n: one if hasattr(one, "read") else Reader(*one) for n, one in models.items()}
    controls = _controls(list(readers), text)
    explorer = Explorer(_drawing(readers), adjust=_follower(readers), **controls)
    if (controls["layer"].max + 1) * (controls["head"].max + 1) <= STORED:
        explorer.pairs = [("layer", "head")]
    last = controls["position"].max
    for name, value in {"layer": layer, "head": head, "position": position}.items():
        controls[name].value = last if value is None else value
    return explorer


class Reader:
    """A model with its tokenizer that remembers the maps of the texts it has just read."""

    def __init__(self, model: nn.Module, tokenizer):
        self.model, self.tokenizer = model, tokenizer
        self._remembered = functools.lru_cache(REMEMBERED)(self._read)

    def read(self, text: str) -> tuple[list[str], np.ndarray]:
        """The last tokens of the text, T of them, and the maps (L, nh, T, T) of the present model.

        ValueError for a text that is empty or has characters the tokenizer does not know.
        """
        trained = tuple(p.flatten()[0].item() for p in self.model.parameters())  # by any step
        return self._remembered(text, trained)

    def _read(self, text: str, _) -> tuple[list[str], np.ndarray]:
        most = min(self.model.config.block_size, MOST_READ)
        ids = reading.tokens_of(self.tokenizer, text)[-most:]
        rule = "The text must have at least one token"
        given.must(ids, rule, "an empty text", "Type some text.")
        idx = torch.tensor([ids], device=next(self.model.parameters()).device)
        maps = attention.maps(self.model, idx)[:, 0].float().cpu().numpy()
        return [self.tokenizer.decode([i]) for i in ids], maps


def _controls(names: list[str], text: str) -> dict[str, ipywidgets.Widget]:
    asked = ("layer", "head", "token that looks")
    layer, head, position = (ipywidgets.IntSlider(min=0, max=0, description=n) for n in asked)
    every = ipywidgets.Checkbox(description="all heads", indent=False)
    model = {"model": ipywidgets.Dropdown(options=names)} if len(names) > 1 else {}
    words = ipywidgets.Textarea(value=text, rows=3)
    places = {"layer": layer, "head": head, "every": every, "position": position}
    return {"text": words, **model, **places}


def _follower(readers: Mapping[str, Reader]) -> Callable[[Explorer], None]:
    """Keep the sliders within what the chosen model has and the text is long."""

    def follow(explorer: Explorer) -> None:
        name = explorer.state.get("model", next(iter(readers)))
        _, maps = readers[name].read(explorer.state["text"])
        for control, size in zip(("layer", "head", "position"), maps.shape, strict=False):
            explorer.controls[control].max = size - 1

    return follow


def _drawing(readers: Mapping[str, Reader]) -> Callable[..., Picture]:
    only = next(iter(readers))

    def draw(text: str, layer: int, head: int, every: bool, position: int, model=only) -> Picture:
        tokens, maps = readers[model].read(text)
        return attention_picture(maps, tokens, layer, head, position, every, model)

    return draw
