"""Fixtures for all tests: widgets that may not swallow errors, and the corpus of the lectures."""

import os
import sys
from pathlib import Path

import pytest
from ipywidgets.widgets import interaction, widget

from helpers.text import smollm

CACHE = Path.home() / ".cache" / "gpt-probably"  # where helpers.text.corpora keeps a download


@pytest.fixture(autouse=True)
def strict_widgets(monkeypatch):
    """Raise the exception of a widget's callback into the test.

    ipywidgets (7 and 8) hands it to the shell's `showtraceback` or, without a shell, to a log, and
    goes on.
    """
    for module in (interaction, widget):
        monkeypatch.setattr(module, "get_ipython", StrictShell)


class StrictShell:
    """What stands in for IPython's shell: it shows a traceback by raising the exception."""

    kernel = None

    def showtraceback(self, *args, **options):
        raise sys.exc_info()[1]


@pytest.fixture(scope="session")
def needs_smollm() -> Path:
    """The file of SmolLM2; the test is skipped where its package is not installed."""
    try:
        return smollm.path()
    except ConnectionError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def needs_tinyshakespeare() -> Path:
    """The path of TinyShakespeare; the test is skipped where the file is not at hand."""
    for folder in (os.environ.get("GPT_PROBABLY_DATA"), CACHE):
        if folder and (path := Path(folder) / "tinyshakespeare.txt").is_file():
            return path
    pytest.skip("TinyShakespeare is not here: set GPT_PROBABLY_DATA to the folder that has it")
