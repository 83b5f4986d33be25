"""What a reader does in JupyterLab or Notebook 7, by keyboard: run a notebook, move what moves."""

import os
import re
import time
from operator import eq
from pathlib import Path

import pytest
from nbformat import v4, writes
from playwright.sync_api import Error

PICTURE = ".picture"
CONTROLS = ".controls [data-name]:not([type=hidden])"
IDLE = "body[data-notebook] .jp-Notebook-ExecutionIndicator[data-status=idle]"
ERROR = "[data-mime-type='application/vnd.jupyter.stderr']"  # warnings and tracebacks alike
CONNECTED = """async () => {
    const sessions = await (await fetch("/api/sessions")).json();
    const here = ({path, kernel}) =>
        location.pathname.endsWith(path) && kernel.connections && kernel.execution_state === "idle";
    return sessions.some(here);
}"""
RAN = re.compile(r"\[\d+\]")
PROMPT = ".jp-CodeCell .jp-InputPrompt"
ALL_CELLS_RAN = f"""() => {{
    if (document.querySelector("{ERROR}")) return true;
    const all = [...document.querySelectorAll('{PROMPT}')];
    const folded = p => p.closest('.jp-CodeCell').querySelector('.jp-InputPlaceholder');
    const prompts = all.filter(p => !folded(p));  // the set-up cell, which is the first to run
    return prompts.length > 0 && prompts.every(p => /\\[\\d+\\]/.test(p.textContent));
}}"""


def open_notebook(page, url):
    """Show a notebook and wait for its kernel.

    What is run before is lost while no kernel is connected, even where one is said to be idle.
    """
    page.goto(url)
    page.get_by_text("| Idle").or_(page.locator(IDLE)).wait_for(timeout=90_000)
    page.wait_for_function(CONNECTED, timeout=90_000)


def run_cell(page, number, patience=120):
    """Run one cell of the notebook that is shown; the cell, when it has run."""
    cell = page.locator(".jp-CodeCell").nth(number)
    cell.locator(".cm-content").click(position={"x": 4, "y": 4})
    page.keyboard.press("Control+Enter")
    cell.locator(".jp-InputPrompt", has_text=RAN).wait_for(timeout=patience * 1000)
    assert cell.locator(ERROR).all_text_contents() == []
    return cell


def open_and_run(page, url, patience=120):
    """Show a notebook and run all its cells, which may take `patience` seconds.

    A cell that still runs may move a slider by itself: hence the wait.
    """
    open_notebook(page, url)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function(ALL_CELLS_RAN, timeout=patience * 1000)
    assert page.locator(ERROR).all_text_contents() == []


def first_widget(page):
    """The first slider in an output, and the picture beside it."""
    slider, picture = page.locator("input[type=range]").first, page.locator(PICTURE).first
    slider.wait_for(timeout=60_000)
    picture.wait_for()
    slider.scroll_into_view_if_needed()
    return slider, picture


def press_and_compare(page, patience):
    """Press the right arrow on the first slider; alt texts and pixels from before and after.

    Waits until both have changed, at most `patience` seconds.
    """
    handle, picture = first_widget(page)
    handle.focus()
    before = after = seen(picture)
    page.keyboard.press("ArrowRight")
    deadline = time.monotonic() + patience
    while any(map(eq, before, after)) and time.monotonic() < deadline:
        page.wait_for_timeout(200)
        after = seen(picture)
    return before, after


def seen(picture):
    """Words and pixels of a picture. JupyterLab may just be drawing it anew: then it is looked at
    once more."""
    for _ in range(2):
        try:
            return picture.get_attribute("aria-label"), picture.screenshot()
        except Error as error:
            if "not attached" not in str(error):
                raise
    pytest.fail("The picture goes as soon as it is there.")


def photograph(place, name):
    """Save a page, or its part with a widget, as a reader sees it in both themes, where
    GPT_PROBABLY_SCREENSHOTS says."""
    folder = os.environ.get("GPT_PROBABLY_SCREENSHOTS")
    if not folder:
        return
    page = getattr(place, "page", place)
    Path(folder).mkdir(parents=True, exist_ok=True)
    page.keyboard.press("Control+b")  # folds the file browser away
    for theme in ("Light", "Dark"):
        page.get_by_role("menuitem", name="Settings", exact=True).click()
        page.get_by_text("Theme", exact=True).hover()
        page.get_by_text(f"JupyterLab {theme}", exact=True).click()
        is_light = str(theme == "Light").lower()
        page.wait_for_selector(f"body[data-jp-theme-light='{is_light}']", state="attached")
        picture = place.locator(PICTURE).first
        picture.evaluate("node => node.getRootNode().host.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(1000)
        page.screenshot(path=Path(folder) / f"{name}-{theme.lower()}.png")


def book_of(*sources):
    """A notebook with these cells, as text."""
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    cells = [v4.new_code_cell(source) for source in sources]
    return writes(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}))


def steps(field):
    """The keys that move a field, and those that undo it, by its kind; several may be tried.

    A letter goes to the beginning of a text: the end may be where nobody has read yet. At the end
    of a slider or a list only the way back moves it.
    """
    kind = field.evaluate("node => node.type || node.tagName.toLowerCase()")
    if kind in ("textarea", "text"):
        field.press("Control+Home")
        return [("a", "Backspace")]
    if kind.startswith("select"):
        return [("ArrowDown", "ArrowUp"), ("ArrowUp", "ArrowDown")]
    if kind == "checkbox":
        return [("Space", "Space")]
    return [("ArrowRight", "ArrowLeft"), ("ArrowLeft", "ArrowRight")]
