"""Every widget on a telephone's page and on a page enlarged twice: nothing is cut off or tiny.

The page has no kernel: what is looked at are the controls and the picture that the widget opens
with. A wide picture is scrolled in its own frame.
"""

import pytest
from kernel_environment import ROOT

from tests.browser.reference import widget_of
from tests.browser.stage import Played

CELLS = {path.stem: path for path in (ROOT / "tests/browser/widgets").glob("*.py")}
WIDTHS = {"a telephone": (420, 800), "1400 px at 200 %": (700, 450)}
SMALLEST = 11  # CSS pixels of type

CUT_OFF = """width => {
    const root = el.firstChild.shadowRoot, seen = node => node.offsetParent !== null;
    const parts = [...root.querySelectorAll('.controls *, .actions *, .status')].filter(seen);
    const beyond = node => {
        const box = node.getBoundingClientRect();
        return box.left < 0 || box.right > width;
    };
    return parts.filter(beyond).map(node => node.dataset.name ?? node.textContent);
}"""
TINY = """smallest => {
    const root = el.firstChild.shadowRoot, written = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const {parentElement: node, data} = walker.currentNode;
        const shown = data.trim() && !node.closest('style, option, .words');
        if (shown && node.getClientRects().length) written.push([node, data]);
    }
    const size = node => parseFloat(getComputedStyle(node).fontSize)
        * (node.getScreenCTM ? Math.hypot(node.getScreenCTM().a, node.getScreenCTM().b) : 1);
    const tiny = written.filter(([node]) => size(node) < smallest - 0.01);
    return tiny.map(([node, data]) => `${data} ${size(node).toFixed(1)}`);
}"""


@pytest.mark.parametrize("name", sorted(CELLS))
def test_a_widget_can_be_used_and_read_on_a_narrow_page(name, page, monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    explorer = widget_of(CELLS[name].read_text(encoding="utf-8"))
    for width, height in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": height})
        Played(page, explorer)
        page.wait_for_function("el.firstChild.shadowRoot.querySelector('.picture').offsetHeight")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT_OFF, width) == []
        assert page.evaluate(TINY, SMALLEST) == []


@pytest.mark.parametrize(
    ("look", "fault"),
    [
        (".field { width: 600px !important }", CUT_OFF),
        (".name { font-size: 9px }", TINY),
        (".picture > svg { width: 300px; height: auto }", TINY),
    ],
    ids=["a wide field", "small names", "a picture that shrinks"],
)
def test_the_check_above_sees_what_is_cut_off_or_tiny(look, fault, page, monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    explorer = widget_of(CELLS["window_reach"].read_text(encoding="utf-8"))
    page.set_viewport_size({"width": 420, "height": 800})
    Played(page, explorer)
    page.evaluate("look => el.firstChild.shadowRoot.querySelector('style').append(look)", look)
    assert page.evaluate(fault, 420 if fault is CUT_OFF else SMALLEST) != []
