"""A long text of the Playwright, whole and taken apart."""

import re

import numpy as np
import pytest

from helpers.text import playwright
from tests.text.parsing import LINE, scene_of


@pytest.fixture(scope="session")
def text():
    return playwright.write(1_000_000, seed=7)


@pytest.fixture(scope="session")
def bits(text):
    return np.array(playwright.surprisals(text))


@pytest.fixture(scope="session")
def scenes(text):
    return [scene_of(written) for written in text.split("Exeunt.\n\n")[:-1]]


@pytest.fixture(scope="session")
def exchanges(scenes):
    return [exchange for scene in scenes for exchange in scene.exchanges]


@pytest.fixture(scope="session")
def lines(exchanges):
    """All lines of all couplets, in order, as their words."""
    couplets = [e.words["lines"] for e in exchanges if e.kind == "couplet"]
    return [LINE.fullmatch(line) for lines in couplets for line in re.split("[,;]\n", lines)]
