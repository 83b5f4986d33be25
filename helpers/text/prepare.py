"""Turn text files into token shards.   python -m helpers.text.prepare --out FOLDER FILE …

A .jsonl or .ndjson file holds one document a line, as {"text": …}; any other file is one document
of UTF-8. All cores tokenize, and no more than a few pieces of the text are ever in memory.
"""

import argparse
import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from helpers.basics.files import write_atomically
from helpers.basics.numbers import real, whole
from helpers.basics.parallel import in_order
from helpers.text import documents, published, tokenizers
from helpers.text.bpe import BYTES, BPETokenizer
from helpers.text.documents import PARTS, Piece
from helpers.text.shards import META, Writer
from helpers.text.special import END

SAMPLE = 10_000_000  # characters that merges are learned from
SHARD_TOKENS = 100_000_000
AT_ONCE = 1 << 18  # characters that a core is given
FEWEST = 50  # tokens of a part: fewer tell nothing
SHARE = lambda v: 0 <= v <= 0.5, "be a share in 0 … 0.5", "Try 0.01, or 0 for no such part."


def prepare(
    files: Iterable[str | Path],
    out: str | Path,
    tokenizer: str = "bpe:8192",
    validation: float = 0.01,
    shard_tokens: int = SHARD_TOKENS,
    download: bool = False,
    skip_bad_lines: bool = False,
) -> dict:
    """Write the shards of all files into the folder `out`; returns what its meta.json says.

    tokenizer: "gpt2" or "gpt4" from tiktoken's cache, or fetched if `download` says so, "bpe:N" to
    learn N tokens from the beginning of the training text, or a folder that holds a tokenizer. One
    without a token for the end of a text gets it. validation: the share put aside, 0 … 0.5; of
    documents in lines so many, of a text its last piece. The end token follows every document in
    either part. skip_bad_lines: leave out lines of documents that cannot be read, and count them.

    meta.json is written last, and an error leaves nothing behind. ValueError for files that are not
    text, for a part of fewer than 50 tokens, and for a folder that is not empty.
    """
    files, out = [Path(file) for file in files], Path(out)
    _check(files, out, tokenizer, shard_tokens)
    validation = real("validation", validation, *SHARE)
    out.mkdir(parents=True, exist_ok=True)
    try:
        skipped = Counter() if skip_bad_lines else None
        ours = _tokenizer(tokenizer, files, validation, download, skip_bad_lines)
        write_atomically(out / "tokenizer.json", ours.to_json().encode())
        pieces = documents.read(files, validation, skipped)
        counts, digests = _write(pieces, ours, out, shard_tokens)
        _check_counts(counts, validation)
        meta = _meta(ours) | {"tokens": counts, "tokenizer": tokenizer}
        meta |= {"files": [file.name for file in files], "skipped_lines": skipped or {}}
        meta |= {"sha256": digests}
        write_atomically(out / META, (json.dumps(meta, indent=1) + "\n").encode())
    except BaseException:  # also Ctrl-C: half a text is of no use
        shutil.rmtree(out, ignore_errors=True)
        raise
    return meta


def _meta(tokenizer: tokenizers.Tokenizer) -> dict:
    dtype = "<u2" if tokenizer.vocab_size <= 1 << 16 else "<u4"
    names = {"vocab_size": tokenizer.vocab_size, "end_of_text": tokenizer.end_of_text}
    return {"dtype": dtype} | names


def _write(
    pieces: Iterable[Piece], tokenizer: tokenizers.Tokenizer, out: Path, shard_tokens: int
) -> tuple[dict[str, int], dict[str, str]]:
    """Tokenize all pieces and write them; how many tokens each part has, and their sha256."""
    meta, encode = _meta(tokenizer), _encoder(tokenizer)

    def tokenize(batch: list[Piece]) -> list[tuple[str, np.ndarray]]:
        end = [tokenizer.end_of_text]
        ids = ((part, end if text is None else encode(text)) for part, text in batch)
        return [(part, np.array(found, meta["dtype"])) for part, found in ids]

    with ExitStack() as open_files:
        writers = {part: Writer(out, part, meta["dtype"], shard_tokens) for part in PARTS}
        for writer in writers.values():
            open_files.enter_context(writer)
        for part, ids in chain.from_iterable(in_order(tokenize, _batches(pieces))):
            writers[part].add(ids)
    counts = {part: writer.tokens for part, writer in writers.items()}
    return counts, {part: writer.sha256.hexdigest() for part, writer in writers.items()}


def _batches(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Pieces put together until there is enough for a core to do."""
    batch, size = [], 0
    with tqdm(unit=" characters", unit_scale=True) as progress:
        for part, text in pieces:
            batch.append((part, text))
            size += len(text or " ")
            if size >= AT_ONCE:
                yield batch
                progress.update(size)
                batch, size = [], 0
    yield batch


def _n_tokens(tokenizer: str) -> int:
    """N of "bpe:N", or ValueError."""
    typed = tokenizer.removeprefix("bpe:")
    number = int(typed) if typed.isdecimal() else typed
    advice = "To 256 bytes come the learned tokens and the end of a document. Try bpe:8192."
    return whole("N of the tokenizer bpe:N", number, len(BYTES) + 1, advice=advice)


def _tokenizer(
    name: str, files: list[Path], validation: float, download: bool, skip: bool
) -> tokenizers.Tokenizer:
    """The tokenizer that was asked for, with a token that ends a text."""
    if name in published.NAMES:
        return published.load(name, download).own()
    if name.startswith("bpe:"):
        pieces = documents.read(files, validation, Counter() if skip else None)
        return BPETokenizer.train(_sample(pieces), _n_tokens(name), [END])
    found = tokenizers.load(name)
    return found if found.end_of_text is not None else found.with_special(END)


def _sample(pieces: Iterable[Piece]) -> Iterator[str]:
    """The beginning of the training text."""
    length = 0
    for part, text in pieces:
        if part == PARTS[0] and text:
            yield text
            length += len(text)
        if length >= SAMPLE:
            return


def _encoder(tokenizer: tokenizers.Tokenizer) -> Callable[[str], list[int]]:
    """The quickest way to encode plain text: Rust's, where it has the same tokens."""
    rust = isinstance(tokenizer, BPETokenizer)
    return (tokenizer.to_tiktoken() if rust else tokenizer).encode_ordinary


def _check_counts(counts: dict[str, int], validation: float) -> None:
    for part, count in counts.items():
        if count < FEWEST and (part == PARTS[0] or validation):
            raise ValueError(
                f"Each part must have at least {FEWEST} tokens; {part} has {count}. "
                f"Use a longer text, or change the share of validation = {validation:g}."
            )


def _check(files: list[Path], out: Path, tokenizer: str, shard_tokens: int) -> None:
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
    whole("shard_tokens", shard_tokens, advice=f"Try {SHARD_TOKENS}.")


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks for; 0, or 1 when an error was printed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0].split("  ")[0])
    parser.add_argument("files", nargs="+", help="text, .jsonl or .ndjson files")
    parser.add_argument("--out", required=True, help="a new folder for the shards")
    parser.add_argument("--tokenizer", default="bpe:8192", help="gpt2, gpt4, bpe:N or a folder")
    parser.add_argument("--download", action="store_true", help="fetch gpt2 or gpt4 if need be")
    parser.add_argument("--validation", type=float, default=0.01, help="share put aside")
    parser.add_argument("--skip-bad-lines", action="store_true", help="leave out and count them")
    parser.add_argument("--shard-tokens", type=int, default=SHARD_TOKENS)
    try:
        meta = prepare(**vars(parser.parse_args(arguments)))
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(", ".join(f"{part}: {count:,} tokens" for part, count in meta["tokens"].items()))
    for name, count in meta["skipped_lines"].items():
        print(f"{name}: {count:,} bad lines left out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
