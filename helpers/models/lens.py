"""The stream between the blocks: read as it is, through the model's own head, or exchanged.

Layer 0 is what enters the first block, layer L what leaves the last one. Sources: nostalgebraist
2020, "interpreting GPT: the logit lens"; for exchanging what a layer holds, Vig et al. 2020 and
Meng et al. 2022. Notebook *Inside the model*.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from helpers.basics.borders import explained, takes
from helpers.basics.kinds import need
from helpers.basics.numbers import whole
from helpers.models.modes import evaluating, hooked


@torch.no_grad()
@takes(model="model", idx="tokens B T")
def streams(model: nn.Module, idx: Tensor) -> Tensor:
    """What flows between the blocks of a GPT: idx (B, T) -> (L + 1, B, T, C), in eval mode."""
    seen: list[Tensor] = []
    with evaluating(model), hooked(_doors(model), lambda part, inputs: seen.append(inputs[0])):
        model(idx)
    return torch.stack(seen)


def _doors(model: nn.Module) -> list[nn.Module]:
    """The parts whose input is the stream at layer 0, 1, … L."""
    return [*model.blocks, model.final_norm]


@torch.no_grad()
@explained(x="stream ... C")
@takes(model="model")
def lens(model: nn.Module, x: Tensor) -> Tensor:
    """The logits that a GPT would give if the blocks ended here.

    x: (..., C) -> (..., V). At the last layer they are the model's own.
    """
    return model.head(model.final_norm(x))


@contextmanager
@takes(model="model", values="stream B n C")
def patched(model: nn.Module, layer: int, places: Iterable[int], values: Tensor) -> Iterator[None]:
    """Inside, the stream of a GPT at this layer holds `values` at these n places.

    layer: 0 … L. values: (B, n, C), as many as there are texts, or (1, n, C) for all of them.
    ValueError for a layer that the model does not have.
    """
    doors, places = _doors(model), list(places)
    whole("layer", layer, 0, len(doors) - 1)

    def exchange(part: nn.Module, inputs: tuple) -> tuple:
        x = inputs[0].clone()  # the residual sum must not see the change behind its back
        x[:, places] = values.to(x)
        return x, *inputs[1:]

    with hooked([doors[layer]], exchange):
        yield


@torch.no_grad()
@takes(model="model", idx="tokens B T", other="tokens B T")
def exchanged(model: nn.Module, idx: Tensor, other: Tensor, places: Iterable[int]) -> Tensor:
    """The last character's logits where one vector of the stream is another run's.

    idx, other: (B, T), two runs. Returns (L + 1, n, B, V): in [layer, i] the stream at this layer
    holds at places[i] what the other run has there. As `patched` at each of the n places.
    ValueError for a place that the texts do not have.
    """
    B, T = idx.shape
    numbers = isinstance(places, Iterable)
    need(numbers, "places", "be numbers of characters", places, "Try range(4, 8).")
    places = [whole("every place", p, -T, T - 1, "Try range(4, 8).") for p in places]
    every, rows = idx.repeat(len(places), 1), torch.arange(len(places) * B)  # (n·B, T)
    where, found = torch.tensor(places).repeat_interleave(B), []
    for door, given in zip(_doors(model), streams(model, other), strict=True):
        values = given[:, places].transpose(0, 1).flatten(0, 1)  # (n·B, C)

        def exchange(part: nn.Module, inputs: tuple, values: Tensor = values) -> tuple:
            x = inputs[0].clone()
            x[rows, where] = values
            return x, *inputs[1:]

        with evaluating(model), hooked([door], exchange):
            found.append(model(every)[0][:, -1].unflatten(0, (len(places), B)))
    return torch.stack(found)
