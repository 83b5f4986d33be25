"""How a reader moves each kind of control, by keyboard and by mouse, and touches a picture.

A way is two functions: the first moves the control, the second moves it back.
"""

import json
from collections.abc import Callable
from functools import partial

from playwright.sync_api import Locator, Page

from tests.browser.driving import steps

Way = tuple[Callable[[], object], Callable[[], object]]
SHOWN = """node => {
    if (node.type === 'range') return node.ariaValueText;
    if (node.type === 'checkbox') return node.checked ? 'yes' : 'no';
    if (node.matches('select')) return node.selectedOptions[0].textContent;
    return node.matches('.pills') ? node.querySelector(':checked').value : node.value;
}"""
PUT = "(node, at) => { node.value = at; node.dispatchEvent(new Event('input')); }"
BESIDE = "node => node.parentNode.querySelector('.said')?.textContent ?? null"


def readings(fields: Locator) -> list[str]:
    """What the fields are seen to stand at; a slider's number stands beside it."""
    beside = fields.evaluate_all(f"nodes => nodes.map({BESIDE})")
    stand = fields.evaluate_all(f"nodes => nodes.map({SHOWN})")
    return [
        text if near in (None, text) else f"{text}, said {near}"
        for text, near in zip(stand, beside, strict=True)
    ]


def by_keyboard(page: Page, field: Locator) -> list[Way]:
    """The ways to move a field with keys; at an end only one of two does."""
    pills = field.evaluate("node => node.matches('.pills')")
    where = partial(field.locator, ":checked") if pills else lambda: field
    return [(partial(_press, where, a), partial(_press, where, b)) for a, b in steps(where())]


def _press(where: Callable[[], Locator], keys: str) -> None:
    where().focus()
    for key in keys.split():
        where().page.keyboard.press(key)


def by_mouse(page: Page, field: Locator) -> list[Way]:
    """The one way to move a field with a mouse; from a list that pops up is chosen."""
    kind = field.evaluate("node => node.type || node.tagName.toLowerCase()")
    if kind == "checkbox":
        return [(field.click, field.click)]
    if kind.startswith("select"):
        now = field.evaluate("node => node.selectedIndex")
        return [tuple(partial(field.select_option, index=i) for i in (now - 1 if now else 1, now))]
    if kind == "div":
        names = field.locator("input").evaluate_all("nodes => nodes.map(node => node.checked)")
        now, pills = names.index(True), field.locator("span")
        return [(pills.nth(now - 1 if now else 1).click, pills.nth(now).click)]
    if kind in ("textarea", "text"):
        return [(partial(_type_at_the_top, field), partial(page.keyboard.press, "Backspace"))]
    return [_along_the_rail(page, field)]


def _type_at_the_top(field: Locator) -> None:
    field.evaluate("node => { node.scrollTop = 0; }")
    field.click(position={"x": 4, "y": 12})
    field.page.keyboard.press("Control+Home")
    field.page.keyboard.press("a")


def _along_the_rail(page: Page, slider: Locator) -> Way:
    """Drag the handle to the farther end; the way back is put, for no mouse hits every stop."""
    slider.scroll_into_view_if_needed()
    share = slider.evaluate("node => node.value / node.max")
    start = slider.evaluate("node => node.value")
    rail = slider.bounding_box()
    places = [rail["x"] + 8 + (rail["width"] - 16) * part for part in (share, float(share < 0.5))]
    y = rail["y"] + rail["height"] / 2

    def drag() -> None:
        page.mouse.move(places[0], y)
        page.mouse.down()
        page.mouse.move(places[1], y, steps=4)
        page.mouse.up()

    def back() -> None:
        slider.evaluate(
            "(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }",
            start,
        )

    return drag, back


def touchable(picture: Locator) -> list[str]:
    """What touching a picture asks for, as JSON: the last place for each set of controls."""
    asked = picture.locator("[data-set]").evaluate_all("nodes => nodes.map(n => n.dataset.set)")
    return [*{tuple(json.loads(text)): text for text in asked}.values()]
