"""From a key press to new pixels in JupyterLab.   python benchmarks/key_to_pixels.py [WIDGET …]

Every control of every widget in tests/browser/widgets is moved by keyboard, 20 times to and fro; a
button is not. Measured is the time from the keydown event to the first animation frame in which
another picture is loaded. Prints the median and the 95th percentile in milliseconds, for each
control, for each widget over all its moves, and last the worst and what is over the goals. The
goals: a median of 50 ms for heat maps and 110 ms for the others, a 95th percentile of 180 ms. Run
it alone.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import kernel_environment  # noqa: E402
from playwright.sync_api import Error, Locator, Page, sync_playwright  # noqa: E402

from tests.browser import conftest as browser  # noqa: E402
from tests.browser import driving  # noqa: E402

CELLS = {path.stem: path for path in (ROOT / "tests" / "browser" / "widgets").glob("*.py")}
MOVES, REST, PATIENCE = 20, 300, 20_000  # moves; milliseconds between two; for one
HEAT_MAPS, HEAT_MAP_GOAL, MEDIAN_GOAL, P95_GOAL = {"attention_heatmap"}, 50, 110, 180
NAME = """n => (n.closest('.widget-inline-hbox, .widget-hbox, .widget-checkbox')
    ?.querySelector('.widget-label-basic, .widget-label')?.textContent.trim() || n.tagName)"""
WATCH = """([picture, patience]) => {
    const seen = () => document.querySelector(picture);
    const drawn = node => node && (node.src || node.innerHTML);
    const loaded = node => node && (node.tagName !== 'IMG' || node.complete && node.naturalWidth);
    const before = drawn(seen());
    let pressed = null;
    const press = event => { pressed ??= event.timeStamp; };
    addEventListener('keydown', press, {capture: true, once: true});
    window.measured = new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(Error('no new picture')), patience);
        const look = () => {
            const node = seen();
            if (pressed === null || drawn(node) === before || !loaded(node))
                return requestAnimationFrame(look);
            clearTimeout(late);
            resolve(performance.now() - pressed);
        };
        requestAnimationFrame(look);
    });
    window.measured.catch(() => null);
}"""


class Line(NamedTuple):
    """How long the moves of one control took, in milliseconds."""

    widget: str
    control: str
    median: float
    p95: float

    @classmethod
    def of(cls, widget: str, control: str, found: list[float]) -> "Line":
        p95 = statistics.quantiles(found, n=20, method="inclusive")[-1]
        return cls(widget, control, statistics.median(found), p95)

    @property
    def is_over(self) -> bool:
        goal = HEAT_MAP_GOAL if self.widget in HEAT_MAPS else MEDIAN_GOAL
        return self.median > goal or self.p95 > P95_GOAL

    def __str__(self) -> str:
        mark = "  over the goal" if self.is_over else ""
        return f"{self.widget:24}{self.control:28}{self.median:8.0f}{self.p95:8.0f}{mark}"


@contextmanager
def laboratory() -> Iterator[tuple[browser.Lab, Page]]:
    """A JupyterLab over an empty folder beside the course's data, and a page of a browser."""
    chromium = next(filter(None, map(browser.shutil.which, browser.BROWSERS)), None)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        notebooks = Path(temporary) / "course" / "notebooks"
        notebooks.mkdir(parents=True)
        (notebooks.parent / "data").symlink_to(ROOT / "data")
        with browser.server(Path(temporary)) as address:
            chrome = playwright.chromium.launch(executable_path=chromium, args=browser.FLAGS)
            yield (
                browser.Lab(address, notebooks),
                chrome.new_page(viewport={"width": 1280, "height": 900}),
            )
            chrome.close()


def measure(page: Page, control: Locator, keys: str, patience: int = PATIENCE) -> float:
    """Milliseconds from the last of these key presses to the first frame with another picture."""
    *first, last = keys.split()
    control.focus()
    for key in first:
        page.keyboard.press(key)
    page.evaluate(WATCH, [driving.PICTURE, patience])
    page.keyboard.press(last)
    milliseconds = page.evaluate("() => window.measured")
    page.wait_for_timeout(REST)
    return milliseconds


def way(page: Page, control: Locator) -> tuple[str, str] | None:
    """The keys that move this control from where it stands, and back; it ends where it was."""
    for there, back in driving.steps(control):
        try:
            measure(page, control, there, patience=3000)
            measure(page, control, back)
            return there, back
        except Error:
            continue
    return None


def times(page: Page, control: Locator) -> list[float]:
    """The times of 20 moves to and fro; none for a control that cannot move."""
    keys = way(page, control)
    return [measure(page, control, k) for k in itertools.islice(itertools.cycle(keys or ()), MOVES)]


def is_button(control: Locator) -> bool:
    return control.evaluate("node => node.tagName") == "BUTTON"


def report(page: Page, widget: str) -> list[Line]:
    """One line for each control of the page's widget, and one for the whole widget."""
    controls, lines, everything = page.locator(".jp-OutputArea-output"), [], []
    for control in controls.locator(driving.CONTROLS).all():
        if control.is_visible() and control.is_enabled() and not is_button(control):
            name = control.evaluate(NAME)
            if found := times(page, control):
                lines.append(Line.of(widget, name, found))
                everything += found
                print(lines[-1], flush=True)
    if everything:
        print(Line.of(widget, "all its moves", everything), flush=True)
    return lines


def summary(lines: list[Line]) -> str:
    """The worst medians, and how many controls are over the goals."""
    worst = sorted(lines, key=lambda line: -line.median)[:3]
    named = ", ".join(f"{line.widget} {line.control} {line.median:.0f}" for line in worst)
    over = sum(line.is_over for line in lines)
    return f"worst medians: {named} ms; {over} of {len(lines)} controls over the goals"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *CELLS], metavar="WIDGET")
    names = parser.parse_args().names or sorted(CELLS)
    kernel_environment.prepare(crowded=False)
    print(f"{'widget':24}{'control':28}{'median':>8}{'p95':>8}   ms")
    lines = []
    with laboratory() as (lab, page):
        for name in names:
            cell = driving.one_cell(CELLS[name].read_text(encoding="utf-8"))
            driving.open_and_run(page, lab.url(lab.put(f"{name}.ipynb", cell)))
            lines += report(page, name)
    print(summary(lines))


if __name__ == "__main__":
    main()
