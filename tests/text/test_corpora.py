"""Corpora: the right text by name, one clear error for every other file."""

import hashlib
import io
import math
import os
import urllib.request
from http.client import IncompleteRead
from pathlib import Path

import pytest

from helpers.text import corpora, playwright

ENOUGH = "To be, or not to be.\n" * 60  # above corpora.SHORTEST


@pytest.fixture
def write(tmp_path):
    """Write bytes or text into a file and return its path."""

    def write(content, name="my_text.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home without a cache, and no folder that is said to have the data."""
    monkeypatch.delenv("GPT_PROBABLY_DATA", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def network(monkeypatch):
    """A network that holds one text, which is taken for TinyShakespeare; lists what was asked."""

    class Network:
        content, asked = ENOUGH.encode(), []

        def urlopen(self, url, timeout):
            self.asked.append(url)
            return io.BytesIO(self.content)

    network = Network()
    monkeypatch.setattr(urllib.request, "urlopen", network.urlopen)
    sha256 = hashlib.sha256(network.content).hexdigest()
    monkeypatch.setattr(corpora, "SHAKESPEARE_SHA256", sha256)
    network.asked = []
    return network


@pytest.fixture
def offline(monkeypatch):
    def urlopen(*args, **options):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)


def test_the_playwright_is_written_on_the_spot_and_its_floor_is_known(offline):
    corpus = corpora.load()
    assert corpus.name == "playwright"
    assert corpus.text == playwright.write(1_000_000, 1564) == corpora.load("playwright").text
    assert corpus.floor == pytest.approx(corpus.entropy_rate * math.log(2))
    assert corpus.entropy_rate == playwright.entropy_rate()


def test_a_file_is_loaded_under_its_name_and_its_floor_is_unknown(write):
    corpus = corpora.load(write(ENOUGH))
    assert (corpus.name, corpus.text) == ("my_text", ENOUGH)
    assert corpus.entropy_rate is None and corpus.floor is None


def test_a_path_may_be_a_string_and_begin_at_home(write, home, monkeypatch):
    path = write(ENOUGH)
    monkeypatch.setenv("HOME", str(home))
    assert corpora.load(str(path)) == corpora.load("~/my_text.txt")


def test_a_byte_order_mark_is_no_part_of_the_text(write):
    assert corpora.load(write(b"\xef\xbb\xbf" + ENOUGH.encode())).text == ENOUGH


def test_line_ends_of_windows_become_newlines(write):
    assert corpora.load(write(ENOUGH.replace("\n", "\r\n"))).text == ENOUGH


def test_letters_beyond_ascii_survive(write):
    text = "Größe, 猫 — ♥\n" * 200
    assert corpora.load(write(text)).text == text


@pytest.mark.parametrize("name", ["hamlet", "no/such/file.txt", ""])
def test_a_missing_file_is_refused_with_the_names_that_are_known(name):
    message = f"'playwright', 'tinyshakespeare' or the path .* no file {name!r}"
    with pytest.raises(ValueError, match=message):
        corpora.load(name)


def test_a_folder_is_not_a_text(tmp_path):
    with pytest.raises(ValueError, match="there is no file"):
        corpora.load(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "at least 1,000 characters to learn from; got 0"),
        (" \n" * 5_000, "at least 1,000 characters to learn from; got 0"),
        ("x" * 999, "at least 1,000 characters to learn from; got 999"),
        ("\0".join(ENOUGH), "it holds NUL bytes, so it looks like a binary file"),
        (ENOUGH.encode() + b"\xff", f"must be UTF-8 text; byte {len(ENOUGH)} is not"),
        ("Größe".encode("latin-1") * 500, "must be UTF-8 text; byte 2 is not"),
        (ENOUGH.encode("utf-16"), "must be UTF-8 text; byte 0 is not"),
    ],
)
def test_a_file_that_is_no_text_to_learn_from_is_refused(write, content, message):
    with pytest.raises(ValueError, match=message) as error:
        corpora.load(path := write(content))
    assert str(path) in str(error.value)


def test_a_thousand_characters_are_enough(write):
    assert len(corpora.load(write("x" * corpora.SHORTEST)).text) == 1_000


def test_the_position_of_a_bad_byte_counts_the_byte_order_mark(write):
    content = b"\xef\xbb\xbf" + ENOUGH.encode() + b"\xff"
    with pytest.raises(ValueError, match=f"byte {len(content) - 1} is not"):
        corpora.load(write(content))


# TinyShakespeare


def test_the_folder_of_the_data_is_used_before_anything_else(write, network, monkeypatch):
    path = write(network.content, "tinyshakespeare.txt")
    monkeypatch.setenv("GPT_PROBABLY_DATA", str(path.parent))
    corpus = corpora.load("tinyshakespeare")
    assert (corpus.name, corpus.text) == ("tinyshakespeare", ENOUGH)
    assert network.asked == []


def test_a_file_with_another_sha256_is_refused(write, monkeypatch):
    path = write(ENOUGH, "tinyshakespeare.txt")
    monkeypatch.setenv("GPT_PROBABLY_DATA", str(path.parent))
    found = hashlib.sha256(ENOUGH.encode()).hexdigest()
    with pytest.raises(ValueError, match="must be TinyShakespeare with sha256 86c4e6aa9db7") as e:
        corpora.load("tinyshakespeare")
    assert str(path) in str(e.value) and found[:12] in str(e.value)


def test_a_folder_of_the_data_without_the_text_is_said(home, network, monkeypatch):
    """Neither the cache nor the network takes its place: who sets it means it."""
    corpora.load("tinyshakespeare")
    monkeypatch.setenv("GPT_PROBABLY_DATA", str(home / "nowhere"))
    with pytest.raises(
        ValueError, match="GPT_PROBABLY_DATA must name a folder that holds"
    ) as error:
        corpora.load("tinyshakespeare")
    assert str(home / "nowhere" / "tinyshakespeare.txt") in str(error.value)


def test_without_network_the_error_says_what_to_do(home, offline):
    with pytest.raises(ConnectionError, match="Network is unreachable") as error:
        corpora.load("tinyshakespeare")
    for advice in ("GPT_PROBABLY_DATA", "tinyshakespeare.txt", "corpora.load('playwright')"):
        assert advice in str(error.value)


def test_a_download_is_kept_and_not_fetched_again(home, network, monkeypatch):
    assert corpora.load("tinyshakespeare").text == ENOUGH
    assert network.asked == [corpora.SHAKESPEARE_URL]
    monkeypatch.setattr(urllib.request, "urlopen", None)  # whoever asks now fails
    assert corpora.load("tinyshakespeare").text == ENOUGH


def test_a_wrong_download_is_refused_and_not_kept(home, network):
    network.content = b"<html>Please log in</html>"
    with pytest.raises(ValueError, match="damaged or another text") as error:
        corpora.load("tinyshakespeare")
    assert corpora.SHAKESPEARE_URL in str(error.value)
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_a_download_is_kept_whole_or_not_at_all(home, network, monkeypatch):
    def replace(*paths):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OSError, match="No space left"):
        corpora.load("tinyshakespeare")
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_a_download_that_breaks_off_is_a_connection_error(home, network, monkeypatch):
    class Broken(io.BytesIO):
        def read1(self, size):
            raise IncompleteRead(b"First Citizen")

    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: Broken())
    with pytest.raises(ConnectionError, match="GPT_PROBABLY_DATA"):
        corpora.load("tinyshakespeare")


def test_tinyshakespeare_is_the_text_of_the_lectures(needs_tinyshakespeare, monkeypatch):
    monkeypatch.setenv("GPT_PROBABLY_DATA", str(needs_tinyshakespeare.parent))
    text = corpora.load("tinyshakespeare").text
    assert len(text) == 1_115_394  # as many as bytes: all ASCII
    assert len(set(text)) == 65
    assert text.startswith("First Citizen:\n")
