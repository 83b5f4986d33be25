"""The course in a real JupyterLab in a real browser: a key press changes picture and words."""

import json
import os
import time
from operator import eq
from pathlib import Path

import pytest
from kernel_environment import ROOT
from nbformat import v4

START = ROOT / "notebooks" / "00_start_here.ipynb"
PICTURE = ".widget-html img, .widget-html [role=img]"
ERROR = "[data-mime-type='application/vnd.jupyter.stderr']"  # warnings and tracebacks alike
ALL_CELLS_RAN = f"""() => {{
    if (document.querySelector("{ERROR}")) return true;
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
    return prompts.length > 0 && prompts.every(p => /\\[\\d+\\]/.test(p.textContent));
}}"""
SLIDER = """import base64, io
import ipywidgets
from PIL import Image

slider = ipywidgets.IntSlider(value=3, max=9)
view = ipywidgets.HTML()

def draw(_=None):
    file = io.BytesIO()
    Image.new("L", (90, 90), slider.value * 20).save(file, "png")
    pixels = base64.b64encode(file.getvalue()).decode()
    view.value = f'<img alt="{words}" src="data:image/png;base64,{pixels}">'"""


def open_and_run(page, url):
    """Show a notebook and run all its cells.

    Run All is lost without a word while there is no kernel yet, and a cell that still runs may
    move a slider by itself: hence the two waits.
    """
    page.goto(url)
    page.get_by_text("| Idle").wait_for(timeout=90_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function(ALL_CELLS_RAN, timeout=120_000)
    assert page.locator(ERROR).all_text_contents() == []


def first_widget(page):
    """The first slider's handle in an output, and the picture beside it."""
    box = page.locator(".jp-OutputArea-output", has=page.locator(".noUi-handle")).first
    handle, picture = box.locator(".noUi-handle").first, box.locator(PICTURE).first
    handle.wait_for(timeout=60_000)
    picture.wait_for()
    handle.scroll_into_view_if_needed()
    return handle, picture


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
    return picture.evaluate("node => node.alt || node.ariaLabel"), picture.screenshot()


def photograph(page, name):
    """Save the page as a reader sees it in both themes, where GPT_PROBABLY_SCREENSHOTS says."""
    folder = os.environ.get("GPT_PROBABLY_SCREENSHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    page.keyboard.press("Control+b")  # folds the file browser away
    for theme in ("Light", "Dark"):
        page.get_by_role("menuitem", name="Settings", exact=True).click()
        page.get_by_text("Theme", exact=True).hover()
        page.get_by_text(f"JupyterLab {theme}", exact=True).click()
        is_light = str(theme == "Light").lower()
        page.wait_for_selector(f"body[data-jp-theme-light='{is_light}']", state="attached")
        handle, _ = first_widget(page)
        handle.evaluate("node => node.closest('.jp-Cell').scrollIntoView({block: 'start'})")
        page.wait_for_timeout(1000)
        page.screenshot(path=Path(folder) / f"{name}-{theme.lower()}.png")


def test_a_key_press_changes_the_first_picture_of_the_course(lab, page):
    assert START.exists()
    open_and_run(page, lab.url(START.name))
    (words, pixels), (new_words, new_pixels) = press_and_compare(page, 20)
    assert words and new_words and words != new_words
    assert pixels != new_pixels
    assert page.faults == []
    photograph(page, START.stem)


@pytest.mark.parametrize(
    ("words", "observed", "same_words", "same_pixels"),
    [
        ("value {slider.value}", True, False, False),
        ("a picture", True, True, False),
        ("value {slider.value}", False, True, True),
    ],
    ids=["a widget that works", "words that stay", "a slider that nobody listens to"],
)
def test_the_check_above_sees_a_widget_that_is_deaf_or_mute(
    lab, page, words, observed, same_words, same_pixels
):
    listen = 'slider.observe(draw, "value")\n' if observed else ""
    source = (
        SLIDER.replace("{words}", words) + f"\n\n{listen}draw()\nipywidgets.VBox([slider, view])"
    )
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source)], metadata={"kernelspec": kernel})
    open_and_run(
        page, lab.url(lab.put(f"slider_{words[:1]}{observed}.ipynb", json.dumps(notebook)))
    )
    (words, pixels), (new_words, new_pixels) = press_and_compare(page, 3)
    assert (words == new_words, pixels == new_pixels) == (same_words, same_pixels)
    assert page.faults == []
