"""Attention with fewer heads of keys and values than of queries, so that the cache holds less.

With as many heads of each it is `CausalSelfAttention`, with one it is multi-query attention.
Sources: Shazeer 2019 (multi-query); Ainslie et al. 2023, §2.2 (groups); Henry et al. 2020 and
Dehghani et al. 2023 (queries and keys normalised); Child et al. 2019, Beltagy et al. 2020 (window).
Built by hand in notebook *The modern block*.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from helpers.basics.borders import explains
from helpers.models import masks
from helpers.models.attention import CausalSelfAttention, attention_weights, split_heads
from helpers.models.cache import WindowCache
from helpers.models.config import GPTConfig
from helpers.models.norms import RMSNorm
from helpers.models.positions import Turn, unturned


@explains(config="with n_embd", x="stream B T C")
class GroupedAttention(CausalSelfAttention):
    """Heads of queries in groups; the heads of a group share one head of keys and values.

    config.n_kv_head of these, config.head_width channels in every head.
    """

    def __init__(self, config: GPTConfig, turn: Turn = unturned):
        super().__init__(config, turn)
        self.n_heads = [config.n_head, config.kv_heads, config.kv_heads]  # of queries, keys, values
        C, hs = config.n_embd, config.head_size
        self.qkv = nn.Linear(C, sum(self.n_heads) * hs, bias=config.qkv_bias)
        self.projection = nn.Linear(config.n_head * hs, C, bias=config.bias)

    def heads(self, x: Tensor, past: int = 0) -> tuple[Tensor, Tensor, Tensor]:
        """Queries (B, nh, T, hs), keys and values (the same with n_kv_head), of x: (B, T, C)."""
        q, k, v = self.split(x)
        return self.turn(q, past), self.turn(k, past), v

    def split(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The same before queries and keys are turned by their positions."""
        return split_heads(self.qkv(x), sum(self.n_heads)).split(self.n_heads, dim=1)

    def shared(self, x: Tensor) -> Tensor:
        """Keys or values as often as they are asked: heads of one group are neighbours."""
        # as repeat_interleave, which takes three times as long for one token
        return x[:, :, None].expand(-1, -1, self.n_head // x.shape[1], -1, -1).flatten(1, 2)

    def weights(self, x: Tensor) -> Tensor:
        """The weights of every head of queries: (B, T, C) -> (B, nh, T, T)."""
        q, k, _ = self.heads(x)
        return attention_weights(q, self.shared(k))

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """attention_weights(q, k) @ v, keys and values shared in every group: (B, nh, T, hs)."""
        return super().attend(q, self.shared(k), self.shared(v))


@explains(config="with n_embd", x="stream B T C")
class QKNormAttention(GroupedAttention):
    """Queries and keys are normalised before they are compared: no score can grow without end."""

    def __init__(self, config: GPTConfig, turn: Turn = unturned):
        super().__init__(config, turn)
        self.query_norm = RMSNorm(config.head_size, config.norm_eps)
        self.key_norm = RMSNorm(config.head_size, config.norm_eps)

    def split(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries and keys of length √hs (times weights), values as they are."""
        q, k, v = super().split(x)
        return self.query_norm(q), self.key_norm(k), v


@explains(config="with n_embd", x="stream B T C")
class SlidingAttention(GroupedAttention):
    """Every position sees itself and the window - 1 before it; without config.window, all of them.

    What lies further back may still be heard of: the layer below has seen it from nearer by.
    """

    cache = WindowCache

    def __init__(self, config: GPTConfig, turn: Turn = unturned):
        super().__init__(config, turn)
        self.window = config.window or config.block_size

    def weights(self, x: Tensor) -> Tensor:
        """The weights of every head: (B, T, C) -> (B, nh, T, T), zero beyond the window."""
        q, k, _ = self.heads(x)
        visible = masks.window(x.shape[1], self.window, device=x.device)
        return attention_weights(q, self.shared(k), visible)

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """The same as weights, times v, and only of keys that some query sees: (B, nh, T, hs)."""
        T, S = q.shape[-2], min(k.shape[-2], q.shape[-2] + self.window - 1)
        k, v = (self.shared(x[..., -S:, :]) for x in (k, v))
        rate = self.dropout if self.training else 0.0
        visible = masks.window(T, self.window, S, q.device)
        return F.scaled_dot_product_attention(q, k, v, visible, rate)
