"""N-grams: what follows a context of several tokens, found by counting.

A long context is rare, so what its counts say is blended with what a shorter one's say. Source:
Shannon 1951 (the entropy of the next letter, given 0, 1, 2, … before it); MacKay & Peto 1995 (the
blend). Notebook: The bigram and its floor.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.basics.numbers import real, whole

LARGEST = 2**63  # a window is written as one number
ADVICE = "Encode it with the tokenizer of the counted text."


class NGrams:
    """Counts of what followed each context of 0 … longest tokens.

    P_k(b | c) = (n(c, b) + weight · P_{k-1}(b | c without its first token)) / (n(c) + weight), and
    P_{-1} = 1/V. ids: (N,) tokens of a text. weight: how many observations the shorter context is
    worth, > 0. ValueError for a text that is no longer than a window, or for windows past 63 bits.
    """

    @takes(vocab_size="count", ids="tokens N <vocab_size", longest="whole")
    def __init__(self, ids: Tensor, vocab_size: int, longest: int = 8, weight: float = 3.0):
        self.vocab_size = whole("vocab_size", vocab_size, advice="Try tokenizer.vocab_size.")
        self.longest = whole("longest", longest, least=0, advice="Try 8.")
        self.weight = real("weight", weight, lambda x: x > 0, "be positive", "Try 3.0.")
        if vocab_size ** (longest + 1) >= LARGEST or len(ids) <= longest:
            raise ValueError(
                f"A window of longest + 1 = {longest + 1} tokens must fit into the text and into "
                f"63 bits; got {len(ids):,} tokens, a vocabulary of {vocab_size}. Try longest=2."
            )
        self.seen, self.before = [], []
        for k in range(longest + 1):
            windows, counts = torch.unique(self.windows(ids, k), return_counts=True)
            self.seen.append(windows)
            self.before.append(torch.cat([counts.new_zeros(1), counts.cumsum(0)]))

    def windows(self, ids: Tensor, k: int) -> Tensor:
        """Every k + 1 tokens in a row, each as one number in base V: (N,) -> (N - k,)."""
        V, n = self.vocab_size, len(ids) - k
        return sum(ids[j : n + j] * V ** (k - j) for j in range(k + 1))

    def count(self, k: int, low: Tensor, high: Tensor) -> Tensor:
        """How many windows of k + 1 tokens of the text lie in [low, high)."""
        first, last = (torch.searchsorted(self.seen[k], x.contiguous()) for x in (low, high))
        return self.before[k][last] - self.before[k][first]

    def probs(self, windows: Tensor, longest: int | None = None) -> Iterator[Tensor]:
        """The probability of the last token of each window, given 0, 1, … longest before it."""
        p, V = torch.full(windows.shape, 1 / self.vocab_size, dtype=torch.double), self.vocab_size
        for k in range((self.longest if longest is None else longest) + 1):
            window = windows % V ** (k + 1)
            context = window // V * V  # the same context, and its first possible token
            both, alone = self.count(k, window, window + 1), self.count(k, context, context + V)
            p = (both + self.weight * p) / (alone + self.weight)
            yield p

    @takes(ids="tokens N")
    def losses(self, ids: Tensor) -> list[float]:
        """Nats per token of another text (N,), given 0, 1, … longest tokens before each.

        ValueError for tokens that are none of the vocabulary.
        """
        whole("the largest of ids", ids.max(), 0, self.vocab_size - 1, ADVICE)
        return [-p.log().mean().item() for p in self.probs(self.windows(ids, self.longest))]

    def next_probs(self, context: Tensor) -> Tensor:
        """P(next token | the last `longest` tokens of the context): (T,) -> (V,)."""
        V, known = self.vocab_size, context[max(0, len(context) - self.longest) :].tolist()
        p, first = np.full(V, 1 / V), 0
        for k in range(len(known) + 1):
            first += known[-k] * V**k if k else 0  # this context and token 0, as one number
            seen, before = self.seen[k].numpy(), self.before[k].numpy()
            low, high = seen.searchsorted((first, first + V)).tolist()
            p = self.weight * p
            alone = before[high] - before[low]
            if alone:
                p[seen[low:high] - first] += before[low + 1 : high + 1] - before[low:high]
            p /= alone + self.weight
        return torch.from_numpy(p)
