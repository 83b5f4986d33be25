"""What prepare refuses: files that are no text, settings that cannot be, a folder with files."""

import pytest

from helpers.text import prepare


@pytest.fixture
def text(tmp_path):
    (tmp_path / "play.txt").write_text("to be or not to be\n" * 200, encoding="utf-8")


@pytest.mark.parametrize("line", ["no json", "[]", '{"title": "x"}', '{"text": 5}'])
def test_a_line_without_text_is_named(tmp_path, line):
    (tmp_path / "plays.jsonl").write_text(f'{{"text": "good"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r'plays.jsonl, line 2 must be JSON with a "text"'):
        prepare.prepare([tmp_path / "plays.jsonl"], tmp_path / "out", "bpe:300")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "image.png").write_bytes(b"\x89PNG\xff" * 100)
    with pytest.raises(ValueError, match="image.png must be UTF-8 text"):
        prepare.prepare([tmp_path / "image.png"], tmp_path / "out", "bpe:300")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"validation": 0.7}, "share in 0 … 0.5; got 0.7"),
        ({"shard_tokens": 0}, "shard_tokens must be a whole number ≥ 1; got 0"),
        ({"shard_tokens": 1.5}, "shard_tokens must be a whole number ≥ 1; got 1.5"),
        ({"tokenizer": "bpe:10"}, "bpe:N must be a whole number ≥ 257; got 10.* Try bpe:8192"),
        ({"tokenizer": "bpe:256"}, "bpe:N must be a whole number ≥ 257; got 256.* Try bpe:8192"),
        ({"tokenizer": "bpe:abc"}, "whole number ≥ 257; got 'abc'.* Try bpe:8192"),
        ({"tokenizer": "bpe:"}, "whole number ≥ 257; got ''.* Try bpe:8192"),
        ({"tokenizer": "bert"}, "must be gpt2, gpt4, bpe:N or a folder .*; got 'bert'. Try bpe:8"),
    ],
)
def test_impossible_settings_are_refused_before_anything_is_written(
    tmp_path, text, options, message
):
    with pytest.raises(ValueError, match=message):
        prepare.prepare(
            [tmp_path / "play.txt"], tmp_path / "out", **{"tokenizer": "bpe:300", **options}
        )
    assert not list(tmp_path.glob("out/*"))


def test_a_file_in_the_place_of_the_folder_is_not_overwritten(tmp_path, text):
    with pytest.raises(ValueError, match="play.txt must be an empty folder or a new one"):
        prepare.prepare([tmp_path / "play.txt"], tmp_path / "play.txt")
