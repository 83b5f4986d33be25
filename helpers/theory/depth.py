"""Depth: what many layers do to a signal on its way up and to its gradient on the way back.

Source: Xiong et al. 2020, §3: at the start of training the gradient of the last layer stays large
with the norm after the sublayer, and falls with the depth when it comes before.
Notebook *The block*.
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.basics.numbers import whole
from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.modes import hooked


@torch.no_grad()
@takes(model="model")
def stream_sizes(model: nn.Module, idx: Tensor) -> Tensor:
    """How large the numbers are that flow from block to block: root mean squares, (L + 1,).

    idx: (B, T). The first is what the embedding hands over, the last what the last block does.
    """
    sizes: list[Tensor] = []

    def note(module: nn.Module, inputs: tuple, output: Tensor) -> None:
        sizes.append(output.square().mean().sqrt())

    with hooked([model.dropout, *model.blocks], note, after=True):
        model(idx)
    return torch.stack(sizes)


@takes(model="model")
def gradient_norms(model: nn.Module, idx: Tensor, targets: Tensor) -> Tensor:
    """‖∂loss/∂W₂‖ of every block, where W₂ is the feed-forward network's second matrix: (L,).

    idx, targets: (B, T). The norm is the root of the sum of squares; block 1 comes first. No
    gradient is left behind in the model.
    """
    matrices = [block.mlp.projection.weight for block in model.blocks]
    gradients = torch.autograd.grad(model(idx, targets)[1], matrices)
    return torch.stack([gradient.norm() for gradient in gradients])


@takes(config="with n_embd", start="call", seeds="list")
def start_gradients(
    config: GPTConfig, start: Callable[[GPT], GPT] = initialise.gpt2, seeds: Iterable = range(8)
) -> Tensor:
    """`gradient_norms` of a model that has learned nothing, typical over several draws: (L,).

    Each seed draws the parameters by `start`, one window of block_size random tokens, and random
    targets. The geometric mean: a single draw may be many times too large, with the norm after the
    sublayer. The caller's random numbers stay as they are.
    """
    with torch.random.fork_rng():
        model = GPT(config)
        return torch.stack([_one_draw(model, start, seed) for seed in seeds]).log().mean(0).exp()


def _one_draw(model: GPT, start: Callable[[GPT], GPT], seed: int) -> Tensor:
    torch.manual_seed(whole("seed", seed, 0))
    start(model)
    window = (1, model.config.block_size)
    idx, targets = (torch.randint(model.config.vocab_size, window) for _ in range(2))
    return gradient_norms(model, idx, targets)
