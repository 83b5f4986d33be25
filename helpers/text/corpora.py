"""Corpora: a text to learn from, by name or from a file of your own.

"playwright" is written on the spot and its entropy is known; "tinyshakespeare" (Karpathy's
char-rnn repository) is downloaded once, when it is asked for, and checked by its sha256.
"""

import hashlib
import math
import os
from dataclasses import dataclass
from pathlib import Path

from helpers.basics.files import write_atomically
from helpers.basics.signature import signed
from helpers.text import documents, download, playwright

PLAYWRIGHT_CHARACTERS, PLAYWRIGHT_SEED = 1_000_000, 1564
SHAKESPEARE_URL = (
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"
)
SHAKESPEARE_SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
SHORTEST = 1_000
WAIT, LONGEST = 60, 2_000_000  # seconds and bytes of a download; the text has 1,115,394 bytes


@dataclass(frozen=True)
class Corpus:
    """A text with its name. entropy_rate: bits per character if it is known, else None."""

    name: str
    text: str
    entropy_rate: float | None = None

    @property
    def floor(self) -> float | None:
        """The entropy rate in nats per character: no model can have a lower loss on new text."""
        return None if self.entropy_rate is None else self.entropy_rate * math.log(2)


@signed()
def load(name: str | Path = "playwright") -> Corpus:
    """The corpus of that name ("playwright", "tinyshakespeare"), or the UTF-8 text file at a path.

    ValueError when a file is missing, too short, not text or not the file it should be;
    ConnectionError when TinyShakespeare is neither at hand nor to be fetched.
    """
    if name == "playwright":
        text = playwright.write(PLAYWRIGHT_CHARACTERS, PLAYWRIGHT_SEED)
        return Corpus("playwright", text, playwright.entropy_rate())
    if name == "tinyshakespeare":
        return Corpus("tinyshakespeare", _tinyshakespeare().decode())
    path = Path(name).expanduser()
    if not path.is_file():
        raise ValueError(
            "A corpus must be 'playwright', 'tinyshakespeare' or the path of a text file; "
            f"there is no file {str(name)!r}. Check the path, seen from {Path.cwd()}."
        )
    return Corpus(path.stem, _text_of(path))


def _text_of(path: Path) -> str:
    content = path.read_bytes()
    try:
        text = documents.plain(content.decode())
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} must be UTF-8 text; byte {error.start} is not ({error.reason}). "
            "Save it as UTF-8 in an editor, or pick another file."
        ) from None
    if "\0" in text:
        raise ValueError(
            f"{path} must be text; it holds NUL bytes, so it looks like a binary file. "
            "Pick a text file instead."
        )
    if len(text.strip()) < SHORTEST:
        raise ValueError(
            f"{path} must have at least {SHORTEST:,} characters to learn from; "
            f"got {len(text.strip()):,}. Try a few hundred thousand."
        )
    return text


def _tinyshakespeare() -> bytes:
    """The file's bytes from GPT_PROBABLY_DATA or the cache folder; else fetched into the latter."""
    given = os.environ.get("GPT_PROBABLY_DATA")
    folder = Path(given).expanduser() if given else Path.home() / ".cache" / "gpt-probably"
    path = folder / "tinyshakespeare.txt"
    if path.is_file():
        return _checked(path.read_bytes(), str(path))
    if given:
        raise ValueError(
            f"GPT_PROBABLY_DATA must name a folder that holds {path.name}; {path} is not there. "
            f"Check the path, seen from {Path.cwd()}, or unset it to have the text downloaded."
        )
    content = _checked(_fetch(SHAKESPEARE_URL), SHAKESPEARE_URL)
    write_atomically(path, content)
    return content


def _fetch(url: str) -> bytes:
    try:
        return download.fetch(url, WAIT, LONGEST)
    except ConnectionError as error:
        raise ConnectionError(
            f"TinyShakespeare must be downloaded once: {str(error).rstrip('.')}. "
            "Set GPT_PROBABLY_DATA to a folder that holds tinyshakespeare.txt; "
            "corpora.load('playwright') needs neither."
        ) from None


def _checked(content: bytes, source: str) -> bytes:
    found = hashlib.sha256(content).hexdigest()
    if found != SHAKESPEARE_SHA256:
        raise ValueError(
            f"{source} must be TinyShakespeare with sha256 {SHAKESPEARE_SHA256[:12]}…; its sha256 "
            f"is {found[:12]}…, so it is damaged or another text. Delete it and load again."
        )
    return content
