"""Turn text files into token shards.   python -m helpers.text.prepare --out FOLDER FILE …

A .jsonl file holds one document a line, as {"text": …}; any other file is one document of UTF-8.
Of documents in lines every k-th goes to the validation part, of a single text its last piece.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tqdm.auto import tqdm

from helpers.basics.files import write_atomically
from helpers.basics.numbers import whole
from helpers.text import published, tokenizers
from helpers.text.bpe import BYTES, BPETokenizer
from helpers.text.shards import META, PARTS, Writer

CHUNK = 1 << 20  # characters of a text file tokenized at once, up to the end of a line
SAMPLE = 10_000_000  # characters that merges are learned from
SHARD_TOKENS = 100_000_000
Encode = Callable[[str], list[int]]


def prepare(
    files: Iterable[str | Path],
    out: str | Path,
    tokenizer: str = "bpe:8192",
    validation: float = 0.01,
    shard_tokens: int = SHARD_TOKENS,
) -> dict:
    """Write the shards of all files into the folder `out`; returns what its meta.json says.

    tokenizer: "gpt2" or "gpt4" from tiktoken's cache, "bpe:N" to learn N tokens from the beginning
    of the text, or a folder that has a tokenizer.json. validation: the share put aside, 0 … 0.5.
    A token that ends a document follows each. meta.json is written last: a folder that lacks it
    is unfinished. ValueError for files that are not text, and for a folder that is not empty.
    """
    files, out = [Path(file) for file in files], Path(out)
    _check(files, out, tokenizer, validation, shard_tokens)
    out.mkdir(parents=True, exist_ok=True)
    encode, end, vocab_size = _encoder(tokenizer, files, out)
    dtype = "<u2" if vocab_size <= 1 << 16 else "<u4"
    writers = {part: Writer(out, part, dtype, shard_tokens) for part in PARTS}
    for file in files:
        for part, ids in _pieces(file, encode, end, validation):
            writers[part].add(ids)
    for writer in writers.values():
        writer.close()
    counts = {part: writer.tokens for part, writer in writers.items()}
    meta = {"dtype": dtype, "vocab_size": vocab_size, "end_of_text": end, "tokens": counts}
    origin = {"tokenizer": tokenizer, "files": [file.name for file in files]}
    write_atomically(out / META, (json.dumps(meta | origin, indent=1) + "\n").encode())
    return meta


def _pieces(
    file: Path, encode: Encode, end: int, validation: float
) -> Iterator[tuple[str, list[int]]]:
    """(part, ids) of one file after the other."""
    if file.suffix == ".jsonl":
        every = round(1 / validation) if validation else 0
        for i, text in enumerate(_documents(file), start=1):
            yield PARTS[bool(every and i % every == 0)], [*encode(text), end]
        return
    size, done = file.stat().st_size, 0
    for chunk in _chunks(file):
        yield PARTS[done >= size * (1 - validation)], encode(chunk)
        done += len(chunk.encode())
    yield PARTS[validation > 0], [end]


def _chunks(file: Path) -> Iterator[str]:
    """A text file in pieces that end with a line, a hundred of them at least if it is short."""
    at_once = max(1, min(CHUNK, file.stat().st_size // 200))
    try:
        with file.open(encoding="utf-8") as lines:
            while chunk := "".join(lines.readlines(at_once)):
                yield chunk
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{file} must be UTF-8 text; it is not ({error.reason}). "
            "Save it as UTF-8 in an editor, or leave it out."
        ) from None


def _documents(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(tqdm(lines, desc=file.name, unit=" documents"), start=1):
            if line.strip():
                yield _text(line, f"{file}, line {number}")


def _text(line: str, where: str) -> str:
    try:
        text = json.loads(line)["text"]
    except (ValueError, KeyError, TypeError):
        text = None
    if not isinstance(text, str):
        raise ValueError(
            f'{where} must be JSON with a "text"; got {line[:40]!r}. '
            "Correct the line, or leave it out."
        )
    return text


def _n_tokens(tokenizer: str) -> int:
    """N of "bpe:N", or ValueError."""
    typed = tokenizer.removeprefix("bpe:")
    number = int(typed) if typed.isdecimal() else typed
    advice = "To 256 bytes come the learned tokens and the end of a document. Try bpe:8192."
    return whole("N of the tokenizer bpe:N", number, len(BYTES) + 1, advice=advice)


def _encoder(name: str, files: list[Path], out: Path) -> tuple[Encode, int, int]:
    """How to encode, the token that ends a document, and the vocabulary's size with it."""
    if name in published.NAMES:
        encoding = published.load(name).encoding
        return encoding.encode_ordinary, encoding.eot_token, encoding.n_vocab
    own = _learned(_n_tokens(name), files) if name.startswith("bpe:") else tokenizers.load(name)
    write_atomically(out / "tokenizer.json", own.to_json().encode())
    rust = isinstance(own, BPETokenizer)
    encode = own.to_tiktoken().encode_ordinary if rust else own.encode
    return encode, own.vocab_size, own.vocab_size + 1


def _learned(vocab_size: int, files: list[Path]) -> BPETokenizer:
    pieces, length = [], 0
    for file in files:
        for text in _documents(file) if file.suffix == ".jsonl" else _chunks(file):
            pieces.append(text)
            length += len(text)
            if length >= SAMPLE:
                break
    return BPETokenizer.train("\n".join(pieces), vocab_size - 1)


def _check(
    files: list[Path], out: Path, tokenizer: str, validation: float, shard_tokens: int
) -> None:
    missing = ", ".join(str(file) for file in files if not file.is_file())
    if missing or not files:
        raise ValueError(f"The files must exist; missing: {missing or 'none'}. Check the paths.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(
            f"{out} must be an empty folder or a new one; something is there already. "
            "Choose another folder."
        )
    if tokenizer.startswith("bpe:"):
        _n_tokens(tokenizer)
    elif tokenizer not in published.NAMES and not Path(tokenizer).is_dir():
        raise ValueError(
            f"tokenizer must be {', '.join(published.NAMES)}, bpe:N or a folder with a "
            f"tokenizer.json; got {tokenizer!r}. Try bpe:8192."
        )
    if not 0 <= validation <= 0.5:
        raise ValueError(f"validation must be a share in 0 … 0.5; got {validation}. Try 0.01.")
    whole("shard_tokens", shard_tokens, advice=f"Try {SHARD_TOKENS}.")


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks for; 0, or 1 when an error was printed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0].split("  ")[0])
    parser.add_argument("files", nargs="+", help="text or .jsonl files")
    parser.add_argument("--out", required=True, help="a new folder for the shards")
    parser.add_argument("--tokenizer", default="bpe:8192", help="gpt2, gpt4, bpe:N or a folder")
    parser.add_argument("--validation", type=float, default=0.01, help="share put aside")
    parser.add_argument("--shard-tokens", type=int, default=SHARD_TOKENS)
    try:
        meta = prepare(**vars(parser.parse_args(arguments)))
    except (ValueError, ConnectionError) as error:
        print(error, file=sys.stderr)
        return 1
    print(", ".join(f"{part}: {count:,} tokens" for part, count in meta["tokens"].items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
