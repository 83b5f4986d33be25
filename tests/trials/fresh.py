"""A fresh machine: clone, `make lab`, the seconds until a slider moves; then `make test` starts.

    python tests/trials/fresh.py

An empty folder, an empty home, and no variable but PATH. The packages are downloaded first and
timed apart, for that depends on the network alone; then `make lab` is typed as in the README and
installs from that folder. The notebook is opened, run and moved in a real browser.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from clean import clone, fail, run
from playwright.sync_api import sync_playwright

from tests.browser.conftest import BROWSERS, FLAGS, TOKEN, free_port, wait_until_up, write_settings
from tests.browser.driving import open_and_run, press_and_compare

NOTEBOOK = "00_start_here.ipynb"  # JupyterLab takes the folder of the notebook as its root
LIMIT = 120  # seconds beyond the download


def empty(folder: Path) -> dict[str, str]:
    """The variables of somebody who has just logged in."""
    (folder / "home").mkdir()
    python = Path(sys.base_prefix) / "bin"
    return {"HOME": str(folder / "home"), "PATH": f"{python}{os.pathsep}{os.defpath}"}


def download(folder: Path, project: Path, env: dict[str, str]) -> float:
    """Fetch what requirements.txt names; seconds."""
    began = time.monotonic()
    settings = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    fetch = ["python3", "-m", "pip", "download", "--quiet", "--dest", folder / "packages"]
    fetch += ["--requirement", project / "requirements.txt"]
    run("downloading the packages", fetch, env=settings | env)
    return time.monotonic() - began


@contextmanager
def typed(project: Path, env: dict[str, str], port: int):
    """`make lab`, without its own browser; stopped in the end."""
    options = f"--no-browser --allow-root --ip=127.0.0.1 --port={port}"
    command = ["make", "lab", f"LAB_OPTIONS={options} --IdentityProvider.token={TOKEN}"]
    print("-- make lab", flush=True)
    with (project.parent / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, cwd=project, env=env, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield process
        finally:
            os.killpg(process.pid, 15)
            process.wait(30)


def until_ready(project: Path, process: subprocess.Popen, seconds: float = 900) -> None:
    """Wait for the file that make writes when everything is installed."""
    deadline = time.monotonic() + seconds
    while not (project / ".venv" / "ready").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            fail((project.parent / "log").read_text(encoding="utf-8"), process.returncode)
        time.sleep(0.2)


def move(address: str) -> None:
    """Open the first notebook, run it, press a key on the first slider: words and pixels change."""
    path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        open_and_run(page, f"{address}/lab/tree/{NOTEBOOK}?token={TOKEN}")
        before, after = press_and_compare(page, 20)
        browser.close()
    if before[0] == after[0] or before[1] == after[1]:
        fail("a key press must change the picture and its words", before[0])


def until_it_moves(project: Path, env: dict[str, str]) -> tuple[float, float]:
    """Seconds of `make lab` until all is installed, and from there to a picture that has moved."""
    settings = project.parent / "home" / ".jupyter" / "lab" / "user-settings" / "@jupyterlab"
    write_settings(settings)  # every cell on the page, and no news: for the driver's sake
    port, began = free_port(), time.monotonic()
    with typed(project, env, port) as process:
        until_ready(project, process)
        installed = time.monotonic()
        address = f"http://127.0.0.1:{port}"
        wait_until_up(address, process, project.parent / "log")
        move(address)
        return installed - began, time.monotonic() - installed


def main() -> int:
    if not any(map(shutil.which, BROWSERS)):
        print("not run: no Chromium on this machine")
        return 1
    with tempfile.TemporaryDirectory(prefix="gpt-probably-") as name:
        folder = Path(name)
        env, project = empty(folder), clone(folder / "project")
        fetched = download(folder, project, env)
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder / "packages")}
        installed, moved = until_it_moves(project, env | offline)
        collect = ["make", "test", "PYTEST_OPTIONS=--collect-only --quiet"]
        run("make test begins", [*collect], cwd=project, env=env, stdout=subprocess.DEVNULL)
    total = installed + moved
    verdict = "within" if total <= LIMIT else "more than"
    print(
        f"download {fetched:.0f} s; environment {installed:.0f} s, start to moving slider "
        f"{moved:.0f} s: {total:.0f} s, {verdict} {LIMIT} s"
    )
    return int(total > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
