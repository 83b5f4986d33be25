"""What pytest needs to know about notebooks, wherever it is started from."""

import os
import re
from pathlib import Path

import kernel_environment
import pytest

ROOT = Path(__file__).resolve().parent
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
REASON = re.compile(r"\w*(Error|Exception)\b|mismatch |Missing output|Unexpected output|dissimilar")

# What takes long is dealt out first, and these files in single tests: a worker that got a long file
# last would finish it while the other one idles.
LONG = ("tests/browser/", "notebooks/", "tests/test_", "tests/notebooks/", "tests/learning/")
DIVIDED = ("tests/browser/test_widgets.py",)

# Before anything imports torch, which reads it once; xdist runs several of us at the same time.
kernel_environment.prepare(crowded="PYTEST_XDIST_WORKER" in os.environ)


def pytest_configure(config: pytest.Config) -> None:
    """nbval looks for its sanitize file in the current folder; give it the whole path."""
    if not getattr(config.option, "nbval_sanitize_with", None):
        config.option.nbval_sanitize_with = str(ROOT / "tests" / "nbval_sanitize.cfg")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, as long as several run at once."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    return next((i for i, start in enumerate(LONG) if nodeid.startswith(start)), len(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Deal out whole files in the order in which they come: a notebook's cells belong together."""
    from xdist.scheduler import LoadFileScheduling

    class InOrder(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if nodeid.startswith(DIVIDED) else super()._split_scope(nodeid)

    config.option.loadscopereorder = False
    return InOrder(config, log)


def one_line_reason(report: str) -> str:
    """The last line of an nbval report that says what went wrong.

    one_line_reason("Cell 3\\n ValueError: boom\\n") -> "ValueError: boom"
    """
    lines = [line.strip() for line in report.splitlines()]
    return next((line for line in reversed(lines) if REASON.match(line)), "")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Put the reason and the cell's first line in front, so that the short summary shows them."""
    report = yield
    error = getattr(call.excinfo, "value", None)
    if type(error).__name__ == "NbCellError" and isinstance(report.longrepr, str):
        details = ESCAPES.sub("", report.longrepr)
        first_line = item.cell.source.strip().partition("\n")[0]
        reason = one_line_reason(details)
        report.longrepr = f"{error}: {reason} | {first_line[:60]}\n{details}"
    return report
