"""Whether a checkpoint on disk can be believed: whole, unchanged, and nothing in it runs.

about.json of a checkpoint is written last. It holds the sha256 of everything else, so that a folder
without it is unfinished, and one that differs from it is damaged.
"""

import hashlib
import json
import pickle
from pathlib import Path

import torch

from helpers.basics.files import write_atomically

ABOUT, INDEX = "about.json", ".metadata"
# DCP's index is a pickle. These names, and those of dtypes, are all that one of tensors consists
# of; with any other it might run code from the file.
HARMLESS = {
    "torch.distributed.checkpoint.metadata": "Metadata TensorStorageMetadata TensorProperties "
    "ChunkStorageMetadata MetadataIndex StorageMeta _MEM_FORMAT_ENCODING".split(),
    "torch.distributed.checkpoint.filesystem": ["_StorageInfo"],
    "torch.serialization": ["_get_layout"],
    **dict.fromkeys(["pathlib", "pathlib._local"], ["PosixPath", "WindowsPath"]),
    "torch": ["Size", *(name for name, x in vars(torch).items() if isinstance(x, torch.dtype))],
}


def sign(path: Path, about: str) -> None:
    """Write what there is to say about a checkpoint, and the sha256 of all its files."""
    content = {"about": about, "sha256": _digest(path, about)}
    write_atomically(path / ABOUT, json.dumps(content).encode())


class _Harmless(pickle.Unpickler):
    """Reads DCP's index, and refuses to look up anything that an index of tensors does not need."""

    def find_class(self, module: str, name: str):
        if name not in HARMLESS.get(module, []):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def opened(path: Path) -> dict | None:
    """What a checkpoint says of itself; None if it is damaged, or would run code."""
    try:
        content = json.loads((path / ABOUT).read_text(encoding="utf-8"))
        if content["sha256"] != _digest(path, content["about"]):
            return None
        with (path / INDEX).open("rb") as index:
            _Harmless(index).load()
        return json.loads(content["about"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pickle.UnpicklingError):
        return None


def _digest(path: Path, about: str) -> str:
    """sha256 of all files of a checkpoint, their names, and what is said about them."""
    digest = hashlib.sha256(about.encode())
    for file in sorted(path.iterdir()):
        if file.name != ABOUT:
            digest.update(file.name.encode())
            with file.open("rb") as content:
                while part := content.read(1 << 20):
                    digest.update(part)
    return digest.hexdigest()
