"""Published tokenizers: GPT-2's and GPT-4's own tokens, through OpenAI's tiktoken.

Their lists of tokens are not part of the course. tiktoken keeps them in a cache folder once they
were downloaded, which happens here only when it is asked for, and never without a time limit.
Used in notebook 03.
"""

import contextlib
import threading
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http.client import HTTPException

import tiktoken
import tiktoken.load

NAMES = {"gpt2": "gpt2", "gpt4": "cl100k_base"}


class PublishedTokenizer:
    """A tiktoken encoding with the names that the course's own tokenizers have."""

    def __init__(self, encoding: tiktoken.Encoding):
        self.encoding, self.vocab_size = encoding, encoding.n_vocab

    def encode(self, text: str) -> list[int]:
        """Text to ids; what looks like a special token is read as plain text."""
        return self.encoding.encode(text, disallowed_special=())

    def decode(self, ids: Iterable[int]) -> str:
        """Ids to text; bytes that are no UTF-8 become �."""
        return self.encoding.decode(list(ids))

    def token_bytes(self, ids: Iterable[int]) -> list[bytes]:
        """The bytes of each token."""
        return self.encoding.decode_tokens_bytes(list(ids))


def load(name: str, download: bool = False, seconds: float = 60) -> PublishedTokenizer:
    """GPT-2's tokenizer ("gpt2") or GPT-4's ("gpt4"), from the cache or, if asked for, fetched.

    ConnectionError when it is neither at hand nor to be had within so many seconds; ValueError
    for another name. A damaged file in the cache counts as missing (tiktoken checks its sha256).
    """
    if name not in NAMES:
        raise ValueError(
            f"A published tokenizer must be {' or '.join(NAMES)}; got {name!r}. Try 'gpt2'."
        )
    with _reading_through(partial(_fetch, name, seconds) if download else partial(_refuse, name)):
        return PublishedTokenizer(tiktoken.get_encoding(NAMES[name]))


def _refuse(name: str, url: str) -> bytes:
    raise ConnectionError(
        f"The tokens of {name} must be downloaded once; they are not in tiktoken's cache. "
        f"When online, try load({name!r}, download=True)."
    )


def _fetch(name: str, seconds: float, url: str) -> bytes:
    """What stands at an address; gives up when the time is over, whatever happens."""
    found: list[bytes | Exception] = [TimeoutError(f"no answer within {seconds:g} s")]
    reader = threading.Thread(target=_read, args=(url, seconds, found), daemon=True)
    reader.start()
    reader.join(seconds)
    if isinstance(found[-1], bytes):
        return found[-1]
    raise ConnectionError(
        f"The tokens of {name} must be downloaded once, and {url} cannot be read "
        f"({found[-1]}). Try again when online."
    )


def _read(url: str, seconds: float, found: list) -> None:
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            found.append(answer.read())
    except (OSError, HTTPException) as error:
        found.append(error)


@contextlib.contextmanager
def _reading_through(fetch: Callable[[str], bytes]) -> Iterator[None]:
    """Within: tiktoken reads what its cache lacks through `fetch`. Its own has no time limit."""
    original = tiktoken.load.read_file
    tiktoken.load.read_file = fetch
    try:
        yield
    finally:
        tiktoken.load.read_file = original
