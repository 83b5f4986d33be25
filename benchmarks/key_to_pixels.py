"""From a key press to new pixels in JupyterLab.   python benchmarks/key_to_pixels.py

Every control of every widget in tests/browser/widgets is moved by keyboard, ten times to and fro; a
button is not. Measured is the time from the keydown event to the first animation frame with another
picture, over all moves of a widget. The goals: a median of 50 ms for heat maps and 110 ms for the
others, a 95th percentile of 180 ms. Then, on a new page that remembers nothing, a slider goes once
to its far end, to each stop when the picture of the last one is there; and it is dragged to and
fro, a stop in every frame, when all are remembered. The goals: 12 and 30 pictures a second.
"""

import itertools
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import measuring  # first: it fixes the threads
from measuring import ROOT
from playwright.sync_api import Error, Locator, Page, sync_playwright

from tests.browser import conftest as browser
from tests.browser import driving

CELLS = {path.stem: path for path in (ROOT / "tests" / "browser" / "widgets").glob("*.py")}
MOVES, REST, PATIENCE = 10, 150, 20_000  # moves; milliseconds between two; for one
HEAT_MAPS, HEAT_MAP_GOAL, MEDIAN_GOAL, P95_GOAL = {"attention_heatmap"}, 50, 110, 180
DRAGGED, KERNEL_GOAL, MEMORY_GOAL = 3, 12, 30  # seconds; pictures in a second
NAME = "node => node.ariaLabel"
SWEEP = """(slider, patience) => new Promise(resolve => {
    const picture = slider.getRootNode().querySelector('.picture');
    const way = +slider.value < slider.max / 2 ? 1 : -1, begun = performance.now();
    let drawn = 0, last = begun, late;
    const end = () => (watch.disconnect(), resolve([drawn, (last - begun) / 1000]));
    const next = () => {
        clearTimeout(late);
        if (+slider.value + way > +slider.max || +slider.value + way < 0) return end();
        slider.value = +slider.value + way;
        slider.dispatchEvent(new Event('input'));
        late = setTimeout(end, patience);  // a stop that changes no picture
    };
    const watch = new MutationObserver(() => {
        drawn++, last = performance.now();
        requestAnimationFrame(next);
    });
    watch.observe(picture, {childList: true});
    next();
})"""
DRAG = """(slider, seconds) => new Promise(resolve => {
    const picture = slider.getRootNode().querySelector('.picture');
    let drawn = 0, way = 1;
    const watch = new MutationObserver(() => drawn++);
    watch.observe(picture, {childList: true});
    const until = performance.now() + 1000 * seconds;
    const step = now => {
        if (now > until) return watch.disconnect(), resolve(drawn / seconds);
        if (+slider.value + way > +slider.max || +slider.value + way < 0) way = -way;
        slider.value = +slider.value + way;
        slider.dispatchEvent(new Event('input'));
        requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
})"""
WATCH = """(field, patience) => {
    const picture = field.getRootNode().querySelector('.picture');
    const before = picture.innerHTML;
    let pressed = null;
    const press = event => { pressed ??= event.timeStamp; };
    addEventListener('keydown', press, {capture: true, once: true});
    window.measured = new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(Error('no new picture')), patience);
        const look = () => {
            if (pressed === null || picture.innerHTML === before)
                return requestAnimationFrame(look);
            clearTimeout(late);
            resolve(performance.now() - pressed);
        };
        requestAnimationFrame(look);
    });
    window.measured.catch(() => null);
}"""


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
    control.evaluate(WATCH, patience)
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
    """The times of ten moves to and fro; none for a control that cannot move."""
    keys = way(page, control)
    return [measure(page, control, k) for k in itertools.islice(itertools.cycle(keys or ()), MOVES)]


def moved(page: Page) -> dict[str, list[float]]:
    """The times of every control of the page's widget that can be moved."""
    controls = page.locator(driving.CONTROLS).all()
    able = [c for c in controls if c.is_visible() and c.evaluate("node => node.type") != "radio"]
    found = {control.evaluate(NAME): times(page, control) for control in able}
    return {name: milliseconds for name, milliseconds in found.items() if milliseconds}


def row(widget: str, found: dict[str, list[float]]) -> measuring.Row:
    """All moves of a widget, and which of its controls is the slowest."""
    everything = sum(found.values(), [])
    medians = {name: statistics.median(values) for name, values in found.items()}
    slowest = max(medians, key=medians.get)
    median, p95 = statistics.median(everything), statistics.quantiles(everything, n=20)[-1]
    limit = HEAT_MAP_GOAL if widget in HEAT_MAPS else MEDIAN_GOAL
    return measuring.Row(
        f"key to pixels, {widget}, {len(found)} controls",
        f"{median:.0f} ms, p95 {p95:.0f} ms",
        f"slowest: {slowest} {medians[slowest]:.0f} ms",
        f"{min(everything):.0f} … {max(everything):.0f}",
        f"≤ {limit} ms, p95 ≤ {P95_GOAL} ms",
        median <= limit and p95 <= P95_GOAL,
    )


def dragged(widget: str, slider: Locator) -> measuring.Row:
    """New pictures in a second: of the kernel, one after the other; then remembered, in a drag."""
    drawn, seconds = slider.evaluate(SWEEP, PATIENCE)
    first = drawn / seconds if drawn else 0.0
    for _ in range(3):  # until all of its stops have been seen
        slider.evaluate(DRAG, DRAGGED)
    again = slider.evaluate(DRAG, DRAGGED)
    return measuring.Row(
        f"pictures in a second, {widget}",
        f"{again:.0f} remembered",
        f"{first:.0f} through the kernel",
        f"{drawn} stops",
        f"≥ {MEMORY_GOAL}, ≥ {KERNEL_GOAL}",
        again >= MEMORY_GOAL and first >= KERNEL_GOAL,
    )


def rows() -> Iterator[measuring.Row]:
    with laboratory() as (lab, page):
        for name in sorted(CELLS):
            cell = driving.book_of(CELLS[name].read_text(encoding="utf-8"))
            path = lab.put(f"{name}.ipynb", cell)
            driving.open_and_run(page, lab.url(path))
            if found := moved(page):
                yield row(name, found)
            if page.locator("input[type=range]").count():
                lab.stop_kernels()
                driving.open_and_run(page, lab.url(path))
                yield dragged(name, page.locator("input[type=range]").last)


if __name__ == "__main__":
    measuring.main(__doc__, rows)
