"""A writer of GGUF files for tests, so that small, strange and broken ones can be made."""

import struct
from pathlib import Path

import torch

TEXT, LIST, UINT, FLOAT, BOOL = 8, 9, 4, 6, 7


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def typed(value) -> bytes:
    """A value behind the number of its type."""
    if isinstance(value, bool):
        return struct.pack("<I?", BOOL, value)
    if isinstance(value, str):
        return struct.pack("<I", TEXT) + text(value)
    if isinstance(value, float):
        return struct.pack("<If", FLOAT, value)
    if isinstance(value, int):
        return struct.pack("<II", UINT, value)
    inside = b"".join(typed(one)[4:] for one in value)
    return struct.pack("<I", LIST) + typed(value[0])[:4] + struct.pack("<Q", len(value)) + inside


def padded(content: bytes, unit: int) -> bytes:
    return content + bytes(-len(content) % unit)


def write(path: Path, settings: dict, tensors: dict, version: int = 3) -> Path:
    """tensors: name -> float tensor, or (shape, number of its type, bytes)."""
    unit = settings.get("general.alignment", 32)
    header = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(settings))
    header += b"".join(text(name) + typed(value) for name, value in settings.items())
    data = b""
    for name, tensor in tensors.items():
        if isinstance(tensor, torch.Tensor):
            tensor = tuple(tensor.shape), 0, tensor.contiguous().numpy().tobytes()
        shape, kind, content = tensor
        header += text(name) + struct.pack("<I", len(shape))
        header += struct.pack(f"<{len(shape)}QIQ", *shape[::-1], kind, len(data))
        data = padded(data + content, unit)
    path.write_bytes(padded(header, unit) + data)
    return path
