"""The web book from the notebooks: built, weighed, and read as a visitor does.

    python benchmarks/book.py

Built in a process of its own, served from this machine. Measured on the first chapter, in a browser
that has seen nothing: what is asked for, and the time until its first widget has moved once.
"""

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import measuring  # first: it fixes the threads
from playwright.sync_api import Browser, sync_playwright

from tests.browser import conftest as browser
from tests.browser.test_book import CHAPTERS, Silent

MOST, HEAVIEST, FIRST, MOVES = 60, 20, 0.6, 2  # seconds, MB, MB, seconds
MEGABYTE, TIMES = 1e6, 5
LOOKED = "node => node.getRootNode().querySelector('.picture').innerHTML"
MOVED = f"([node, before]) => ({LOOKED})(node) !== before"


def seconds(folder: Path) -> float:
    """One build into a folder. CalledProcessError if Sphinx warns."""
    command = [sys.executable, measuring.ROOT / "tools" / "build_book.py", "--out", folder]
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def visited(chrome: Browser, address: str) -> tuple[float, float]:
    """A first visit: megabytes that were asked for, seconds until a slider has moved a picture."""
    with chrome.new_context() as context:
        page, answers = context.new_page(), []
        page.on("response", lambda answer: answers.append(answer))
        started = time.perf_counter()
        page.goto(address, wait_until="commit")
        slider = page.locator("input[type=range]").first
        slider.wait_for()
        handle = slider.element_handle()
        before = handle.evaluate(LOOKED)
        slider.press("ArrowLeft")
        page.wait_for_function(MOVED, arg=[handle, before])
        took = time.perf_counter() - started
        page.wait_for_load_state()
        return sum(len(answer.body()) for answer in answers) / MEGABYTE, took


def visits(site: Path) -> list[tuple[float, float]]:
    """First visits of the first chapter, one after the other."""
    found = next(filter(None, map(browser.shutil.which, browser.BROWSERS)), None)
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=site)) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        chrome = playwright.chromium.launch(executable_path=found, args=browser.FLAGS)
        address = f"http://127.0.0.1:{server.server_port}/{CHAPTERS[0]}"
        every = [visited(chrome, address) for _ in range(TIMES)]
        chrome.close()
        server.shutdown()
    return every


def rows() -> Iterator[measuring.Row]:
    took = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            took.append(seconds(Path(folder)))
            site = Path(folder) / "site"
            size = sum(file.stat().st_size for file in site.rglob("*") if file.is_file())
            found = visits(site)
    yield measuring.at_most("the web book, built", took, MOST)
    yield measuring.at_most("the web book, on the disk", [size / MEGABYTE], HEAVIEST, "MB")
    weights, moves = zip(*found, strict=True)
    weight = statistics.median(weights)
    yield measuring.at_most("its first chapter, all that is asked for", [weight], FIRST, "MB")
    yield measuring.at_most("its first widget has moved, first visit", [*moves], MOVES)


if __name__ == "__main__":
    measuring.main(__doc__, rows)
