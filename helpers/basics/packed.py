"""Many numbers as a short text: half as exact as they come, compressed, and readable again.

For records that hold thousands of numbers, such as a model's logits: JSON writes each in ten or
twenty letters, this in one or two.
"""

import base64
import zlib

import numpy as np

KEY = "float16"


def pack(numbers: np.ndarray) -> dict[str, object]:
    """Numbers as a dict that JSON can write: three digits of each, and the shape.

    ValueError for numbers that 16 bits cannot hold.

    >>> unpack(pack(np.array([[0.5, -3.0]]))).tolist()
    [[0.5, -3.0]]
    """
    numbers = np.asarray(numbers)
    with np.errstate(over="ignore"):
        halves = numbers.astype(np.float16)
    if not np.isfinite(halves).all():
        raise ValueError(
            "Numbers to pack must be finite and below 65,504; got NaN, infinity or larger ones. "
            "Scale them first."
        )
    packed = base64.b64encode(zlib.compress(halves.tobytes(), 9)).decode()
    return {KEY: packed, "shape": list(numbers.shape)}


def unpack(packed: dict[str, object]) -> np.ndarray:
    """The numbers of `pack`, in double precision; ValueError for a text that is damaged."""
    try:
        halves = np.frombuffer(zlib.decompress(base64.b64decode(packed[KEY])), np.float16)
        return halves.reshape(packed["shape"]).astype(np.float64)
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise ValueError(
            f"Packed numbers must be what `pack` wrote; they cannot be read: {error}. "
            "Make the record again."
        ) from None
