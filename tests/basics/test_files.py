"""A file is written whole or not at all."""

import os

import pytest

from helpers.basics.files import replacing, write_atomically


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch, step):
    path = tmp_path / "notes.txt"
    write_atomically(path, b"old")

    def full(*arguments):
        raise OSError("No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr(os, step, full)
        write_atomically(path, b"new and longer")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    write_atomically(path, b"new and longer")
    assert path.read_bytes() == b"new and longer"


def test_an_interrupt_while_writing_leaves_what_was_there(tmp_path):
    path = tmp_path / "deep" / "notes.txt"
    write_atomically(path, b"old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as file:
        file.write(b"new")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old" and list(path.parent.iterdir()) == [path]
