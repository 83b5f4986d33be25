"""The bigram model: the next token depends on the last one alone. The floor under every GPT.

Source: Shannon 1948, §3 (second-order approximation). Built in notebook *The bigram and its floor*.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from helpers.basics.borders import explains, takes
from helpers.basics.numbers import whole
from helpers.models.losses import token_loss


@dataclass(frozen=True)
class BigramConfig:
    """vocab_size: number of tokens. block_size: tokens read at once (only the last one counts)."""

    vocab_size: int
    block_size: int = 8

    def __post_init__(self):
        for name in ("vocab_size", "block_size"):
            object.__setattr__(self, name, whole(name, getattr(self, name), advice="Try 64."))


@explains(config="with vocab_size", idx="tokens B T <V", targets="targets B T <V None")
class Bigram(nn.Module):
    """A table with one row of logits per token: P(next | last) = softmax(table[last])."""

    def __init__(self, config: BigramConfig):
        super().__init__()
        self.config = config
        self.table = nn.Embedding(config.vocab_size, config.vocab_size)
        nn.init.zeros_(self.table.weight)

    def forward(self, idx: Tensor, targets: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """idx (B, T), targets (B, T) or None -> logits (B, T, V), loss (nats per token) or None."""
        logits = self.table(idx)
        return logits, None if targets is None else token_loss(logits, targets)

    @classmethod
    @takes(vocab_size="count", ids="tokens N <vocab_size", pseudocount="positive")
    def from_counts(cls, ids: Tensor, vocab_size: int, pseudocount: float = 0.01) -> "Bigram":
        """The table by counting: P(b | a) = (n(a, b) + pseudocount) / (n(a) + V · pseudocount).

        ids: (N,) tokens of a text. A pseudocount above 0 keeps unseen pairs possible.
        """
        model = cls(BigramConfig(vocab_size))
        counts = count_pairs(ids, vocab_size) + pseudocount
        model.table.weight.data = (counts / counts.sum(-1, keepdim=True)).log()
        return model


@takes(vocab_size="count", ids="tokens N <vocab_size")
def count_pairs(ids: Tensor, vocab_size: int) -> Tensor:
    """How often token b follows token a: (N,) -> (V, V) counts, row a, column b; sums to N - 1."""
    pairs = ids[:-1] * vocab_size + ids[1:]
    return torch.bincount(pairs, minlength=vocab_size**2).view(vocab_size, vocab_size).float()
