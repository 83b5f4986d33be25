"""How a reader moves each kind of control, by keyboard and by mouse.

A way is two functions: the first moves the control, the second, if any, moves it back.
"""

from collections.abc import Callable
from functools import partial

from playwright.sync_api import Locator, Page

from tests.browser.driving import steps

Way = tuple[Callable[[], object], Callable[[], object] | None]
KINDS = ("slider", "dropdown", "textarea", "text", "checkbox", "toggle-buttons", "button")
WIDGETS = ", ".join(f".widget-{kind}" for kind in KINDS)
FIELD = ".noUi-handle, select, textarea, input[type=checkbox], input[type=text]"
PLAIN = str.maketrans({"\u2212": "-", "\u00a0": " "})
SHOWN = """node => {
    const find = selector => node.querySelector(selector);
    if (node.matches('.widget-slider')) return find('.widget-readout').textContent;
    if (node.matches('.widget-dropdown')) return find('select').selectedOptions[0].text;
    if (node.matches('.widget-textarea')) return find('textarea').value;
    if (node.matches('.widget-text')) return find('input').value;
    if (node.matches('.widget-checkbox')) return find('input').checked ? 'True' : 'False';
    return find('.mod-active')?.textContent ?? '';
}"""


def readings(controls: Locator) -> list[str]:
    """What the controls are seen to stand at; a page has its own minus signs and blanks."""
    seen = controls.evaluate_all(f"nodes => nodes.map({SHOWN})")
    return [text.strip(" ").translate(PLAIN) for text in seen]


def kind_of(control: Locator) -> str:
    """One of KINDS, by what ipywidgets writes into the page."""
    classes = control.get_attribute("class").split()
    return next(kind for kind in KINDS if f"widget-{kind}" in classes)


def by_keyboard(page: Page, control: Locator) -> list[Way]:
    """The ways to move the control with keys; at an end only one of two does."""
    kind = kind_of(control)
    if kind == "button":
        return [(partial(control.press, "Enter"), None)]
    if kind == "toggle-buttons":
        first, _, now = _buttons(control)
        return [(partial(first.press, "Enter"), partial(now.press, "Enter"))]
    field = control.locator(FIELD).first
    return [(partial(_press, field, a), partial(_press, field, b)) for a, b in steps(field)]


def _press(field: Locator, keys: str) -> None:
    field.focus()
    for key in keys.split():
        field.page.keyboard.press(key)


def by_mouse(page: Page, control: Locator) -> list[Way]:
    """The one way to move the control with a mouse; the list that pops up is chosen from."""
    kind, field = kind_of(control), control.locator(FIELD).first
    if kind == "button":
        return [(control.click, None)]
    if kind == "toggle-buttons":
        _, last, _ = _buttons(control)
        return [(last.click, None)]
    if kind == "checkbox":
        return [(field.click, field.click)]
    if kind == "dropdown":
        now = field.evaluate("node => node.selectedIndex")
        other = now - 1 if now else 1
        return [tuple(partial(field.select_option, index=i) for i in (other, now))]
    if kind in ("textarea", "text"):
        return [(partial(_type_at_the_top, field), partial(page.keyboard.press, "Backspace"))]
    return [_along_the_rail(page, control, field)]


def _buttons(control: Locator) -> list[Locator]:
    """The first and the last button that is not chosen, and the one that is."""
    names = control.locator("button").all_text_contents()
    now = names.index(control.locator(".mod-active").text_content())
    others = [i for i in range(len(names)) if i != now]
    return [control.locator("button").nth(i) for i in (others[0], others[-1], now)]


def _type_at_the_top(field: Locator) -> None:
    field.evaluate("node => { node.scrollTop = 0; }")
    field.click(position={"x": 4, "y": 12})
    field.page.keyboard.press("a")


def _along_the_rail(page: Page, control: Locator, handle: Locator) -> Way:
    """Drag the handle towards the farther end; click where it was, and step if beside it."""
    control.scroll_into_view_if_needed()
    rail, box = control.locator(".noUi-base").bounding_box(), handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    start = _place(handle)
    there = rail["x"] + rail["width"] * (0.95 if x < rail["x"] + rail["width"] / 2 else 0.05)

    def drag() -> None:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(there, y, steps=4)
        page.mouse.up()

    def click_back() -> None:
        page.mouse.click(x, y)
        for _ in range(9):
            if (now := _place(handle)) != start:
                handle.press("ArrowLeft" if now > start else "ArrowRight")

    return drag, click_back


def _place(handle: Locator) -> float:
    return float(handle.get_attribute("aria-valuenow"))
