"""Merges: which two neighbouring tokens occur together most often, again and again, and fast.

Source: Sennrich, Haddow & Birch 2016, algorithm 1. `simple_bpe.train` counts all pairs anew before
every merge; here they are counted once and then only corrected where a merge changed a word.
Printed in notebook 03.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from helpers.text.simple_bpe import BYTES, Pair, merged


class PairCounts:
    """How often two tokens stand side by side in a text, kept right while they are merged.

    words: how often each piece of text (as bytes) occurs; no pair reaches across pieces.
    """

    def __init__(self, words: Mapping[bytes, int]):
        self.words = [[BYTES[byte] for byte in word] for word in words]
        self.times = list(words.values())
        self.counts: Counter[Pair] = Counter()
        self.places: dict[Pair, set[int]] = defaultdict(set)  # pair -> words that may hold it
        for i, word in enumerate(self.words):
            self._add(i, word, self.times[i])
        # Python's heap has its smallest entry on top: -count, so that this is the largest count
        self.queue = [(-count, pair) for pair, count in self.counts.items()]
        heapq.heapify(self.queue)

    def most_frequent(self) -> Pair | None:
        """The pair with the highest count, the first in byte order among equals; None at the end.

        When a count changes, its old entry stays in the queue beside the new one; it is skipped.
        """
        while self.queue:
            count, pair = heapq.heappop(self.queue)
            if count and -count == self.counts[pair]:  # else the entry is out of date
                return pair
        return None

    def merge(self, pair: Pair) -> None:
        """Make one token of every such pair, and correct the counts around it."""
        changed: set[Pair] = set()
        for i in self.places.pop(pair):  # only words that may hold the pair
            changed |= self._add(i, self.words[i], -self.times[i])  # take out all its pairs,
            self.words[i] = merged(self.words[i], pair)
            changed |= self._add(i, self.words[i], self.times[i])  # count those of the new word
        for other in changed:
            heapq.heappush(self.queue, (-self.counts[other], other))

    def _add(self, i: int, word: list[bytes], times: int) -> set[Pair]:
        pairs = list(zip(word, word[1:], strict=False))
        for pair in pairs:
            self.counts[pair] += times
            self.places[pair].add(i)
        return set(pairs)


def learn(words: Mapping[bytes, int]) -> Iterator[Pair]:
    """The merges, most frequent first, until no two tokens stand side by side any more."""
    pairs = PairCounts(words)
    while pair := pairs.most_frequent():
        pairs.merge(pair)
        yield pair
