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
        for place, pair in enumerate(zip(self.tokens, self.tokens[1:], strict=False)):
            if None not in pair:
                self.places[pair].append(place)

    def merge(self, pair: Pair) -> Iterator[tuple[Pair, int]]:
        """Make one token of every such pair; yields each pair that came (+ times) or went (-)."""
        (a, b), new, tokens = pair, pair[0] + pair[1], self.tokens
        for place in sorted(self.places.pop(pair, [])):  # from left to right: aaa becomes aa, a
            behind = self.right[place]
            if tokens[place] != a or tokens[behind] != b:
                continue  # a merge has taken one of the two
            before, after, times = self.left[place], self.right[behind], self.times[place]
            tokens[place], tokens[behind] = new, None
            self.right[place], self.left[after] = after, place
            yield pair, -times
            if (other := tokens[before]) is not None:
                self.places[other, new].append(before)
                yield from (((other, a), -times), ((other, new), times))
            if (other := tokens[after]) is not None:
                self.places[new, other].append(place)
                yield from (((b, other), -times), ((new, other), times))


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
