"""Published tokenizers: GPT-2's and GPT-4's own tokens, through OpenAI's tiktoken.

Their lists of tokens are not part of the course. tiktoken keeps them in a cache folder once they
were downloaded, which happens here only when it is asked for, and never without a time limit.
Used in notebook *Text to tokens*.
"""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import tiktoken
import tiktoken.load

from helpers.basics.signature import signed
from helpers.text import download, smollm, stream
from helpers.text.bpe import BPETokenizer, checked_ids
from helpers.text.special import WithSpecial

NAMES = {"gpt2": "gpt2", "gpt4": "cl100k_base"}
MOST = 10**7  # bytes of a list of tokens; GPT-4's has 1.7 million


class PublishedTokenizer(WithSpecial):
    """A tiktoken encoding with the names that the course's own tokenizers have.

    name: one of NAMES. GPT-4's special tokens leave holes in the numbering; a hole stands for
    nothing.
    """

    def __init__(self, encoding: tiktoken.Encoding, name: str):
        self.encoding, self.name, self.vocab_size = encoding, name, encoding.n_vocab
        names = encoding.special_tokens_set
        self.special = {name: encoding.encode_single_token(name) for name in sorted(names)}

    def encode_ordinary(self, text: str) -> list[int]:
        """Text to ids; what looks like a special token is read as plain text."""
        # in pieces, for tiktoken gives up at a million blanks in a row
        return [i for piece in stream.pieces([text]) for i in self.encoding.encode_ordinary(piece)]

    def decode(self, ids: Iterable[int]) -> str:
        """Ids to text; bytes that are no UTF-8 become �."""
        return b"".join(self.token_bytes(ids)).decode("utf-8", errors="replace")

    def token_bytes(self, ids: Iterable[int]) -> list[bytes]:
        """The bytes of each token; none for an id in a hole. ValueError outside 0 … V - 1."""
        return [self._bytes(i) for i in checked_ids(ids, self.vocab_size)]

    def own(self) -> "BPETokenizer | PublishedTokenizer":
        """GPT-2's tokens as our class, which is saved whole; GPT-4 cuts words by another rule."""
        if self.name != "gpt2":
            return self
        tokens = sorted(self.encoding.token_byte_values(), key=self.encoding.encode_single_token)
        return BPETokenizer(tokens, self.special)

    def to_json(self) -> str:
        """The tokenizer as JSON, for `model.save(folder, tokenizer)`: its name, not its tokens."""
        return json.dumps({"kind": "published", "name": self.name}) + "\n"

    @classmethod
    def from_settings(cls, settings: dict) -> "PublishedTokenizer":
        """The tokenizer that `to_json` wrote down; ConnectionError where the cache lacks it."""
        return load(settings["name"])

    def _bytes(self, i: int) -> bytes:
        try:
            return self.encoding.decode_single_token_bytes(i)
        except KeyError:
            return b""


@signed()
def load(
    name: str, download: bool = False, seconds: float = 60
) -> PublishedTokenizer | BPETokenizer:
    """GPT-2's tokenizer ("gpt2") or GPT-4's ("gpt4"), from the cache or, if asked for, fetched.

    SmolLM2's ("smollm2-135m") comes in a package and is never fetched. ConnectionError when it is
    neither at hand nor to be had within so many seconds; ValueError for another name. A damaged
    file in the cache counts as missing (tiktoken checks its sha256).
    """
    if name == smollm.NAME:
        return smollm.load()
    if name not in NAMES:
        names = ", ".join(NAMES)
        raise ValueError(
            f"A published tokenizer must be {names} or {smollm.NAME}; got {name!r}. Try 'gpt2'."
        )
    with _reading_through(partial(_fetch, name, seconds) if download else partial(_refuse, name)):
        return PublishedTokenizer(tiktoken.get_encoding(NAMES[name]), name)


def _refuse(name: str, url: str) -> bytes:
    raise ConnectionError(
        f"The tokens of {name} must be downloaded once; they are not in tiktoken's cache. "
        f"When online, try load({name!r}, download=True), or prepare with --download."
    )


def _fetch(name: str, seconds: float, url: str) -> bytes:
    try:
        return download.fetch(url, seconds, MOST)
    except ConnectionError as error:
        raise ConnectionError(
            f"The tokens of {name} must be downloaded once: {str(error).rstrip('.')}. Use a "
            "tokenizer of your own until then."
        ) from None


@contextlib.contextmanager
def _reading_through(fetch: Callable[[str], bytes]) -> Iterator[None]:
    """Within: tiktoken reads what its cache lacks through `fetch`. Its own has no time limit."""
    original = tiktoken.load.read_file
    tiktoken.load.read_file = fetch
    try:
        yield
    finally:
        tiktoken.load.read_file = original
