"""A download that ends: all of it in time and of a bearable length, or an error."""

import threading
import time
import urllib.request
from http.client import HTTPException, IncompleteRead

CHUNK = 1 << 16  # bytes read at once


def fetch(url: str, seconds: float, most: int) -> bytes:
    """What stands at an address; ConnectionError unless all of it comes and nothing beyond.

    seconds: for the whole of it, however slowly the other side speaks. most: bytes.
    """
    found: list[bytes | Exception] = [TimeoutError(f"it takes longer than {seconds:g} s")]
    reader = threading.Thread(target=_try, args=(url, seconds, most, found), daemon=True)
    reader.start()
    reader.join(seconds)  # nothing else ends the search for a name, or a wait for a silent peer
    if isinstance(found[-1], bytes):
        return found[-1]
    raise ConnectionError(f"{url} cannot be read: {found[-1]}. Try again when online.")


def _try(url: str, seconds: float, most: int, found: list[bytes | Exception]) -> None:
    until = time.monotonic() + seconds
    try:
        result = _read(url, seconds, most, until)
    except (OSError, HTTPException) as error:
        result = error
    if time.monotonic() < until:  # what ends later may be cut, and the first that is found says so
        found.append(result)


def _read(url: str, seconds: float, most: int, until: float) -> bytes:
    content = b""
    with urllib.request.urlopen(url, timeout=seconds) as answer:
        while time.monotonic() < until and (chunk := answer.read1(CHUNK)):
            content += chunk
            if len(content) > most:
                raise ConnectionError(f"it is longer than {most:,} bytes. Try another address.")
        if rest := getattr(answer, "length", None):  # bytes that were promised and did not come
            raise IncompleteRead(content, rest)
    return content
