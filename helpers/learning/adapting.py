"""Adapting: a trained model is made fit for another text, and asked what it still knows of the old.

Built in notebook *Adapt a model*.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.basics.kinds import need
from helpers.basics.numbers import whole
from helpers.learning.evaluation import losses_by_position
from helpers.learning.fitting import fit
from helpers.models import lora
from helpers.text import batches


@takes(model="with config", block_size="count")
def shortened(model: nn.Module, block_size: int) -> nn.Module:
    """A copy of a GPT that reads shorter texts and drops nothing, in eval mode: quicker to tune.

    It keeps the vectors of the first block_size places. ValueError if the model has fewer.
    """
    longest, given = model.config.block_size, dict(model.named_parameters())
    advice = f"Try block_size={longest}."
    need(block_size <= longest, "block_size", f"be ≤ {longest}", block_size, advice)
    short = type(model)(replace(model.config, block_size=block_size, dropout=0.0))
    for name, parameter in short.named_parameters():
        parameter.data.copy_(given[name][: len(parameter)])
    return short.eval()


@takes(model="with config", count="count")
def with_new_tokens(model: nn.Module, count: int) -> nn.Module:
    """A copy of a GPT with a tied head whose vocabulary has `count` more tokens, in eval mode.

    A new token starts as the mean of all others, so that it is no stranger to the layers above.
    """
    V = model.config.vocab_size
    larger = type(model)(replace(model.config, vocab_size=V + count))
    state = model.state_dict()
    old = state["token_embedding.weight"]  # (V, C)
    new = torch.cat([old, old.mean(0, keepdim=True).expand(count, -1)])
    larger.load_state_dict(state | {"token_embedding.weight": new, "head.weight": new})
    return larger.eval()


@takes(model="model", before="model", own="tokens B T")
def forgetting(model: nn.Module, before: nn.Module, own: Tensor) -> float:
    """Nats per token that a model pays above its old self, on texts that this old self wrote.

    own: (B, T) tokens, drawn from `before`. On these texts the old self is the truth, so this
    estimates the KL divergence KL(before ‖ model): 0 where nothing is forgotten.
    """
    x, y = own[:, :-1], own[:, 1:]
    return (losses_by_position(model, x, y) - losses_by_position(before, x, y)).mean().item()


@takes(model="with blocks", ids="tokens N", rank="count", block_size="count", batch_size="count")
def tuned_by_lora(
    model: nn.Module, ids: Tensor, *, rank: int = 8, steps: int = 30, lr: float = 5e-3,
    block_size: int = 64, batch_size: int = 4, seed: int = 0, progress: bool = True,
) -> nn.Module:  # fmt: skip
    """A copy of a GPT that has learned a short text with LoRA; the model itself stays as it was.

    ids: (N,) tokens, a few hundred at least. Windows of block_size tokens, whatever the model
    could read: that is what fits into a minute. ValueError for a text of block_size tokens or less.
    """
    with torch.random.fork_rng():
        torch.manual_seed(whole("seed", seed, 0))
        adapted = lora.with_lora(model, rank)

    def batch_loss() -> Tensor:
        return adapted(*batches.sample(ids, batch_size, block_size))[1]

    fit(adapted, batch_loss, steps=steps, lr=lr, seed=seed, progress=progress)
    return adapted
