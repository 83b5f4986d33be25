"""A stream of text: the ids of the whole, however it is cut into chunks, and in little memory."""

import random
import subprocess
import sys

import pytest
import tiktoken
from kernel_environment import ROOT

from helpers.text import playwright, stream
from helpers.text.bpe import BYTES, BPETokenizer
from helpers.text.simple_bpe import SPLIT
from helpers.text.special import END

SHORT = 300
GPT4 = (  # GPT-4's pattern, whose signs take the ends of lines that follow
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)


@pytest.fixture(scope="module")
def tokenizer():
    text = playwright.write(20_000, seed=1) + " .\n\n .\r\n  a\n 1 .\n" * 50
    return BPETokenizer.train(text, 500, [END, "<|a b|>"])


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Pieces so short that a text has many."""
    monkeypatch.setattr(stream, "AT_ONCE", SHORT)


def random_text(rng, length):
    words = ["a", "the", "  ", " ", "\n", "\r\n", "\t", ".", "'ll", "12", "é", "猫", END, "<|a b|>"]
    return "".join(rng.choice(words) for _ in range(length))


def chunks(text, rng):
    while text:
        at = rng.randrange(1, 60)
        yield text[:at]
        text = text[at:]


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("special", [{"allowed_special": "all"}, {"disallowed_special": ()}])
def test_a_stream_has_the_ids_of_the_whole(tokenizer, seed, special):
    rng = random.Random(seed)
    text = random_text(rng, 2000)
    found = stream.encode(tokenizer, chunks(text, rng), **special)
    assert [*found] == tokenizer.encode(text, **special)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("pattern", [SPLIT, GPT4])
def test_pieces_are_cut_where_the_patterns_cut(seed, pattern):
    ranks = {token: i for i, token in enumerate(dict.fromkeys([*BYTES, *JOINED]))}
    engine = tiktoken.Encoding("x", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    text = random_text(random.Random(seed), 2000)
    found = [i for piece in stream.pieces([text]) for i in engine.encode_ordinary(piece)]
    assert found == engine.encode_ordinary(text)


JOINED = [  # merges that would reach over a wrong cut
    a + b for a in (b" ", b"\n", b".", b"a", b"\r", b"\t") for b in (b" ", b"\n", b"\r", b"a", b".")
]  # fmt: skip


def test_the_pieces_are_the_text_and_none_is_long():
    text = random_text(random.Random(0), 10_000)
    found = [*stream.pieces([text])]
    assert "".join(found) == text and max(map(len, found)) <= SHORT and len(found) > 20


@pytest.mark.parametrize(
    "text", ["", " " * 999, "x" * 999, "a " + "x" * 999, "x" * 299 + " " * 900]
)
def test_a_run_without_a_border_is_cut_and_nothing_is_lost(tokenizer, text):
    assert "".join(stream.pieces([text])) == text
    assert tokenizer.decode(stream.encode(tokenizer, [text])) == text


def test_a_special_token_is_refused_in_a_stream_as_in_a_text(tokenizer):
    with pytest.raises(ValueError, match="special tokens that were not allowed"):
        [*stream.encode(tokenizer, ["a <|endof", "text|> b", " c" * SHORT])]


MEMORY = """
import resource
from helpers.text import stream
from helpers.text.bpe import BYTES, BPETokenizer
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
lines = ("to be or not to be\\n" for _ in range(20_000))
tokenizer = BPETokenizer([*BYTES, b"to", b"be"])
start, count = peak(), 0
for _ in stream.encode(tokenizer, lines):
    count += 1
assert count == 15 * 20_000, count
print(peak() - start)
"""


def test_a_stream_is_encoded_in_a_memory_that_does_not_grow():
    """5 MB of text would be 240,000 objects of Python: 20 MB, were they kept."""
    line = [sys.executable, "-c", MEMORY]
    kept = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    scale = 1024 if sys.platform == "darwin" else 1
    assert int(kept) / scale < 20_000  # KB
