"""Published tokenizers: nothing is fetched unasked, nothing waits for ever, the cache is used."""

import base64
import hashlib
import socket
import threading
import time

import pytest
import tiktoken
import tiktoken_ext.openai_public as public

from helpers.text import published
from helpers.text.bpe import SPLIT, BPETokenizer

ADDRESS = "https://example.invalid/tokens.tiktoken"
TOKENIZER = BPETokenizer.train("low lower lowest slow slower", 262)
FILE = b"\n".join(base64.b64encode(token) + b" %d" % i for i, token in enumerate(TOKENIZER.tokens))


@pytest.fixture
def address(tmp_path, monkeypatch):
    """An empty cache, and a stand-in for GPT-4's tokens at an address that a test may change."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(tiktoken.registry, "ENCODINGS", {})
    where = {"url": ADDRESS}
    sha256 = hashlib.sha256(FILE).hexdigest()

    def build():
        ranks = tiktoken.load.load_tiktoken_bpe(where["url"], expected_hash=sha256)
        return {"name": "small", "pat_str": SPLIT, "mergeable_ranks": ranks, "special_tokens": {}}

    tiktoken.registry._find_constructors()
    monkeypatch.setitem(tiktoken.registry.ENCODING_CONSTRUCTORS, "cl100k_base", build)
    return where


@pytest.fixture
def server():
    """A peer that says what it is told to every caller; without words it stays silent."""
    words: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer, args=(listener, words), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/tokens", words


def answer(listener, words):
    callers = []
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        callers.append(caller)  # kept open: a silent peer does not hang up
        if words:
            caller.recv(4096)
            caller.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + words[0])
            callers.pop().close()


def cached(tmp_path, url, content):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / hashlib.sha1(url.encode()).hexdigest()).write_bytes(content)


def test_nothing_is_fetched_unasked(address, server):
    address["url"], words = server
    words.append(FILE)
    with pytest.raises(ConnectionError, match=r"not in tiktoken's cache.*download=True"):
        published.load("gpt4")


def test_what_is_in_the_cache_is_used_without_a_network(address, tmp_path):
    cached(tmp_path, ADDRESS, FILE)
    tokenizer = published.load("gpt4")
    ids = tokenizer.encode("slower é <|endoftext|>")
    assert ids == TOKENIZER.encode("slower é <|endoftext|>")
    assert tokenizer.decode(ids) == "slower é <|endoftext|>"
    assert tokenizer.token_bytes(ids) == TOKENIZER.token_bytes(ids)
    assert tokenizer.vocab_size == 262


def test_a_damaged_file_in_the_cache_counts_as_missing(address, tmp_path):
    cached(tmp_path, ADDRESS, FILE[:-1] + b"x")
    with pytest.raises(ConnectionError, match="must be downloaded once"):
        published.load("gpt4")


def test_what_was_asked_for_is_fetched_and_kept(address, server):
    address["url"], words = server
    words.append(FILE)
    assert published.load("gpt4", download=True).encode("lower") == TOKENIZER.encode("lower")
    tiktoken.registry.ENCODINGS.clear()
    assert published.load("gpt4").encode("lower") == TOKENIZER.encode("lower")


def test_a_peer_that_never_answers_is_given_up(address, server):
    address["url"], _ = server
    started = time.monotonic()
    with pytest.raises(ConnectionError, match="cannot be read.*Try again when online"):
        published.load("gpt4", download=True, seconds=0.5)
    assert time.monotonic() - started < 20  # tiktoken itself would wait for ever


def test_an_address_that_does_not_exist_is_one_clear_error(address):
    with pytest.raises(ConnectionError, match="must be downloaded once.*Try again when online"):
        published.load("gpt4", download=True, seconds=20)


def test_tiktoken_reads_as_before_afterwards(address):
    before = tiktoken.load.read_file
    with pytest.raises(ConnectionError):
        published.load("gpt4")
    assert tiktoken.load.read_file is before


def test_another_name_is_refused():
    with pytest.raises(ValueError, match="must be gpt2 or gpt4; got 'gpt5'. Try"):
        published.load("gpt5")


def test_both_names_are_encodings_that_tiktoken_knows():
    assert set(published.NAMES.values()) <= set(public.ENCODING_CONSTRUCTORS)
