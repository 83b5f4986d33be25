"""Files: written whole or not at all, whatever happens in between, and by one process at a time.

What is not finished yet stands beside its place as `.NAME.….unfinished`, locked by its writer. A
lock of the system ends with its process, however that ends, so what is unlocked was left behind.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import BinaryIO

try:
    from fcntl import LOCK_EX, LOCK_NB, flock
except ImportError:  # Windows locks in another way: there nobody is refused and nothing is swept
    flock = None

TOGETHER = ".together"  # holds files that are whole and on the way to their places


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write into; it takes its place in one step, when all of it is on the disk.

    It is written beside its place first. An error or a Ctrl-C inside leaves what was there before;
    what a killed process left beside it is removed. OSError if it cannot be written.
    """
    with _said(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.unfinished")
        while (file := _held(temporary)) is None:
            pass  # somebody is just looking whether it was left behind
        try:
            yield file
            _on_the_disk(file)  # before the old one goes
            if flock is None:
                file.close()  # Windows moves no open file
            os.replace(temporary, path)
        finally:
            file.close()
            temporary.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; its folder is made."""
    with replacing(path) as file:
        file.write(content)


def write_together(folder: Path, contents: dict[str, bytes | None]) -> None:
    """Write several files of a folder, all of them or none; None removes one.

    They are written into a folder inside it. As soon as that has its final name they count:
    `settle` brings them to their places, at once or after a kill. Other files stay as they are.
    ValueError while another process does the same, OSError if they cannot be written.
    """
    unfinished = folder / f"{TOGETHER}.unfinished"
    with _said(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with alone(folder), _said(folder):
        settle(folder)
        try:
            shutil.rmtree(unfinished, ignore_errors=True)  # a killed process left it
            unfinished.mkdir()
            for name, content in contents.items():
                _sweep(folder / name)
                with open(unfinished / name, "wb") as file:
                    file.write(content or b"")  # no file that counts is empty
                    _on_the_disk(file)
            os.replace(unfinished, folder / TOGETHER)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        settle(folder)


def settle(folder: Path) -> None:
    """Finish what a killed `write_together` began: to be called before its files are read."""
    together = folder / TOGETHER
    if not together.is_dir():
        return
    with _said(folder):
        for path in together.iterdir():
            with suppress(FileNotFoundError):  # another process does the same
                if path.stat().st_size == 0:
                    (folder / path.name).unlink(missing_ok=True)
                    path.unlink()
                else:
                    os.replace(path, folder / path.name)
        with suppress(FileNotFoundError):
            together.rmdir()


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Inside, no other process is in here with the same file or folder: ValueError if one is."""
    if flock is None:
        yield
        return
    lock = path / ".lock" if path.is_dir() else path.with_name(f".{path.name}.lock")
    with _said(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = _held(lock)
    if file is None:
        raise ValueError(
            f"{path} must be written by one process at a time; another one is at it. "
            "Wait until it has ended, or choose another path."
        )
    with file:
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _held(path: Path) -> BinaryIO | None:
    """The file at a path, made if need be and ours until it is closed; None if it is another's."""
    while True:
        file = open(path, "ab")  # noqa: SIM115  the caller closes it
        if _locked(file) is False:
            file.close()
            return None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()  # it was removed between its opening and its lock


def _locked(file: BinaryIO) -> bool | None:
    """Whether the file is now ours; None where nothing can be locked."""
    try:
        return flock and flock(file, LOCK_EX | LOCK_NB) is None
    except BlockingIOError:
        return False
    except OSError:
        return None


def _sweep(path: Path) -> None:
    """Remove what killed processes left of a file: what is still written to is locked."""
    for left in path.parent.glob(f".{escape(path.name)}.*.unfinished"):
        with suppress(OSError), open(left, "rb+") as file:
            if _locked(file):
                left.unlink()


def _on_the_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """What the system refuses, as a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno is None:  # it is one already
            raise
        raise OSError(
            f"{path} must be in a place that can be written to; got: {error.strerror}. "
            "Free some space or choose another path; what stood there before is kept."
        ) from error
