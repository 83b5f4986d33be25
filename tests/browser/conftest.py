"""A real JupyterLab and a real Chromium for the browser tests."""

import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from kernel_environment import ROOT

BROWSERS = ["chromium", "google-chrome", "chromium-browser"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
TOKEN = "lab"
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # every cell is on the page
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
SHIPPED = ROOT / "tools" / "lab_settings.json"  # what `make lab` gives a reader's JupyterLab


@pytest.fixture(scope="session")
def chromium() -> str:
    """Chromium's path. Without one the test is skipped, or fails where it must not be."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        refuse = pytest.fail if os.environ.get("GPT_PROBABLY_REQUIRE_BROWSER") else pytest.skip
        refuse(f"no Chromium on this machine: looked for {', '.join(BROWSERS)}")
    return path


@pytest.fixture(scope="module")
def browser(chromium):
    """One browser for the tests of a file: to start it takes longer than most of them."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """An empty page that shares nothing with others; `page.faults` has its scripts' errors."""
    with new_page(browser) as page:
        yield page


@contextmanager
def new_page(browser):
    """The same for as long as a test wants it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: said.type == "error" and page.faults.append(said.text))
    yield page
    context.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory, chromium):
    """A JupyterLab over copies of notebooks/ and data/: what a test does there changes no file."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "data"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / "course" / name)
    (folder / "course" / "notebooks").mkdir(parents=True, exist_ok=True)
    with server(folder) as address:
        yield Lab(address, folder / "course" / "notebooks")


class Lab:
    """A running JupyterLab: `put` adds a notebook of the test's own, `url` shows one.

    Every address has a workspace of its own: JupyterLab would open the earlier notebooks beside it.
    """

    def __init__(self, address: str, notebooks: Path):
        self.address, self.notebooks, self.workspaces = address, notebooks, itertools.count()

    def put(self, name: str, content: str) -> str:
        (self.notebooks / name).write_text(content, encoding="utf-8")
        return name

    def stop_kernels(self) -> None:
        """What a notebook has loaded stays in memory for as long as its kernel runs."""
        for kernel in json.loads(self._ask("GET")):
            self._ask("DELETE", kernel["id"])

    def _ask(self, method: str, kernel: str = "") -> bytes:
        address, token = f"{self.address}/api/kernels/{kernel}".rstrip("/"), f"token {TOKEN}"
        question = urllib.request.Request(address, headers={"Authorization": token}, method=method)
        with urllib.request.urlopen(question, timeout=30) as answer:
            return answer.read()

    def url(self, name: str) -> str:
        workspace = next(self.workspaces)
        return f"{self.address}/lab/workspaces/{workspace}/tree/notebooks/{name}?token={TOKEN}"

    def plain_url(self, name: str) -> str:
        """The same in Notebook 7, which shows a notebook by itself; the server has both."""
        return f"{self.address}/notebooks/notebooks/{name}?token={TOKEN}"


@contextmanager
def server(folder: Path):
    """Start JupyterLab with settings of its own, wait until it answers, stop it in the end."""
    port = free_port()
    homes = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    options = ["--allow-root", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    options += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder / 'course'}"]
    options += ["--ServerApp.port_retries=0"]
    settings = folder / "jupyter_config_dir" / "lab" / "user-settings"
    write_settings(settings / "@jupyterlab")
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    write_settings(settings, {name.replace(":", "/"): it for name, it in shipped.items()})
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=os.environ | {name: str(folder / name.lower()) for name in homes},
            stdout=log,
            stderr=log,
        )
        try:
            wait_until_up(f"http://127.0.0.1:{port}", process, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def write_settings(folder: Path, settings: dict[str, dict] = SETTINGS) -> None:
    for name, values in settings.items():
        path = folder / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(address: str, process: subprocess.Popen, log: Path, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"JupyterLab did not come up:\n{log.read_text()[-2000:]}")
