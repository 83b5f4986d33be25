"""The summary's index in a real JupyterLab: a line opens, and its link leads to the section."""

import os
from pathlib import Path

import pytest
from kernel_environment import ROOT

SUMMARY = ROOT / "notebooks" / "21_summary.ipynb"

IN_VIEW = """section => [...document.querySelectorAll("h2")].some(title => {
    const place = title.getBoundingClientRect();
    return title.textContent.startsWith(section) && place.top > 0 && place.top < innerHeight - 50;
})"""


@pytest.mark.parametrize(
    ("notebook", "section"),
    [
        ("The bigram and its floor", "The loss, and what it must be"),
        ("From RNN to attention", "Why 1/√d_k"),  # a browser writes √ as %E2%88%9A
    ],
)
def test_a_claims_link_leads_to_its_section(lab, page, notebook, section):
    page.goto(lab.url(SUMMARY.name))
    line = page.locator("summary", has_text=f"{notebook}:").first
    line.wait_for(timeout=90_000)
    line.scroll_into_view_if_needed()
    line.click()
    link = page.locator("details[open] a", has_text=section).first
    link.wait_for()
    save(page, "index")
    link.click()
    title = page.locator("h2:visible", has_text=section).first
    title.wait_for(timeout=60_000)
    page.get_by_role("tab", name=SUMMARY.stem).first.click()
    link.click()  # JupyterLab goes to a heading only in a notebook that is open already
    page.wait_for_function(IN_VIEW, arg=section, timeout=20_000)
    save(page, f"link_{notebook.replace(' ', '_')}")
    assert page.faults == []


def save(page, name):
    if folder := os.environ.get("GPT_PROBABLY_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")
