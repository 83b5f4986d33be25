"""Attention: every position takes a weighted average of the positions it may look at.

Source: Vaswani et al. 2017, §3.2, equation 1 and figure 2. Built by hand in notebook *Attention*.
"""

import math
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.basics.borders import explained, explains, takes
from helpers.basics.numbers import whole
from helpers.models import masks
from helpers.models.cache import LayerCache
from helpers.models.config import GPTConfig
from helpers.models.modes import evaluating, hooked
from helpers.models.positions import Turn, unturned


@explained(q="stream ... T hs alike", k="stream ... S hs alike", visible="mask ... T S None")
def attention_weights(q: Tensor, k: Tensor, visible: Tensor | None = None) -> Tensor:
    """How much each position takes from every position it may look at: softmax(q·k / √hs).

    q: (..., T, hs), the last T of the S positions in k: (..., S, hs). visible: (..., T, S), True
    where row t may look, at least once in every row; by default causal. Returns (..., T, S); each
    row sums to 1 and is zero where it may not look.
    """
    T, S, hs = q.shape[-2], k.shape[-2], q.shape[-1]
    visible = masks.causal(T, S).to(q.device) if visible is None else visible
    # a product of hs numbers has a variance of about hs; √hs brings it back to 1
    scores = q @ k.transpose(-2, -1) / math.sqrt(hs)  # (..., T, S)
    # e^-∞ is 0: where a position may not look, its weight is exactly 0
    return scores.masked_fill(~visible, float("-inf")).softmax(-1)


@explains(config="with n_embd", x="stream B T C")
class CausalSelfAttention(nn.Module):
    """Several heads of attention that never look ahead; their answers are mixed by a projection.

    turn: what the positions do to queries and keys; by default nothing.
    """

    cache = LayerCache

    def __init__(self, config: GPTConfig, turn: Turn = unturned):
        super().__init__()
        self.n_head, self.dropout, self.turn = config.n_head, config.dropout, turn
        self.qkv = nn.Linear(config.n_embd, 3 * config.n_embd, bias=config.qkv_bias)
        self.projection = nn.Linear(config.n_embd, config.n_embd, bias=config.bias)

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        """x: (B, T, C) -> (B, T, C); output t depends on inputs up to t only (and on the cache)."""
        q, k, v = self.heads(x, past=cache.length if cache else 0)
        k, v = cache.append(k, v) if cache else (k, v)  # earlier tokens are not computed again
        return self.projection(merge_heads(self.attend(q, k, v)))

    def heads(self, x: Tensor, past: int = 0) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values of every head: (B, T, C) -> three times (B, nh, T, hs).

        past: how many tokens stand before x.
        """
        B, T, _ = x.shape
        parts = self.qkv(x).view(B, T, 3, self.n_head, -1)  # (B, T, 3, nh, hs)
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind()
        return self.turn(q, past), self.turn(k, past), v  # turned only by rotary positions

    def weights(self, x: Tensor) -> Tensor:
        """The weights of every head, as pictures need them: (B, T, C) -> (B, nh, T, T)."""
        q, k, _ = self.heads(x)
        return attention_weights(q, k)

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """attention_weights(q, k) @ v, computed by PyTorch's fused kernel: (B, nh, T, hs)."""
        T, S = q.shape[-2], k.shape[-2]
        mask = None
        if 1 < T < S:  # some positions are cached; the kernel's own mask would start at key 0
            mask = masks.causal(T, S, q.device)
        rate = self.dropout if self.training else 0.0
        return F.scaled_dot_product_attention(q, k, v, mask, rate, is_causal=T == S)


class MaskedSelfAttention(CausalSelfAttention):
    """The same layer under any mask: visible (T, T) says which position may look at which."""

    def __init__(self, config: GPTConfig, turn: Turn = unturned, *, visible: Tensor):
        super().__init__(config, turn)
        self.register_buffer("visible", masks.check(visible), persistent=False)

    def forward(self, x: Tensor, cache: LayerCache | None = None) -> Tensor:
        """x: (B, T, C) -> (B, T, C), T as the mask is wide. ValueError with a cache."""
        if cache:
            raise ValueError(
                "A cache needs a causal mask: what was computed must not change when tokens "
                "follow; got another mask. Try use_cache=False."
            )
        return super().forward(x)

    def weights(self, x: Tensor) -> Tensor:
        """The weights of every head: (B, T, C) -> (B, nh, T, T), zero where the mask says so."""
        q, k, _ = self.heads(x)
        return attention_weights(q, k, self._seen(x.shape[1]))

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """attention_weights(q, k, visible) @ v by PyTorch's fused kernel: (B, nh, T, hs)."""
        rate = self.dropout if self.training else 0.0
        return F.scaled_dot_product_attention(q, k, v, self._seen(q.shape[-2]), rate)

    def _seen(self, T: int) -> Tensor:
        widest = min(self.visible.shape)
        if widest < T:
            raise ValueError(
                f"A text may be as long as the mask is wide, {widest} tokens; got {T}. "
                f"Try a mask of {T} × {T}, or the first {widest} tokens."
            )
        return masks.check(self.visible[:T, :T])


def full_attention(config: GPTConfig, turn: Turn = unturned) -> MaskedSelfAttention:
    """Attention that sees the whole text, to both sides, as BERT's does."""
    return MaskedSelfAttention(config, turn, visible=masks.full(config.block_size))


def with_mask(model: nn.Module, visible: Tensor) -> nn.Module:
    """A copy of a GPT with the same weights, all of whose layers look through this mask (T, T).

    ValueError if some position sees nobody.
    """
    if not hasattr(model, "with_parts"):
        raise ValueError(
            f"A mask must be given to a GPT; got {type(model).__name__}. Try its .gpt, or build it "
            "with attention=partial(MaskedSelfAttention, visible=…)."
        )
    return model.with_parts(attention=partial(MaskedSelfAttention, visible=visible))


@explains(x="stream B T C", source="stream B S C", visible="mask ... T S None")
class MultiHeadAttention(nn.Module):
    """Several heads that ask in one sequence and read in another, or in the same one.

    Self-attention when x is its own source; cross-attention when the source is another sequence.
    """

    def __init__(self, n_embd: int, n_head: int, dropout: float = 0.0):
        super().__init__()
        n_embd, self.n_head = whole("n_embd", n_embd), whole("n_head", n_head)
        self.dropout = dropout
        self.query = nn.Linear(n_embd, n_embd)
        self.key_value = nn.Linear(n_embd, 2 * n_embd)
        self.projection = nn.Linear(n_embd, n_embd)

    def forward(self, x: Tensor, source: Tensor, visible: Tensor | None = None) -> Tensor:
        """x (B, T, C) asks, source (B, S, C) is read -> (B, T, C).

        visible: True where a position of x may look, (T, S) or (B, 1, T, S); None is everywhere.
        """
        q, k, v = self.heads(x, source)
        rate = self.dropout if self.training else 0.0
        answers = F.scaled_dot_product_attention(q, k, v, visible, rate)  # (B, nh, T, hs)
        return self.projection(merge_heads(answers))

    def heads(self, x: Tensor, source: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries (B, nh, T, hs) of x; keys and values (B, nh, S, hs) of the source."""
        parts = self.query(x), *self.key_value(source).chunk(2, dim=-1)
        return tuple(split_heads(part, self.n_head) for part in parts)

    def weights(self, x: Tensor, source: Tensor, visible: Tensor | None = None) -> Tensor:
        """How much each head takes from where: (B, nh, T, S); rows sum to 1."""
        q, k, _ = self.heads(x, source)
        everywhere = masks.full(q.shape[-2], k.shape[-2]).to(q.device)
        return attention_weights(q, k, everywhere if visible is None else visible)


@explained(x="stream B T C", n_head="count")
def split_heads(x: Tensor, n_head: int) -> Tensor:
    """Cut the channels into heads: (B, T, C) -> (B, nh, T, hs)."""
    return x.unflatten(-1, (n_head, -1)).transpose(1, 2)


@explained(x="stream B nh T hs")
def merge_heads(x: Tensor) -> Tensor:
    """Put the heads' channels side by side again: (B, nh, T, hs) -> (B, T, C)."""
    return x.transpose(1, 2).flatten(2)


@torch.no_grad()
@takes(model="model")
def maps(model: nn.Module, idx: Tensor) -> Tensor:
    """Every layer's and head's attention weights for a text, as pictures need them.

    idx: (B, T). Returns (L, B, nh, T, T); rows sum to 1, zero above the diagonal. The weights
    are those before dropout; the model's mode is restored. ValueError if it has no attention.
    """
    inputs: list[tuple[CausalSelfAttention, Tensor]] = []
    layers = [m for m in model.modules() if isinstance(m, CausalSelfAttention)]
    whole("The number of attention layers", len(layers), advice="Try GPTConfig(…, n_layer=1).")
    with evaluating(model), hooked(layers, lambda m, args: inputs.append((m, args[0]))):
        model(idx)
    return torch.stack([layer.weights(x) for layer, x in inputs])
