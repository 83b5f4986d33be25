"""Token shards: every token of every document is there, once, in its part."""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from kernel_environment import ROOT

from helpers.text import batches, playwright, prepare, stream, tokenizers
from helpers.text.shards import Shards
from helpers.text.special import END
from helpers.text.tokenizers import CharTokenizer


def all_tokens(folder, part):
    return np.concatenate([*Shards(folder, part).arrays, np.array([], dtype="<u2")])


@pytest.fixture
def text(tmp_path):
    text = playwright.write(30_000, seed=4)
    (tmp_path / "play.txt").write_text(text, encoding="utf-8")
    return text


@pytest.fixture
def folder(text, tmp_path):
    prepare.prepare([tmp_path / "play.txt"], tmp_path / "shards", "bpe:400", 0.1, 1000)
    return tmp_path / "shards"


def test_a_text_comes_back_from_its_shards(folder, text):
    tokenizer, end = tokenizers.load(folder), 399
    train, validation = all_tokens(folder, "train"), all_tokens(folder, "validation")
    for tokens in (train, validation):  # each is a document, and ends as one
        assert tokens[-1] == end == tokenizer.end_of_text and end not in tokens[:-1]
    assert tokenizer.decode(train[:-1]) + tokenizer.decode(validation[:-1]) == text
    assert len(tokenizer.decode(validation[:-1])) / len(text) == pytest.approx(0.1, abs=0.02)
    assert len(train) > 5000 and {len(a) for a in Shards(folder).arrays[:-1]} == {1000}


def test_documents_in_lines_are_kept_apart(tmp_path):
    documents = [playwright.write(500, seed) for seed in range(20)]
    lines = [json.dumps({"text": text, "id": i}) for i, text in enumerate(documents)]
    (tmp_path / "plays.jsonl").write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    meta = prepare.prepare([tmp_path / "plays.jsonl"], tmp_path / "out", "bpe:300", 0.1)
    tokenizer = tokenizers.load(tmp_path / "out")
    for part, expected in (("train", 18), ("validation", 2)):
        tokens = all_tokens(tmp_path / "out", part)
        assert (tokens == meta["end_of_text"]).sum() == expected
    found = np.split(tokens, np.flatnonzero(tokens == meta["end_of_text"]) + 1)[:-1]
    assert [tokenizer.decode(d[:-1]) for d in found] == [documents[9], documents[19]]


def test_the_meta_file_has_the_sha256_of_all_tokens_of_a_part(folder):
    for part, digest in Shards(folder, part="train").meta["sha256"].items():
        files = sorted(folder.glob(f"{part}_*.bin"))
        assert digest == hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()
    assert {"train", "validation"} == {*Shards(folder).meta["sha256"]}


def test_windows_are_those_of_the_files_put_behind_each_other(folder):
    shards = Shards(folder)
    x, y = shards.windows(range(shards.room(16)), 16)
    assert torch.equal(x[:, 1:], y[:, :-1])
    starts = [torch.arange(len(a) - 16) for a in shards.arrays]
    expected = [
        batches.windows(torch.from_numpy(a.astype(np.int64)), s, 16)[0]
        for a, s in zip(shards.arrays, starts, strict=True)
    ]
    assert torch.equal(x, torch.cat(expected)) and x.dtype == torch.int64


def test_a_sample_is_the_same_for_the_same_generator_and_reaches_every_file(folder):
    shards = Shards(folder)
    x, y = shards.sample(400, 8, torch.Generator().manual_seed(1))
    again, _ = shards.sample(400, 8, torch.Generator().manual_seed(1))
    assert torch.equal(x, again) and x.shape == y.shape == (400, 8)
    whole = torch.from_numpy(all_tokens(folder, "train").astype(np.int64))
    everywhere = {tuple(w.tolist()) for w in whole.unfold(0, 8, 1)}
    assert all(tuple(row.tolist()) in everywhere for row in x)


def test_a_large_vocabulary_has_four_bytes_a_token(tmp_path, monkeypatch, text):
    large = CharTokenizer(map(chr, range(0x10000, 0x21170)), [END])
    monkeypatch.setattr(large, "encode_ordinary", lambda text: [69_999] * len(text))
    monkeypatch.setattr(prepare, "_tokenizer", lambda *_: large)
    meta = prepare.prepare([tmp_path / "play.txt"], tmp_path / "big")
    assert meta["dtype"] == "<u4"
    assert set(all_tokens(tmp_path / "big", "train")) == {69_999, meta["end_of_text"]}


@pytest.mark.parametrize(
    ("content", "validation", "message"),
    [
        ("", 0.1, "must not be empty"),
        ("a b" * 10, 0, "at least 50 tokens; train has 31. Use a longer text"),
        ("ab " * 99, 0.01, "at least 50 tokens; validation has 3"),
        ("ab " * 99, 1e-9, "validation has 0.*change the share of validation = 1e-09"),
    ],
)
def test_an_empty_or_tiny_part_is_refused_and_nothing_is_left(
    tmp_path, content, validation, message
):
    (tmp_path / "tiny.txt").write_text(content)
    with pytest.raises(ValueError, match=message):
        prepare.prepare([tmp_path / "tiny.txt"], tmp_path / "out", "bpe:257", validation)
    assert not (tmp_path / "out").exists()


def test_no_validation_part_is_made_where_none_is_asked_for(tmp_path, text):
    meta = prepare.prepare([tmp_path / "play.txt"], tmp_path / "out", "bpe:300", 0)
    assert meta["tokens"]["validation"] == 0 and not [*tmp_path.glob("out/validation*")]


def test_a_text_of_many_pieces_has_the_tokens_of_the_whole(tmp_path, text, monkeypatch):
    monkeypatch.setattr(stream, "AT_ONCE", 500)
    monkeypatch.setattr(prepare, "AT_ONCE", 1000)
    prepare.prepare([tmp_path / "play.txt"], tmp_path / "out", "bpe:400", 0, shard_tokens=777)
    tokenizer = tokenizers.load(tmp_path / "out")
    tokens = all_tokens(tmp_path / "out", "train")
    assert tokens.tolist() == [*tokenizer.encode(text), tokenizer.end_of_text]
    assert {len(a) for a in Shards(tmp_path / "out").arrays[:-1]} == {777}


def test_a_million_blanks_and_a_long_word_are_prepared(tmp_path, text):
    run = " " * 1_100_000 + "y" * 100_000
    (tmp_path / "runs.txt").write_text(text + run + text, encoding="utf-8")
    prepare.prepare([tmp_path / "runs.txt"], tmp_path / "out", "bpe:300", 0)
    tokenizer, tokens = tokenizers.load(tmp_path / "out"), all_tokens(tmp_path / "out", "train")
    assert tokenizer.decode(tokens[:-1]) == text + run + text


def test_the_name_of_a_special_token_in_a_document_is_plain_text(tmp_path):
    lines = [json.dumps({"text": f"say {END} to {i}"}) for i in range(20)]
    (tmp_path / "x.jsonl").write_text("\n".join(lines), encoding="utf-8")
    prepare.prepare([tmp_path / "x.jsonl"], tmp_path / "out", "bpe:257", 0)
    assert (all_tokens(tmp_path / "out", "train") == 256).sum() == 20


def test_a_tokenizer_of_a_folder_gets_the_end_of_a_text_once(tmp_path, text):
    (tmp_path / "chars").mkdir()
    (tmp_path / "chars" / "tokenizer.json").write_text(CharTokenizer(text).to_json(), "utf-8")
    first = prepare.prepare([tmp_path / "play.txt"], tmp_path / "a", str(tmp_path / "chars"))
    again = prepare.prepare([tmp_path / "play.txt"], tmp_path / "b", str(tmp_path / "a"))
    assert first["vocab_size"] == again["vocab_size"] == len(set(text)) + 1
    assert first["end_of_text"] == again["end_of_text"] == len(set(text))


def test_shards_know_their_tokenizer_also_older_ones(folder):
    assert Shards(folder).tokenizer().special == {END: 399}
    old = json.loads((folder / "tokenizer.json").read_text("utf-8")) | {"special": []}
    (folder / "tokenizer.json").write_text(json.dumps(old), "utf-8")
    assert Shards(folder).tokenizer().special == {END: 399}
    (folder / "tokenizer.json").unlink()
    assert Shards(folder).tokenizer() is None


MEMORY = """
import resource, sys
from helpers.text import prepare
scale = 2**20 if sys.platform == "darwin" else 2**10
prepare.prepare([sys.argv[1]], sys.argv[1] + ".out", "bpe:300")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such measure")
def test_three_times_the_text_needs_no_more_memory(tmp_path):
    """6 and 18 MB, each one line; a list of all tokens would be 100 MB longer."""
    text, peaks = playwright.write(1_000_000, seed=1).replace("\n", " "), []
    for times in (6, 18):
        path = tmp_path / f"{times}.txt"
        path.write_text(text * times, encoding="utf-8")
        line = [sys.executable, "-c", MEMORY, str(path)]
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
        peaks.append(float(done.stdout))
    assert abs(peaks[1] - peaks[0]) < 50, peaks


def test_an_unfinished_folder_is_refused(folder):
    (folder / "meta.json").unlink()
    with pytest.raises(ValueError, match="must be a folder of token shards.*helpers.text.prepare"):
        Shards(folder)


def test_a_lost_file_is_noticed(folder):
    (folder / "train_00001.bin").unlink()
    with pytest.raises(ValueError, match="its files have .*Prepare the text again"):
        Shards(folder)


def test_a_window_longer_than_a_file_is_refused(folder):
    with pytest.raises(ValueError, match="longer than block_size = 1000 tokens"):
        Shards(folder).sample(2, 1000)


def test_a_folder_with_files_is_not_overwritten(folder, tmp_path):
    with pytest.raises(
        ValueError, match="must be an empty folder or a new one; something is there"
    ):
        prepare.prepare([tmp_path / "play.txt"], folder)


def test_the_smallest_vocabulary_is_the_bytes_and_the_end_of_a_document(tmp_path, text):
    meta = prepare.prepare([tmp_path / "play.txt"], tmp_path / "out", "bpe:257")
    assert (meta["vocab_size"], meta["end_of_text"]) == (257, 256)


def test_the_command_says_what_it_did_or_what_is_wrong(tmp_path, text, capsys):
    out = ["--out", str(tmp_path / "out"), "--tokenizer", "bpe:300"]
    assert prepare.main([*out, str(tmp_path / "play.txt")]) == 0
    assert "train: " in capsys.readouterr().out
    (tmp_path / "x.jsonl").write_text('{"text": "%s"}\n?\n' % ("to be " * 99), encoding="utf-8")
    out[1] += "3"
    out += ["--skip-bad-lines", "--validation=0"]
    assert prepare.main([*out, str(tmp_path / "x.jsonl")]) == 0
    assert "x.jsonl: 1 bad lines left out" in capsys.readouterr().out
    assert prepare.main(["--out", str(tmp_path / "out2"), str(tmp_path / "nothing.txt")]) == 1
    assert "missing: " in capsys.readouterr().err
