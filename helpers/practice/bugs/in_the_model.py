"""Bugs in the model: every class is one of the course's with one plausible mistake in it.

Do not copy from here. The mistakes have been seen in published code or lectures; they are found
with the tools of `helpers.practice.checks` in *Bugs that still train*. Names and docstrings say
what is meant, not what is wrong. Who reads on gives the answers away: H has a mask of the batch's
size, J has positions of the whole block, K's begin anew with every piece, L has no output
projection, G a start for matrices of another name, and M shows weights after dropout. A to F
stand in LINE_UP.
"""

import dataclasses
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.basics.borders import takes
from helpers.basics.numbers import whole
from helpers.models import initialise
from helpers.models.attention import CausalSelfAttention, attention_weights, merge_heads
from helpers.models.cache import LayerCache
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.modes import device_of


class AttentionC(CausalSelfAttention):
    """Masks the future."""

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """(B, nh, T, hs), (B, nh, S, hs) twice -> (B, nh, T, hs)."""
        T, S = q.shape[-2], k.shape[-2]
        future = torch.ones(T, S, dtype=torch.bool, device=q.device).triu(2 + S - T)
        return F.scaled_dot_product_attention(q, k, v, ~future)


class AttentionE(CausalSelfAttention):
    """Cuts the channels into heads."""

    def heads(self, x: Tensor, past: int = 0) -> tuple[Tensor, Tensor, Tensor]:
        """(B, T, C) -> three times (B, nh, T, hs)."""
        B, T, C = x.shape
        shape = B, self.n_head, T, C // self.n_head
        q, k, v = (part.reshape(shape) for part in self.qkv(x).chunk(3, dim=-1))
        return self.turn(q, past), self.turn(k, past), v


class AttentionA(CausalSelfAttention):
    """Divides the scores by the root of the width."""

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """(B, nh, T, hs), (B, nh, S, hs) twice -> (B, nh, T, hs)."""
        T, S, C = q.shape[-2], k.shape[-2], self.qkv.in_features
        return F.scaled_dot_product_attention(q, k, v, is_causal=T == S, scale=C**-0.5)


class AttentionL(CausalSelfAttention):
    """Puts the answers of the heads side by side."""

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        """x: (B, T, C) -> (B, T, C)."""
        q, k, v = self.heads(x, past=cache.length if cache else 0)
        k, v = cache.append(k, v) if cache else (k, v)
        return merge_heads(self.attend(q, k, v))


class AttentionH(CausalSelfAttention):
    """Builds its mask from the sizes of its input."""

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """(B, nh, T, hs) three times -> (B, nh, T, hs)."""
        B, T = q.shape[0], q.shape[-2]
        visible = torch.ones(B, B, dtype=torch.bool, device=q.device).tril()[:T, :T]
        return F.scaled_dot_product_attention(q, k, v, visible.expand(T, T))


class AttentionM(CausalSelfAttention):
    """Keeps the weights for a picture."""

    def weights(self, x: Tensor) -> Tensor:
        """(B, T, C) -> (B, nh, T, T)."""
        q, k, _ = self.heads(x)
        return F.dropout(attention_weights(q, k), self.dropout, self.training)


class ModelJ(GPT):
    """Adds a position to every token."""

    def embed(self, idx: Tensor, past: int = 0) -> Tensor:
        """(B, T) -> (B, T, C)."""
        positions = torch.arange(self.config.block_size, device=idx.device)
        return self.token_embedding(idx) + self.position_embedding(positions)


class ModelK(GPT):
    """Adds a position to every token."""

    def embed(self, idx: Tensor, past: int = 0) -> Tensor:
        """(B, T) -> (B, T, C)."""
        positions = torch.arange(idx.shape[1], device=idx.device)
        return self.token_embedding(idx) + self.position_embedding(positions)


class ModelD(GPT):
    """Gives the head the numbers of the token embedding."""

    def __init__(self, config: GPTConfig, **parts: Callable):
        super().__init__(config, **parts)
        self.head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.head.weight.data.copy_(self.token_embedding.weight)


class ModelF(GPT):
    """Starts as PyTorch's layers start."""

    def __init__(self, config: GPTConfig, **parts: Callable):
        super().__init__(config, **parts)
        initialise.pytorch(self)
        nn.init.normal_(self.token_embedding.weight)  # N(0, 1); the tied head has it too


class ModelG(GPT):
    """Starts what writes to the stream at .02 / √(2L)."""

    def __init__(self, config: GPTConfig, **parts: Callable):
        super().__init__(config, **parts)
        for name, matrix in self.named_parameters():
            if matrix.dim() == 2:
                scale = (2 * config.n_layer) ** -0.5 if name.endswith("c_proj.weight") else 1.0
                nn.init.normal_(matrix, std=0.02 * scale)


@takes(model="model", rate="share")
def with_dropout(model: GPT, rate: float) -> GPT:
    """A copy of a GPT that drops, while it trains, this share of what its sublayers answer."""
    changed = GPT(dataclasses.replace(model.config, dropout=rate), **model.parts.others)
    changed.load_state_dict(model.state_dict())
    return changed.to(device_of(model))


LINE_UP = {
    "A": "the scale of the whole width",
    "B": "no bug at all",
    "C": "a mask that begins one place too late",
    "D": "a head that is a copy, not tied",
    "E": "heads cut by reshape",
    "F": "an initialisation that is never called",
}


def line_up(config: GPTConfig, seed: int = 0) -> dict[str, GPT]:
    """Six untrained GPTs, A to F, all from the same seed: one is sound, five have a bug each."""

    def started(kind: type[GPT] = GPT, **parts: Callable) -> GPT:
        torch.manual_seed(whole("seed", seed, 0))
        return kind(config, **parts)

    with torch.random.fork_rng():
        return {
            "A": started(attention=AttentionA),
            "B": started(),
            "C": started(attention=AttentionC),
            "D": started(ModelD),
            "E": started(attention=AttentionE),
            "F": started(ModelF),
        }
