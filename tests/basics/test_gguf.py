"""The header of a GGUF: every kind of value comes back, and a broken file is one clear error."""

import random

import numpy as np
import pytest
import torch

from helpers.basics.gguf import GGUF
from tests.basics import small_gguf

SETTINGS = {
    "general.architecture": "llama", "a.number": 7, "a.share": 0.5, "on": True, "off": False,
    "empty": "", "greek": "αβγ", "texts": ["a", "", "ä"], "numbers": [1, 2, 3],
    "nested": [["a", "b"], ["c"]],
}  # fmt: skip
TENSORS = {"a": torch.randn(2, 3), "b": torch.randn(5)}


@pytest.fixture
def path(tmp_path):
    return small_gguf.write(tmp_path / "small.gguf", SETTINGS, TENSORS)


def test_settings_and_tensors_come_back(path):
    file = GGUF(path)
    assert file.settings == SETTINGS
    assert {name: stored.shape for name, stored in file.tensors.items()} == {"a": (2, 3), "b": (5,)}
    for name, tensor in TENSORS.items():
        content = file.bytes_of(name, 4 * tensor.numel()).view(np.float32)
        assert content.tolist() == tensor.flatten().tolist()


@pytest.mark.parametrize("alignment", [8, 64])
def test_another_alignment_is_followed(tmp_path, alignment):
    settings = {"general.alignment": alignment}
    path = small_gguf.write(tmp_path / "a.gguf", settings, {"a": torch.arange(3.0)})
    assert GGUF(path).bytes_of("a", 12).view(np.float32).tolist() == [0, 1, 2]


def test_the_header_equals_what_the_package_gguf_reads(needs_smollm):
    gguf = pytest.importorskip("gguf")
    ours, theirs = GGUF(needs_smollm), gguf.GGUFReader(needs_smollm)
    fields = {name: field for name, field in theirs.fields.items() if name[:5] != "GGUF."}
    assert ours.settings == {name: field.contents() for name, field in fields.items()}
    assert {name: (t.shape, t.start) for name, t in ours.tensors.items()} == {
        t.name: (tuple(t.shape[::-1].tolist()), t.data_offset) for t in theirs.tensors
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda content: b"", "cannot"),
        (lambda content: b"GGUF", "requires a buffer"),
        (lambda content: b"<html>" + content, "does not begin with the letters GGUF"),
        (lambda content: content[:4] + b"\x01" + content[5:], "it is of version 1"),
        (lambda content: content[:5] + b"\xff" + content[6:], "it is of version"),
        (lambda content: content[:16] + b"\xff" * 8 + content[24:], ""),
        (lambda content: content[:24] + b"\xff" * 8 + content[32:], "it says a length of"),
        (lambda content: content[:60], "it ends within a text|requires a buffer"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_gguf_is_refused(path, change, reason):
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError, match=rf"must be a whole GGUF file .*({reason}).* Fetch"):
        GGUF(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must be a whole GGUF file .* Fetch the file again"):
        GGUF(tmp_path / "none.gguf")


def test_a_tensor_behind_the_end_is_refused(path):
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ValueError, match="must hold 20 bytes of 'b'; it ends before"):
        GGUF(path).bytes_of("b", 20)


def test_a_header_with_damaged_bytes_is_read_or_refused(path):
    """Whatever byte is damaged, no other error than ours comes out."""
    content, dice, refused = path.read_bytes(), random.Random(0), 0
    for _ in range(1000):
        damaged = bytearray(content)
        for _ in range(dice.choice([1, 1, 3])):
            damaged[dice.randrange(len(content))] = dice.randrange(256)
        path.write_bytes(damaged[: dice.choice([len(content), dice.randrange(len(content))])])
        try:
            GGUF(path)
        except ValueError as error:
            refused += "must be a whole GGUF file" in str(error)
    assert refused > 300
