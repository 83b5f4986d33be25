"""Byte-pair encoding: begin with bytes, and make one token of what often stands together.

`simple_bpe` is the same in 40 lines. This one learns with counts that are corrected and not counted
anew (`merges`), remembers the ids of the pieces it has seen, and is saved with a model. Sources:
Sennrich, Haddow & Birch 2016, §3.2; Radford et al. 2019, §2.2 (bytes, and a pattern that keeps
merges inside words). Built by hand in notebook 03.
"""

import base64
import json
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import regex
import tiktoken

from helpers.basics.numbers import whole
from helpers.text import merges
from helpers.text.simple_bpe import BYTES, SPLIT, in_bytes, merged

REMEMBERED = 100_000  # pieces whose ids are kept
ADVICE = "The 256 bytes always belong to it. Try 1024."


class BPETokenizer:
    """Tokens of one or more bytes; any text can be written with them, and comes back unchanged.

    tokens: the bytes of every token, in the order of their ids; the 256 single bytes come first.

    >>> tokenizer = BPETokenizer.train("low lower lowest", vocab_size=258)
    >>> tokenizer.tokens[256:], tokenizer.encode("slow")
    ([b'lo', b'low'], [115, 257])
    """

    def __init__(self, tokens: Iterable[bytes]):
        self.tokens = list(tokens)
        self.ranks = {token: i for i, token in enumerate(self.tokens)}
        if self.tokens[:256] != BYTES or len(self.ranks) < len(self.tokens):
            raise ValueError(
                "The tokens must be the 256 single bytes in their order, then others, each once; "
                f"got {len(self.tokens)} tokens, {len(self.ranks)} of them different. "
                "Try BPETokenizer.train(text, vocab_size)."
            )
        self._piece = lru_cache(REMEMBERED)(self._piece)

    @classmethod
    def train(cls, text: str, vocab_size: int) -> "BPETokenizer":
        """Merge the most frequent pair of tokens until there are vocab_size of them.

        Among pairs equally frequent the first in byte order is taken. Fewer tokens come out when
        the text has nothing left to merge. ValueError for a vocab_size below 256 or an empty text.
        """
        vocab_size = whole("vocab_size", vocab_size, len(BYTES), advice=ADVICE)
        if not text:
            raise ValueError(
                "A text to count pairs in must not be empty; got ''. Pass a longer one."
            )
        words = Counter(piece.encode() for piece in regex.findall(SPLIT, _valid(text)))
        ranks = dict.fromkeys(BYTES)  # as an ordered set: two merges may give the same bytes
        pairs = merges.learn(words)
        while len(ranks) < vocab_size and (pair := next(pairs, None)):
            ranks[pair[0] + pair[1]] = None
        return cls(ranks)

    @property
    def vocab_size(self) -> int:
        """V: the 256 bytes and the merges."""
        return len(self.tokens)

    def encode(self, text: str) -> list[int]:
        """Text to ids: in every piece the earliest merge first, until none applies.

        ValueError for half of a surrogate pair, which is no text.
        """
        return [i for piece in regex.findall(SPLIT, _valid(text)) for i in self._piece(piece)]

    def decode(self, ids: Iterable[int]) -> str:
        """Ids to text, the inverse of `encode`; bytes that are no UTF-8 become �.

        ValueError for an id outside 0 … V - 1.
        """
        return b"".join(self.token_bytes(ids)).decode("utf-8", errors="replace")

    def token_bytes(self, ids: Iterable[int]) -> list[bytes]:
        """The bytes of each token: a character outside ASCII may be spread over several."""
        return [self.tokens[i] for i in checked_ids(ids, self.vocab_size)]

    def first(self, vocab_size: int) -> "BPETokenizer":
        """The tokenizer that stopped earlier: the first vocab_size tokens, or all if fewer."""
        vocab_size = whole("vocab_size", vocab_size, len(BYTES), advice=ADVICE)
        return BPETokenizer(self.tokens[:vocab_size])

    def to_tiktoken(self) -> tiktoken.Encoding:
        """The same tokens in OpenAI's engine, which is written in Rust: the same ids, faster."""
        return tiktoken.Encoding(
            "gpt-probably", pat_str=SPLIT, mergeable_ranks=self.ranks, special_tokens={}
        )

    def to_json(self) -> str:
        """The tokenizer as JSON, for `model.save(folder, tokenizer)`."""
        tokens = [base64.b64encode(token).decode() for token in self.tokens[256:]]
        return json.dumps({"kind": "bpe", "tokens": tokens}) + "\n"

    @classmethod
    def from_settings(cls, settings: dict) -> "BPETokenizer":
        """The tokenizer that `to_json` wrote down; ValueError for tokens that are no vocabulary."""
        return cls(BYTES + [base64.b64decode(t, validate=True) for t in settings["tokens"]])

    def _piece(self, piece: str) -> list[int]:
        return [self.ranks[token] for token in self._merge(piece)]

    def _merge(self, piece: str) -> list[bytes]:
        tokens = in_bytes(piece)
        while True:  # all merges in their order would do (see simple_bpe), but few apply here
            pairs = zip(tokens, tokens[1:], strict=False)
            known = [(self.ranks[a + b], (a, b)) for a, b in pairs if a + b in self.ranks]
            if not known:
                return tokens
            tokens = merged(tokens, min(known)[1])


def checked_ids(ids: Iterable[int], vocab_size: int) -> list[int]:
    """The ids as ints, if each is one of 0 … V - 1; else ValueError with the range that came."""
    ids = [int(i) for i in ids]
    if ids and not 0 <= min(ids) <= max(ids) < vocab_size:
        raise ValueError(
            f"Ids must lie in 0 … {vocab_size - 1}; got {min(ids)} … {max(ids)}. "
            "Use the tokenizer the model was trained with."
        )
    return ids


def _valid(text: str) -> str:
    """The text, if it can be written as UTF-8; ValueError names half a character otherwise."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"A text must be valid Unicode; got half a surrogate pair, {text[error.start]!r}, at "
            f"position {error.start}. Try text.encode(errors='replace').decode()."
        ) from None
    return text
