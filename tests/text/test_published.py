"""Published tokenizers: nothing is fetched unasked, nothing waits for ever, the cache is used."""

import base64
import hashlib
import socket
import threading
import time

import pytest
import tiktoken
import tiktoken_ext.openai_public as public

from helpers.text import prepare, published, tokenizers
from helpers.text.bpe import SPLIT, BPETokenizer
from helpers.text.shards import Shards
from helpers.text.special import END

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
    with pytest.raises(ValueError, match="must be gpt2, gpt4 or smollm2-135m; got 'gpt5'. Try"):
        published.load("gpt5")


def test_both_names_are_encodings_that_tiktoken_knows():
    assert set(published.NAMES.values()) <= set(public.ENCODING_CONSTRUCTORS)


@pytest.fixture
def named(address, monkeypatch):
    """The stand-in, under both names, with special tokens that leave a hole in the numbering."""
    build = tiktoken.registry.ENCODING_CONSTRUCTORS["cl100k_base"]
    names = {"special_tokens": {END: 262, "<|late|>": 270}}
    constructors = dict.fromkeys(published.NAMES.values(), lambda: build() | names)
    monkeypatch.setattr(tiktoken.registry, "ENCODING_CONSTRUCTORS", constructors)
    return address


@pytest.fixture
def four(named, tmp_path):
    """The stand-in for GPT-4's tokenizer, from the cache."""
    cached(tmp_path, ADDRESS, FILE)
    return published.load("gpt4")


def test_special_tokens_are_known_by_their_own_ids(four):
    assert four.special == {END: 262, "<|late|>": 270} and four.end_of_text == 262
    assert four.encode(f"slow{END}", allowed_special="all")[-1] == 262
    with pytest.raises(ValueError, match="special tokens that were not allowed"):
        four.encode(f"slow{END}")
    assert four.decode(four.encode_ordinary(END)) == END


def test_a_hole_in_the_numbering_stands_for_nothing(four):
    assert four.vocab_size == 271
    tokens = [four.decode([i]) for i in range(271)]
    assert tokens[262:] == [END, *[""] * 7, "<|late|>"]
    with pytest.raises(ValueError, match="must lie in 0 … 270; got 271 … 271"):
        four.decode([271])


def test_a_million_blanks_are_encoded(four):
    text = "a" + " " * 1_100_000 + "b"
    assert four.decode(four.encode(text)) == text


def test_it_is_saved_by_its_name(four, tmp_path):
    (tmp_path / "tokenizer.json").write_text(four.to_json(), encoding="utf-8")
    again = tokenizers.load(tmp_path)
    assert (again.special, again.encode("slower")) == (four.special, four.encode("slower"))
    assert four.own() is four


def test_a_name_that_is_not_at_hand_is_said_and_shards_do_without(address, tmp_path):
    (tmp_path / "tokenizer.json").write_text('{"kind": "published", "name": "gpt4"}', "utf-8")
    with pytest.raises(ConnectionError, match="must be downloaded once"):
        tokenizers.load(tmp_path)
    (tmp_path / "text.jsonl").write_text('{"text": "slow and low and slower"}\n' * 50, "utf-8")
    prepare.prepare([tmp_path / "text.jsonl"], tmp_path / "out", "bpe:300", 0)
    (tmp_path / "tokenizer.json").rename(tmp_path / "out" / "tokenizer.json")
    assert Shards(tmp_path / "out").tokenizer() is None


def test_gpt2_becomes_our_class_and_needs_the_cache_no_more(four, tmp_path):
    ours = published.load("gpt2").own()
    assert isinstance(ours, BPETokenizer) and ours.tokens == TOKENIZER.tokens
    text = '{"text": "slow and low and slower"}\n' * 50
    (tmp_path / "text.jsonl").write_text(text, "utf-8")
    prepare.prepare([tmp_path / "text.jsonl"], tmp_path / "out", "gpt2", 0.1)
    assert Shards(tmp_path / "out").tokenizer().encode("slower") == TOKENIZER.encode("slower")


def test_prepare_fetches_when_it_is_asked_to(named, server, tmp_path, capsys):
    named["url"], words = server
    words.append(FILE)
    (tmp_path / "text.txt").write_text("slow and low and slower " * 50, "utf-8")
    options = ["--tokenizer=gpt4", "--out", str(tmp_path / "out"), str(tmp_path / "text.txt")]
    assert prepare.main(options) == 1
    assert "prepare with --download" in capsys.readouterr().err
    assert prepare.main(["--validation=0.2", "--download", *options]) == 0
