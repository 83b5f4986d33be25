"""Byte-pair encoding, whole and simple: learn merges from a text, encode with them, decode.

`bpe` and `merges` do the same faster, and the course works with those; a test holds both equal.
Source: Sennrich, Haddow & Birch 2016, algorithm 1. Printed in notebook *Text to tokens*.
"""

from collections import Counter
from collections.abc import Iterable

import regex

# GPT-2's pattern: an English ending after an apostrophe; letters, digits or signs with the blank
# before them; blanks, of which the last stays with the word that follows.
SPLIT = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
BYTES = [bytes([byte]) for byte in range(256)]
Pair = tuple[bytes, bytes]


def train(text: str, n_merges: int) -> list[Pair]:
    """The pairs of tokens to merge, in order; fewer than n_merges if nothing is left to merge."""
    times = Counter(regex.findall(SPLIT, text))  # how often each word occurs
    words = {word: in_bytes(word) for word in times}
    merges: list[Pair] = []
    while len(merges) < n_merges:
        counts: Counter[Pair] = Counter()
        for word, tokens in words.items():
            for pair in zip(tokens, tokens[1:], strict=False):
                counts[pair] += times[word]
        if not counts:
            break
        # the most frequent pair; among equals the first in the order of bytes
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        words = {word: merged(tokens, best) for word, tokens in words.items()}
        merges.append(best)
    return merges


def in_bytes(word: str) -> list[bytes]:
    """A word as the bytes of its UTF-8, each a token: what every text begins with."""
    return [BYTES[byte] for byte in word.encode()]  # 256 of them write every text there is


def merged(tokens: list[bytes], pair: Pair) -> list[bytes]:
    """The tokens with every occurrence of the pair made one, from left to right.

    >>> merged([b"a", b"a", b"a", b"b"], (b"a", b"a"))
    [b'aa', b'a', b'b']
    """
    result: list[bytes] = []
    for token in tokens:
        if result and (result[-1], token) == pair:
            result[-1] += token  # grown, it is no longer the pair's first: aaa becomes aa, a
        else:
            result.append(token)
    return result


def vocabulary(merges: Iterable[Pair]) -> list[bytes]:
    """Every token, at the place that is its id: the 256 bytes, then what each merge made."""
    return list(dict.fromkeys([*BYTES, *(a + b for a, b in merges)]))  # each once


def encode(text: str, merges: list[Pair]) -> list[int]:
    """Text to ids: each word begins as bytes and goes through all merges in their order."""
    ids = {token: i for i, token in enumerate(vocabulary(merges))}
    found = []
    for word in regex.findall(SPLIT, text):
        tokens = in_bytes(word)
        for pair in merges:  # in the order learned: a later pair may need what an earlier made
            tokens = merged(tokens, pair)
        found += [ids[token] for token in tokens]
    return found


def decode(ids: Iterable[int], merges: list[Pair]) -> str:
    """Ids to text: the bytes of the tokens side by side; bytes that are no UTF-8 become �."""
    tokens = vocabulary(merges)
    # joined first: a character's bytes may lie in several tokens
    return b"".join(tokens[i] for i in ids).decode("utf-8", errors="replace")
