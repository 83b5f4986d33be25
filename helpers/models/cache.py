"""The key-value cache: what a layer of attention has computed is kept for the tokens to come.

Built by hand in notebook *Generate*.
"""

import torch
from torch import Tensor

from helpers.basics.borders import explains
from helpers.basics.numbers import whole
from helpers.models.config import GPTConfig


@explains(k="stream B nh T hs", v="stream B nh T hs")
class LayerCache:
    """The keys and values one attention layer has computed, kept for the tokens to come.

    The first keys make room for `block_size` positions of each head; `length` of them are filled.
    """

    def __init__(self, config: GPTConfig, batch_size: int):
        B = whole("batch_size", batch_size, 0)
        self.keys = self.values = torch.empty(B, 0, config.block_size, 0)  # of no heads as yet
        self.length = 0

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Store k, v: (B, nh, T, hs) and return everything stored: (B, nh, S, hs) each.

        ValueError unless B and nh are those of the cache.
        """
        start, new = self.length, k.shape[-2]
        B, _, most, _ = self.keys.shape
        if start == 0:
            self.keys, self.values = (x.new_empty(B, x.shape[1], most, x.shape[3]) for x in (k, v))
        if k.shape[:2] != self.keys.shape[:2] or k.shape != v.shape or most < start + new:
            raise ValueError(
                f"A cache must go on with its {B} texts and {self.keys.shape[1]} heads, up to "
                f"{most} tokens; got keys {tuple(k.shape)} and values {tuple(v.shape)} after "
                f"{start} tokens. Try model.new_cache(batch_size={k.shape[0]})."
            )
        self.keys.narrow(2, start, new).copy_(k)
        self.values.narrow(2, start, new).copy_(v)
        self.length += new  # last: what has failed has not been read
        return self.keys.narrow(2, 0, self.length), self.values.narrow(2, 0, self.length)
