"""A mixture of experts beside what it competes with.   python benchmarks/moe.py

One forward and backward pass over 2,048 tokens of width 128 on two threads: our layer of 8 experts,
2 active; a dense MLP of the same active width; a loop that runs every expert on every token and
masks; a loop that picks each expert's tokens by a mask.
"""

from collections.abc import Callable, Iterator

import measuring  # first: it fixes the threads
import torch
from torch import Tensor, nn

from helpers.models.config import GPTConfig
from helpers.models.mlp import MLP
from helpers.models.moe import MoE

TOKENS, WIDTH, EXPERTS, ACTIVE = 2048, 128, 8, 2
OURS, DENSE, EVERY, PICK = (
    "MoE, tokens grouped by expert",
    "dense MLP, same active width",
    "loop, every expert on every token, masked",
    "loop, each expert's tokens by a mask",
)


class EveryExpert(MoE):
    """The formula word for word: all experts answer all tokens, most answers count 0."""

    def forward(self, x: Tensor) -> Tensor:
        gates = self.gate(self.router(x))
        return sum(gates[:, e : e + 1] * expert(x) for e, expert in enumerate(self.experts))


class PickedTokens(MoE):
    """A mask for each expert, as Mixtral's first implementations have it."""

    def forward(self, x: Tensor) -> Tensor:
        gates, y = self.gate(self.router(x)), torch.zeros_like(x)
        for e, expert in enumerate(self.experts):
            chosen = gates[:, e] != 0
            answer = expert(x[chosen]) * gates[chosen, e].unsqueeze(-1)
            y = y.index_add(0, chosen.nonzero().squeeze(1), answer)
        return y


def layers() -> dict[str, nn.Module]:
    """All four, the mixtures with the same weights, and equal to each other."""
    torch.manual_seed(0)
    sizes = {"n_layer": 1, "n_head": 4, "n_expert": EXPERTS, "n_expert_active": ACTIVE}
    config = GPTConfig(256, 64, n_embd=WIDTH, **sizes)
    found = {OURS: MoE(config), EVERY: EveryExpert(config), PICK: PickedTokens(config)}
    x = torch.randn(64, WIDTH)
    for layer in found.values():
        layer.load_state_dict(found[OURS].state_dict())
        torch.testing.assert_close(layer(x), found[OURS](x))
    dense = MLP(config)
    dense.expand = nn.Linear(WIDTH, 4 * WIDTH * ACTIVE)
    dense.projection = nn.Linear(4 * WIDTH * ACTIVE, WIDTH)
    return {DENSE: dense, **found}


def passes(layer: nn.Module, x: Tensor) -> Callable[[], None]:
    """One forward and backward pass, gradients for the input and for all weights."""

    def way() -> None:
        layer.zero_grad(set_to_none=True)
        layer(x.clone().requires_grad_()).square().mean().backward()

    return way


def rows() -> Iterator[measuring.Row]:
    x = torch.randn(TOKENS, WIDTH)
    ways = {name: passes(layer, x) for name, layer in layers().items()}
    seconds = measuring.in_turns(ways, rounds=15)
    work = f"MoE, {EXPERTS} experts, {ACTIVE} active, {TOKENS:,} tokens of width {WIDTH}"
    yield measuring.longer(work, seconds, OURS, DENSE, most=1.4)
    yield measuring.faster(work, seconds, OURS, EVERY, least=2)
    yield measuring.faster(work, seconds, OURS, PICK)


if __name__ == "__main__":
    measuring.main(__doc__, rows)
