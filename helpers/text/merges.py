"""Merges: which two neighbouring tokens occur together most often, again and again, and fast.

Source: Sennrich, Haddow & Birch 2016, algorithm 1. `simple_bpe.train` counts all pairs anew before
every merge; here they are counted once and then only corrected where a merge changed something.
Printed in notebook *Text to tokens*.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from helpers.text.simple_bpe import BYTES, Pair


class PairCounts:
    """How often two tokens stand side by side in a text, kept right while they are merged.

    words: how often each piece of text (as bytes) occurs; no pair reaches across pieces.
    """

    def __init__(self, words: Mapping[bytes, int]):
        self.words = Chain(words)
        self.counts: Counter[Pair] = Counter()
        for pair, places in self.words.places.items():
            self.counts[pair] = sum(self.words.times[place] for place in places)
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
        changes: Counter[Pair] = Counter()
        for other, change in self.words.merge(pair):  # pairs that went, and pairs that came
            changes[other] += change
        for other, change in changes.items():
            self.counts[other] += change
            heapq.heappush(self.queue, (-self.counts[other], other))


class Chain:
    """The tokens of all words in one row, each linked to its neighbours; a merge mends the links.

    So a merge costs as much as the pair has places, however long the words are. places: pair ->
    where its left token stands, or once stood: the tokens say whether it still does. times: how
    often the word at a place occurs.
    """

    def __init__(self, words: Mapping[bytes, int]):
        self.tokens: list[bytes | None] = [None]  # None ends a word, and stands where a token went
        self.times, self.places = [0], defaultdict(list)
        for word, times in words.items():
            self.tokens += [*(BYTES[byte] for byte in word), None]
            self.times += [times] * (len(word) + 1)
        count = len(self.tokens)
        self.left, self.right = list(range(-1, count - 1)), list(range(1, count + 1))
        for place in range(count - 1):
            if pair := self._pair(place):
                self.places[pair].append(place)

    def merge(self, pair: Pair) -> Iterator[tuple[Pair, int]]:
        """Make one token of every such pair; yields each pair that came (+ times) or went (-)."""
        for place in sorted(self.places.pop(pair, [])):  # from left to right: aaa becomes aa, a
            if self._pair(place) == pair:  # else a merge has taken one of the two
                yield from self._around(place, -1)
                self._join(place)
                yield from self._around(place, 1)

    def _join(self, place: int) -> None:
        right = self.right[place]
        self.tokens[place] += self.tokens[right]
        self.tokens[right] = None
        self.right[place] = after = self.right[right]
        self.left[after] = place
        for start in (self.left[place], place):
            if pair := self._pair(start):
                self.places[pair].append(start)

    def _around(self, place: int, sign: int) -> Iterator[tuple[Pair, int]]:
        """The pairs that a merge here changes; before it there is one more, the merged pair."""
        starts = [self.left[place], place]
        if sign < 0:
            starts.append(self.right[place])
        for start in starts:
            if pair := self._pair(start):
                yield pair, sign * self.times[place]

    def _pair(self, place: int) -> Pair | None:
        """The pair that begins at a place; None where a word begins, ends or a token went."""
        if self.tokens[place] is None or (right := self.tokens[self.right[place]]) is None:
            return None
        return self.tokens[place], right


def learn(words: Mapping[bytes, int]) -> Iterator[Pair]:
    """The merges, most frequent first, until no two tokens stand side by side any more."""
    pairs = PairCounts(words)
    while pair := pairs.most_frequent():
        pairs.merge(pair)
        yield pair


def apply(word: bytes, ranks: Mapping[bytes, int]) -> list[bytes]:
    """A word's tokens after all merges, the lowest rank first, whatever the word's length.

    `simple_bpe.encode` in a time that grows like the length (times its logarithm).
    """
    chain = Chain({word: 1})
    queue = [(ranks[a + b], (a, b)) for a, b in chain.places if a + b in ranks]
    heapq.heapify(queue)
    while queue:
        _, pair = heapq.heappop(queue)
        for (a, b), change in list(chain.merge(pair)):
            if change > 0 and a + b in ranks:
                heapq.heappush(queue, (ranks[a + b], (a, b)))
    return [token for token in chain.tokens if token is not None]
