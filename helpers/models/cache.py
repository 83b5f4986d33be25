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
        B, self.most = whole("batch_size", batch_size, 0), config.block_size
        self.keys = self.values = torch.empty(B, 0, self.most, 0)  # of no heads as yet
        self.length = 0

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Store k, v: (B, nh, T, hs) and return everything stored: (B, nh, S, hs) each.

        ValueError unless B and nh are those of the cache.
        """
        start, new = self.length, k.shape[-2]
        self._make_room(k, v, self.most)
        self.keys.narrow(2, start, new).copy_(k)
        self.values.narrow(2, start, new).copy_(v)
        self.length += new  # last: what has failed has not been read
        return self.keys.narrow(2, 0, self.length), self.values.narrow(2, 0, self.length)

    def _make_room(self, k: Tensor, v: Tensor, places: int) -> None:
        """The first keys say how many heads there are; ValueError for others than before."""
        B, new = self.keys.shape[0], k.shape[-2]
        if self.length == 0:
            shapes = ((B, x.shape[1], places, x.shape[3]) for x in (k, v))
            self.keys, self.values = map(k.new_empty, shapes)
        if (
            k.shape[:2] != self.keys.shape[:2]
            or k.shape != v.shape
            or self.most < self.length + new
        ):
            raise ValueError(
                f"A cache must go on with its {B} texts and {self.keys.shape[1]} heads, up to "
                f"{self.most} tokens; got keys {tuple(k.shape)} and values {tuple(v.shape)} after "
                f"{self.length} tokens. Try model.new_cache(batch_size={k.shape[0]})."
            )


@explains(k="stream B nh T hs", v="stream B nh T hs")
class WindowCache(LayerCache):
    """The same of a layer that sees a window: it keeps the last `window` positions, no more.

    `length` counts all that were read, for the next one's position.
    """

    def __init__(self, config: GPTConfig, batch_size: int):
        super().__init__(config, batch_size)
        self.window = config.window or config.block_size

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Store k, v: (B, nh, T, hs); return what the new queries may see: (B, nh, S, hs) each.

        S is T and at most `window` before it. ValueError unless B and nh are those of the cache.
        """
        self._make_room(k, v, 0)
        self.length += k.shape[-2]
        k, v = torch.cat([self.keys, k], dim=2), torch.cat([self.values, v], dim=2)
        # a copy: a view would keep the memory of all that came before
        self.keys, self.values = (x[:, :, -self.window :].clone() for x in (k, v))
        return k, v
