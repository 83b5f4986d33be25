"""A vocabulary as published models bring it: GPT-2's tokens and merges, in two text files.

OpenAI calls them encoder.json and vocab.bpe, Hugging Face vocab.json and merges.txt. In both, every
byte is written as one printable character. Source: the code of Radford et al. 2019.
"""

import json
from pathlib import Path

from helpers.text.bpe import BPETokenizer

PAIRS = (("vocab.json", "merges.txt"), ("encoder.json", "vocab.bpe"))


def letters() -> dict[str, int]:
    """The byte behind each printable character: itself where it shows, else one from 256 on.

    >>> letters()["a"], letters()["Ġ"]
    (97, 32)
    """
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {chr(byte): byte for byte in shown} | {chr(256 + i): b for i, b in enumerate(hidden)}


def found(folder: str | Path) -> tuple[Path, Path] | None:
    """The two files in a folder, under either pair of names; None if one is missing."""
    pairs = [tuple(Path(folder) / name for name in pair) for pair in PAIRS]
    return next((pair for pair in pairs if all(file.is_file() for file in pair)), None)


def read(folder: str | Path) -> BPETokenizer:
    """The tokenizer of a model folder: the single bytes, what the merges make, special tokens.

    Names that no merge makes are the special tokens. ValueError for files that are missing or do
    not fit together, and for ids in another order than bytes, merges, special tokens.
    """
    files = found(folder)
    if files is None:
        raise ValueError(
            f"{folder} must hold {' or '.join(' and '.join(pair) for pair in PAIRS)}; one is "
            "missing. Check the path."
        )
    byte, names = letters(), _names(files[0])
    made = ["".join(pair) for pair in _merges(files[1])]
    made = list(dict.fromkeys(made))  # two merges may make the same token
    ordinary, special = names[: 256 + len(made)], names[256 + len(made) :]
    if set(ordinary[:256]) != set(byte) or ordinary[256:] != made:
        raise ValueError(
            f"{files[0]} must number the 256 bytes, then what each merge of {files[1].name} makes, "
            f"then special tokens; it has another order or other tokens. Fetch both files again."
        )
    return BPETokenizer([bytes(map(byte.__getitem__, name)) for name in ordinary], special)


def _names(path: Path) -> list[str]:
    """The names of all tokens, in the order of their ids."""
    try:
        ids = json.loads(path.read_text(encoding="utf-8"))
        if sorted(ids.values()) == list(range(len(ids))):
            return sorted(ids, key=ids.get)
        reason = "its numbers are not 0, 1, 2, …"
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        reason = str(error)
    raise ValueError(
        f"{path} must be a JSON object, token -> id; {reason}. Fetch both files again."
    )


def _merges(path: Path) -> list[list[str]]:
    """The pairs of a file of merges, one a line; its first line may say a version."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError:
        lines = ["?"]
    pairs = [line.split(" ") for line in lines if line and not line.startswith("#version")]
    if wrong := [pair for pair in pairs if len(pair) != 2]:
        raise ValueError(
            f"{path} must hold two tokens a line; got {wrong[0]}. Fetch both files again."
        )
    return pairs
