"""A mixture of experts beside what it competes with.   python benchmarks/moe.py

One forward and backward pass over 2,048 tokens of width 128 on two threads: our layer of 8 experts,
2 active; a dense MLP of the same active width; a loop that runs every expert on every token and
masks; a loop that picks each expert's tokens by a mask. Rounds alternate; medians.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

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


def seconds(layer: nn.Module, x: Tensor) -> float:
    """One forward and backward pass, gradients for the input and for all weights."""
    layer.zero_grad(set_to_none=True)
    x = x.clone().requires_grad_()
    started = time.perf_counter()
    layer(x).square().mean().backward()
    return time.perf_counter() - started


def measure(rounds: int) -> dict[str, float]:
    """Median seconds of each layer over alternating rounds, after two that do not count."""
    torch.set_num_threads(2)
    contestants, x = layers(), torch.randn(TOKENS, WIDTH)
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for i in range(rounds + 2):
        for name, layer in contestants.items():
            taken = seconds(layer, x)
            if i >= 2:
                times[name].append(taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, help="alternating rounds that count")
    times = measure(parser.parse_args().rounds)
    print(f"{TOKENS} tokens, width {WIDTH}, {EXPERTS} experts, {ACTIVE} active, forward + backward")
    print(f"{'':42}{'ms':>7}{'of dense':>10}{'of ours':>9}")
    for name, taken in times.items():
        ratios = f"{taken / times[DENSE]:10.2f}{taken / times[OURS]:9.2f}"
        print(f"{name:42}{1e3 * taken:7.2f}{ratios}")


if __name__ == "__main__":
    main()
