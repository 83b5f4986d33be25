"""Documents in files: every one is read whole, however its lines end, and its part is as asked."""

import json
from collections import Counter

import pytest

from helpers.text import corpora, documents, playwright

LINES = [line for line in playwright.write(90_000, seed=1).split("\n") if line][:2000]


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def parts(files, validation, skipped=None):
    """The documents of each part."""
    found, text = {"train": [], "validation": []}, ""
    for part, piece in documents.read(files, validation, skipped):
        if piece is None:
            found[part].append(text)
        text = "" if piece is None else text + piece
    assert text == ""
    return found["train"], found["validation"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("validation", [0.01, 0.1, 0.3, 0.5])
def test_the_validation_part_has_its_share_however_lines_end(tmp_path, end, mark, validation):
    file = write(tmp_path, "text.txt", mark + end.join(LINES) + end)
    (train,), (held_out,) = parts([file], validation)
    text = "\n".join(LINES) + "\n"
    assert train + held_out == text and train.endswith("\n")
    assert 0.85 * validation < len(held_out) / len(text) <= 1.05 * validation


@pytest.mark.parametrize("letter", ["a", "é", "猫", "😀"])
@pytest.mark.parametrize("length", [100, 101, 102, 103, 300_000])
def test_a_text_without_lines_is_cut_between_two_characters(tmp_path, letter, length):
    file = write(tmp_path, "text.txt", letter * length)
    (train,), (held_out,) = parts([file], 0.1)
    assert train + held_out == letter * length
    assert len(held_out) == pytest.approx(0.1 * length, abs=1)


def test_line_ends_and_characters_over_two_blocks_come_back(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "BLOCK", 7)
    text = "Zoë\nnaïve 😀猫\n" * 50
    file = write(tmp_path, "text.txt", "\ufeff" + text.replace("\n", "\r\n"))
    (train,), held_out = parts([file], 0.0)
    assert (train, held_out) == (text, [])


@pytest.mark.parametrize("validation", [0.01, 0.1, 0.25, 0.3, 0.4, 0.5])
def test_of_documents_in_lines_the_share_is_counted_over_all_files(tmp_path, validation):
    lines = "\n".join(json.dumps({"text": str(i)}) for i in range(50))
    files = [write(tmp_path, f"{i}.jsonl", lines) for i in range(10)]
    train, held_out = parts(files, validation)
    assert len(held_out) == round(500 * validation) and len(train) + len(held_out) == 500


@pytest.mark.parametrize("name", ["x.jsonl", "x.ndjson", "x.JSONL"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_both_names_of_the_format_and_all_ends_of_lines_are_known(tmp_path, name, end):
    lines = [json.dumps({"text": f"one\r\n{i}\rtwo"}) for i in range(3)]
    file = write(tmp_path, name, "\ufeff" + end.join(lines))
    assert parts([file], 0.0)[0] == [f"one\n{i}\ntwo" for i in range(3)]


BAD = [b"no json", b"[]", b'{"title": 1}', b'{"text": 5}', b'{"text": "\\ud83d"}', b"\xff\xfe",
       b'{"text": "\xe9"}', b"[" * 100_000, b'{"text": ' + b"1" * 5000 + b"}"]  # fmt: skip


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_named_or_counted_as_asked(tmp_path, line):
    good = json.dumps({"text": "good"}).encode()
    file = write(tmp_path, "x.jsonl", b"\n".join([good, line, good]))
    with pytest.raises(ValueError, match=r'x.jsonl, line 2 must be JSON with a "text".*--skip-bad'):
        parts([file], 0.0)
    skipped = Counter()
    assert parts([file], 0.0, skipped)[0] == ["good", "good"] and skipped == {"x.jsonl": 1}


@pytest.mark.parametrize("content", [b"\x89PNG\xff" * 9, "abc".encode("utf-16-le") * 9, b"ab\xc3"])
def test_a_file_that_is_no_text_is_named(tmp_path, content):
    file = write(tmp_path, "image.png", content)
    with pytest.raises(ValueError, match=r"image.png must be UTF-8 text; it is not \(.*\). Save"):
        parts([file], 0.0)


def test_a_corpus_is_read_by_the_same_rules(tmp_path):
    text = "\n".join(LINES)
    file = write(tmp_path, "text.txt", "\ufeff" + text.replace("\n", "\r"))
    assert corpora.load(file).text == text == parts([file], 0.0)[0][0]
