"""Byte-pair encoding: begin with bytes, and make one token of what often stands together.

`simple_bpe` is the same in 40 lines. This one learns with counts that are corrected and not counted
anew (`merges`), remembers the ids of the pieces it has seen, knows special tokens (`special`), and
is saved with a model. Sources: Sennrich, Haddow & Birch 2016, §3.2; Radford et al. 2019, §2.2
(bytes, and a pattern that keeps merges inside words). Built by hand in notebook *Text to tokens*.
"""

import base64
import json
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

import regex
import tiktoken

from helpers.basics.kinds import need
from helpers.basics.numbers import whole
from helpers.basics.signature import signed
from helpers.text import merges
from helpers.text.simple_bpe import BYTES, SPLIT
from helpers.text.special import WithSpecial, names_pattern

REMEMBERED, LONG = 100_000, 100  # pieces whose ids are kept, and characters of the longest of them
ADVICE = "The 256 bytes always belong to it. Try 1024."


class BPETokenizer(WithSpecial):
    """Tokens of one or more bytes; any text can be written with them, and comes back unchanged.

    tokens: the bytes of every token, in the order of their ids, an earlier merge before a later
    one. The 256 single bytes are among them, in any order. special: names of tokens that
    are no text; their ids follow.

    >>> tokenizer = BPETokenizer.train("low lower lowest", vocab_size=258)
    >>> tokenizer.tokens[256:], tokenizer.encode("slow")
    ([b'lo', b'low'], [115, 257])
    """

    # What another kind of byte-pair encoding may have otherwise: how a text is cut before anything
    # is merged, the bytes that there must be, and whether the ids begin with the special tokens.
    kind, split, needed, special_first = "bpe", SPLIT, frozenset(BYTES), False

    @signed()
    def __init__(self, tokens: Iterable[bytes], special: Iterable[str] = ()):
        self.tokens = list(tokens)
        super().__init__(special, first=0 if self.special_first else len(self.tokens))
        first = len(self.special) if self.special_first else 0
        self.ranks = {token: first + i for i, token in enumerate(self.tokens)}
        if not self.ranks.keys() >= self.needed or len(self.ranks) < len(self.tokens):
            raise ValueError(
                "The tokens must be the 256 single bytes and others, each once; "
                f"got {len(self.tokens)} tokens, {len(self.ranks)} of them different, and "
                f"{len(self.ranks.keys() & set(BYTES))} single bytes. "
                "Try BPETokenizer.train(text, vocab_size)."
            )
        names = [name.encode() for name in self.special]
        self._all = names + self.tokens if self.special_first else self.tokens + names
        self._remembered = lru_cache(REMEMBERED)(self._piece)

    @classmethod
    def train(
        cls, text: str | Iterable[str], vocab_size: int, special: Iterable[str] = ()
    ) -> "BPETokenizer":
        """Merge the most frequent pair of tokens until there are vocab_size of them.

        text: one, or several documents, across which nothing is merged. special: counted among
        vocab_size, and never merged with what stands around. Among pairs equally frequent the first
        in byte order is taken. Fewer tokens come out when the text has nothing left to merge.
        ValueError for a vocab_size below 256 or an empty text.
        """
        start = cls(BYTES, special)
        vocab_size = whole("vocab_size", vocab_size, start.vocab_size, advice=ADVICE)
        texts = hasattr(text, "__iter__")
        need(texts, "text", "be a text or several", text, "Try path.read_text().")
        words = _words([text] if isinstance(text, str) else text, start.special)
        if not words:
            raise ValueError(
                "A text to count pairs in must not be empty; got ''. Pass a longer one."
            )
        ranks = dict.fromkeys(BYTES)  # as an ordered set: two merges may give the same bytes
        pairs = merges.learn(words)
        while len(ranks) + len(start.special) < vocab_size and (pair := next(pairs, None)):
            ranks[pair[0] + pair[1]] = None
        return cls(ranks, start.special)

    @property
    def vocab_size(self) -> int:
        """V: the 256 bytes, the merges and the special tokens."""
        return len(self.tokens) + len(self.special)

    def encode_ordinary(self, text: str) -> list[int]:
        """Text to ids: in every piece the earliest merge first, until none applies.

        Special tokens are read as plain text. ValueError for half of a surrogate pair.
        """
        ids: list[int] = []
        for piece in regex.findall(self.split, _valid(text)):
            ids += self._remembered(piece) if len(piece) <= LONG else self._piece(piece)
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Ids to text, the inverse of `encode`; bytes that are no UTF-8 become �.

        ValueError for an id outside 0 … V - 1.
        """
        return b"".join(self.token_bytes(ids)).decode("utf-8", errors="replace")

    def token_bytes(self, ids: Iterable[int]) -> list[bytes]:
        """The bytes of each token: a character outside ASCII may be spread over several."""
        return [self._all[i] for i in checked_ids(ids, self.vocab_size)]

    def first(self, vocab_size: int) -> "BPETokenizer":
        """The tokenizer that stopped earlier: the first vocab_size tokens, or all if fewer.

        Its special tokens stay, behind these.
        """
        vocab_size = whole("vocab_size", vocab_size, len(BYTES), advice=ADVICE)
        return type(self)(self.tokens[:vocab_size], self.special)

    def with_special(self, *names: str) -> "BPETokenizer":
        """A copy that has these special tokens, too; those it has already keep their ids."""
        return BPETokenizer(self.tokens, dict.fromkeys([*self.special, *names]))

    def to_tiktoken(self) -> tiktoken.Encoding:
        """The same tokens in OpenAI's engine, which is written in Rust: the same ids, faster.

        It takes a text of less than a million blanks in a row: `stream.pieces` cuts a longer one.
        """
        return tiktoken.Encoding(
            "gpt-probably",
            pat_str=_same_everywhere(self.split),
            mergeable_ranks=self.ranks,
            special_tokens=self.special,
        )

    def to_json(self) -> str:
        """The tokenizer as JSON, for `model.save(folder, tokenizer)`."""
        tokens = [base64.b64encode(token).decode() for token in self.tokens]
        return (
            json.dumps({"kind": self.kind, "vocabulary": tokens, "special": [*self.special]}) + "\n"
        )

    @classmethod
    def from_settings(cls, settings: dict) -> "BPETokenizer":
        """The tokenizer that `to_json` wrote down; ValueError for tokens that are no vocabulary."""
        if "tokens" in settings:  # an older version, whose bytes had their own order
            return cls(BYTES + _bytes(settings["tokens"]))
        return cls(_bytes(settings["vocabulary"]), settings["special"])

    def _piece(self, piece: str) -> list[int]:
        return [self.ranks[token] for token in merges.apply(piece.encode(), self.ranks)]


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


def _words(texts: Iterable[str], special: Iterable[str]) -> Counter[bytes]:
    """How often each piece of the texts occurs; special tokens are left out and cut them."""
    words, pattern = Counter(), names_pattern(special)
    for text in texts:
        plain = pattern.split(_valid(text))[::2] if pattern else [_valid(text)]
        words.update(p.encode() for part in plain for p in regex.findall(SPLIT, part))
    return words


@cache
def _same_everywhere(pattern: str) -> str:
    """A pattern with its letters and digits written out, as the `regex` package knows them.

    Two engines of different age know different letters. What is a letter here is one in Rust, too.
    """
    characters = "".join(map(chr, range(0x110000)))
    for kind in (r"\p{L}", r"\p{N}"):
        runs = [run[0] for run in regex.finditer(f"{kind}+", characters)]
        spelled = "".join(rf"\x{{{ord(run[0]):x}}}-\x{{{ord(run[-1]):x}}}" for run in runs)
        pattern = pattern.replace(kind, f"[{spelled}]")
    return pattern


def _bytes(tokens: Iterable[str]) -> list[bytes]:
    return [base64.b64decode(token, validate=True) for token in tokens]
