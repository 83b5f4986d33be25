"""LoRA: a trained model stays as it is, and beside its matrices thin ones learn the change.

W becomes W + (α / rank) · B A, where A has `rank` rows and B `rank` columns. B starts at 0, so the
model begins as it was. Source: Hu et al. 2021, §4.1, equation 3. Built by hand in notebook *Adapt a
model*.
"""

import copy
import math
from collections.abc import Collection

from torch import Tensor, nn

from helpers.basics.borders import explains, takes
from helpers.basics.kinds import need
from helpers.basics.numbers import real, whole

ALPHA = 16.0  # how much of the change is added; over the rank, so that a rate suits many ranks


@explains(x="stream ... C")
class LoRALinear(nn.Module):
    """A linear layer that no longer learns, and beside it two thin matrices that do.

    down is A: (rank, N), up is B: (M, rank), for a layer of N inputs and M outputs.
    """

    own_start = True

    def __init__(self, layer: nn.Linear, rank: int, alpha: float = ALPHA):
        super().__init__()
        need(isinstance(layer, nn.Linear), "layer", "be linear", layer, "Try nn.Linear(8, 8).")
        rank, more = whole("rank", rank), ("be a number > 0", "Try alpha=16.0.")
        alpha = real("alpha", alpha, lambda x: x > 0, *more)
        self.layer, self.scale = layer.requires_grad_(False), alpha / rank
        self.down = nn.Parameter(layer.weight.new_empty(rank, layer.in_features))
        self.up = nn.Parameter(layer.weight.new_empty(layer.out_features, rank))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """A random, B zero: the change is 0, and still the gradient of B is not."""
        nn.init.normal_(self.down, std=1 / math.sqrt(self.layer.in_features))
        nn.init.zeros_(self.up)

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., N) -> (..., M); B A itself, as large as the layer's matrix, is never built."""
        return self.layer(x) + self.scale * (x @ self.down.T) @ self.up.T

    def merged(self) -> nn.Linear:
        """One plain layer that gives the same: its matrix is W + (α / rank) · B A."""
        layer = copy.deepcopy(self.layer).requires_grad_(True)
        layer.weight.data += self.scale * self.up.data @ self.down.data
        return layer


@takes(model="with blocks", rank="count", alpha="positive")
def with_lora(
    model: nn.Module, rank: int, alpha: float = ALPHA, layers: Collection[str] | None = None
) -> nn.Module:
    """A copy of a GPT in which nothing learns but two thin matrices beside each chosen layer.

    layers: how the names of the chosen linear layers in its blocks end, e.g. ["qkv"]; None is all
    of them. ValueError where there is none of such a name, or of a model that has LoRA already.
    """
    named = {name: x for name, x in model.blocks.named_modules() if isinstance(x, nn.Linear)}
    ends = tuple(named if layers is None else layers)
    chosen = [layer for name, layer in named.items() if name.endswith(ends)]
    if not chosen or _lora_layers(model):
        known = sorted({name.rpartition(".")[2] for name in named})
        raise ValueError(
            f"LoRA must be put beside linear layers of a plain GPT, {', '.join(known)}; got "
            f"{'one with LoRA' if _lora_layers(model) else list(ends)}. Try with_lora(model, 4)."
        )
    # a copy asks its memo first: there the layers are already other ones
    memo = {id(layer): LoRALinear(copy.deepcopy(layer), rank, alpha) for layer in chosen}
    adapted = copy.deepcopy(model, memo).requires_grad_(False)
    for layer in _lora_layers(adapted):
        layer.down.requires_grad_(True)
        layer.up.requires_grad_(True)
    return adapted


@takes(model="model")
def merged(model: nn.Module) -> nn.Module:
    """A plain copy of the same function, all of whose weights can learn again."""
    memo = {id(layer): layer.merged() for layer in _lora_layers(model)}
    return copy.deepcopy(model, memo).requires_grad_(True)


@takes(model="model")
def adapter(model: nn.Module) -> dict[str, Tensor]:
    """What is stored of an adapted model: its thin matrices by name, without the model itself.

    `model.load_state_dict(adapter, strict=False)` puts them into another copy with LoRA.
    """
    state = model.state_dict()
    return {name: state[name] for name in state if name.endswith((".down", ".up"))}


@takes(model="with config")
def with_own_head(model: nn.Module) -> nn.Module:
    """A copy of a GPT in which nothing learns but the last layer, a matrix of its own.

    A tied head is the embedding; the copy's is another matrix that starts equal.
    """
    own = nn.Linear(*model.head.weight.T.shape, bias=model.head.bias is not None)
    own.load_state_dict(model.head.state_dict())
    changed = copy.deepcopy(model, {id(model.head): own}).requires_grad_(False)
    changed.head.requires_grad_(True)
    return changed.train(model.training)


@takes(model="model")
def learned_numbers(model: nn.Module) -> int:
    """How many numbers of a model can learn: those that an optimiser keeps averages of."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def _lora_layers(model: nn.Module) -> list[LoRALinear]:
    return [layer for layer in model.modules() if isinstance(layer, LoRALinear)]
