"""The browser and JupyterLab of tests/browser, for trials too."""

from tests.browser.conftest import chromium, lab, page

__all__ = ["chromium", "lab", "page"]
