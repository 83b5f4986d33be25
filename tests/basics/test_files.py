"""A file is written whole or not at all, several together or not, by one process at a time."""

import errno
import os
import shutil
import subprocess
import sys
from functools import partial

import pytest
from kernel_environment import ROOT

from helpers.basics import files
from helpers.basics.files import alone, replacing, settle, write_atomically, write_together

OLD, NEW = {"a": b"old a", "b": b"old b", "c": b"old c"}, {"a": b"new a", "b": b"new b", "c": None}


def full(*arguments):
    raise OSError(errno.ENOSPC, "No space left on device")


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch, step):
    path = tmp_path / "notes.txt"
    write_atomically(path, b"old")
    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr(os, step, full)
        write_atomically(path, b"new and longer")
    assert content(tmp_path) == {"notes.txt": b"old"}
    write_atomically(path, b"new and longer")
    assert content(tmp_path) == {"notes.txt": b"new and longer"}


def test_an_interrupt_while_writing_leaves_what_was_there(tmp_path):
    path = tmp_path / "deep" / "notes.txt"
    write_atomically(path, b"old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as file:
        file.write(b"new")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old" and list(path.parent.iterdir()) == [path]


def test_what_cannot_be_written_is_said_in_one_sentence_with_its_place(tmp_path, monkeypatch):
    blocked = tmp_path / "file" / "notes.txt"
    blocked.parent.write_bytes(b"")
    for write in (lambda: write_atomically(blocked, b"x"), lambda: write_together(blocked, NEW)):
        with pytest.raises(OSError, match=r"must be in a place .* got: .*\. Free some space") as e:
            write()
        assert str(blocked) in str(e.value) and "Errno" not in str(e.value)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"got: No space left on device\. Free some space") as e:
        write_together(tmp_path / "folder", NEW)
    assert "Errno" not in str(e.value)


# What killed processes leave


def die_at(doing, path):
    """Another process does something with a path, and is killed at it."""
    known = "import os, sys; from pathlib import Path; from helpers.basics.files import *\n"
    program = f"{known}path = Path(sys.argv[1])\n{doing}"
    assert subprocess.run([sys.executable, "-c", program, path], cwd=ROOT).returncode == 9


@pytest.fixture
def left_behind(tmp_path):
    """What a process left that was killed while it wrote."""
    die_at(
        "with replacing(path) as file:\n    file.write(b'half'); os._exit(9)",
        tmp_path / "notes.txt",
    )
    (left,) = tmp_path.iterdir()
    return left


@pytest.mark.skipif(files.flock is None, reason="Windows locks in another way")
def test_the_next_write_sweeps_what_a_killed_process_left(tmp_path, left_behind):
    write_atomically(tmp_path / "notes.txt", b"whole")
    assert content(tmp_path) == {"notes.txt": b"whole"}
    shutil.copy(tmp_path / "notes.txt", left_behind)
    write_together(tmp_path, {"notes.txt": b"again"})
    assert content(tmp_path) == {"notes.txt": b"again"}


@pytest.mark.skipif(files.flock is None, reason="Windows locks in another way")
def test_what_is_still_written_to_is_not_swept_and_the_last_one_counts(tmp_path):
    path = tmp_path / "notes.txt"
    with replacing(path) as slow:
        slow.write(b"slow")
        write_atomically(path, b"quick")
        assert path.read_bytes() == b"quick"
    assert content(tmp_path) == {"notes.txt": b"slow"}


# Together


def moments(monkeypatch, folder, copies):
    """Copies of a folder as it is before every step that reaches the disk: as a kill leaves it."""

    def copied(work, *arguments):
        shutil.copytree(folder, copies / str(len(list(copies.iterdir()))))
        return work(*arguments)

    for name in ("fsync", "replace"):
        monkeypatch.setattr(os, name, partial(copied, getattr(os, name)))


@pytest.fixture
def killed(tmp_path, monkeypatch):
    """What kills leave while OLD becomes NEW, in the order of time."""
    folder, copies = tmp_path / "folder", tmp_path / "copies"
    write_together(folder, OLD)
    copies.mkdir()
    with monkeypatch.context() as watched:
        moments(watched, folder, copies)
        write_together(folder, NEW)
    return sorted(copies.iterdir(), key=lambda path: int(path.name))


def test_files_that_belong_together_are_all_old_or_all_new(killed):
    seen = []
    for folder in killed:
        settle(folder)
        found = {name: text for name, text in content(folder).items() if name in OLD}
        assert found in (OLD, {"a": b"new a", "b": b"new b"})
        seen.append(found == OLD)
    assert seen == sorted(seen, reverse=True) and {*seen} == {True, False}


def test_whatever_a_kill_left_the_next_write_is_whole_and_leaves_nothing_else(killed):
    for folder in killed:
        write_together(folder, OLD)
        assert content(folder) == OLD
        assert all(path.is_file() for path in folder.iterdir())


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_an_error_while_writing_together_leaves_what_was_there(tmp_path, monkeypatch, step):
    write_together(tmp_path, OLD | {"d": b"another's"})
    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr(os, step, full)
        write_together(tmp_path, NEW)
    assert content(tmp_path) == OLD | {"d": b"another's"}
    write_together(tmp_path, NEW)
    assert content(tmp_path) == {"a": b"new a", "b": b"new b", "d": b"another's"}


# One at a time


@pytest.mark.skipif(files.flock is None, reason="Windows locks in another way")
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_two_on_one_file_are_refused_until_the_first_has_ended(tmp_path, kind):
    path = tmp_path / "there"
    if kind == "folder":
        path.mkdir()
    with alone(path):
        with pytest.raises(ValueError, match="by one process at a time; .* Wait until") as e:
            alone(path).__enter__()
        assert str(path) in str(e.value)
        with alone(tmp_path / "elsewhere"):
            pass
    with pytest.raises(KeyboardInterrupt), alone(path):
        raise KeyboardInterrupt
    with alone(path):
        pass
    assert [p.name for p in tmp_path.rglob("*")] == ([] if kind == "file" else ["there"])


@pytest.mark.skipif(files.flock is None, reason="Windows locks in another way")
def test_the_lock_of_a_killed_process_holds_nobody_up(tmp_path):
    die_at("with alone(path):\n    os._exit(9)", tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == [".run.lock"]
    with alone(tmp_path / "run"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_knows_no_locks_is_written_to_all_the_same(tmp_path, monkeypatch):
    def no_locks(*arguments):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(files, "flock", no_locks)
    with alone(tmp_path / "run"):
        write_together(tmp_path, OLD)
        write_atomically(tmp_path / "a", b"new")
    assert content(tmp_path) == OLD | {"a": b"new"}


@pytest.mark.skipif(files.flock is None, reason="Windows locks in another way")
def test_a_lock_that_was_removed_before_it_was_ours_is_made_anew(tmp_path, monkeypatch):
    """Its owner went just then; a third one could make a new file and hold that."""
    opened = []

    def late(file, how, lock=files.flock):
        if not opened:
            os.unlink(file.name)
        opened.append(file)
        lock(file, how)

    monkeypatch.setattr(files, "flock", late)
    with alone(tmp_path / "run"):
        assert [path.name for path in tmp_path.iterdir()] == [".run.lock"]
        with pytest.raises(ValueError, match="by one process at a time"):
            alone(tmp_path / "run").__enter__()
    assert len(opened) == 3


def test_a_disk_that_counts_its_files_anew_each_time_is_written_to(tmp_path, monkeypatch):
    monkeypatch.setattr(os.path, "samestat", lambda one, other: False)
    write_together(tmp_path, OLD)
    assert content(tmp_path) == OLD
