"""A widget in the browser and the same one in the test's process: moved alike, they agree."""

import json
import re
import time
from operator import eq

from helpers.views.drawing import palette
from tests.browser.driving import CONTROLS, PICTURE
from tests.browser.hands import by_keyboard, by_mouse, readings, touchable
from tests.browser.reference import movable

INKS = {palette.INK: "var(--ink)", palette.QUIET: "var(--quiet)", palette.GRID: "var(--grid)"}
DRAWN = """node => {
    const copy = node.cloneNode(true);
    copy.querySelectorAll('[data-set]').forEach(part => {
        part.removeAttribute('role');
        part.removeAttribute('tabindex');
    });
    copy.querySelectorAll('img').forEach(image => image.removeAttribute('alt'));
    return copy.innerHTML;
}"""
SAME_MARKUP = f"""html => {{
    const box = document.createElement('div');
    box.innerHTML = html;
    return ({DRAWN})(box);
}}"""
REACTION = 1  # second for a control itself to move; its picture takes longer


def drive(place, explorer, patience=20):
    """Move every control of a widget by keyboard and by mouse; what went wrong.

    place: the page on which it is the first widget, or the part of a page where it is.

    After every move all controls, the words and the drawing must be those of the explorer, whose
    same control was brought to the same place; and by either hand some move changes both. Buttons
    are pressed, and what can be touched in the picture is touched, once for each control.
    """
    pair = Pair(place, explorer, patience)
    pair.agree("as it was opened")
    for hand in (by_keyboard, by_mouse):
        for i, name in enumerate(pair.names):
            pair.move(i, hand, f"{explorer.controls[name].description} {hand.__name__}")
    for asked in touchable(pair.picture):
        pair.touch(asked)
    for label in explorer.actions:
        pair.press(label)
    return pair.faults


class Pair:
    """The first widget of a place, and its twin with as many controls."""

    def __init__(self, place, explorer, patience):
        self.place, self.page = place, getattr(place, "page", place)
        self.explorer, self.patience = explorer, patience
        self.picture, self.faults = place.locator(PICTURE).first, []
        self.picture.wait_for()
        self.fields, self.names = place.locator(CONTROLS), movable(explorer)
        assert self.fields.count() == len(self.names)

    def move(self, i, hand, name):
        """There and back by the first way of this hand that changes words and drawing."""
        for there, back in hand(self.page, self.fields.nth(i)):
            before = self.expected()
            self.act(i, there, name)
            after = self.expected()
            self.act(i, back, f"{name}, back")
            if not any(map(eq, before[1:], after[1:])):
                return
        self.faults.append(f"{name}: words or drawing stay")

    def act(self, i, action, name):
        """Move the control, bring the twin to where the control now is seen, and compare."""
        before = self.now()[i]
        action()
        if self.wait(lambda: readings(self.fields)[i] != before, REACTION):
            self.explorer.bring({self.names[i]: self.at_rest(i)})
            self.agree(name)

    def at_rest(self, i):
        """Where a control stands when the last move of a mouse has come."""
        seen = None
        while (now := readings(self.fields)[i]) != seen:
            seen = now
            self.page.wait_for_timeout(100)
        return now

    def touch(self, asked):
        """Touch the last place in the picture that asks for these stops."""
        places = self.picture.locator("[data-set]")
        at = places.evaluate_all("nodes => nodes.map(node => node.dataset.set)").index(asked)
        places.nth(at).focus()
        self.page.keyboard.press("Enter")
        self.explorer.bring(json.loads(asked))
        self.agree(f"{asked} touched")

    def press(self, label):
        """Press a button; it may just change other controls."""
        self.place.get_by_role("button", name=label, exact=True).press("Enter")
        self.explorer.click(label)
        self.agree(f"{label} pressed")

    def agree(self, name):
        """Wait until the page is as the twin says; else note in what it is not."""
        expected = self.expected()
        if not self.wait(lambda: self.seen() == expected, self.patience):
            parts = zip(("controls", "words", "drawing"), self.seen(), expected, strict=True)
            wrong = [part for part, now, due in parts if now != due]
            self.faults.append(f"{name}: not the twin's {' and '.join(wrong)}")

    def now(self):
        return [self.explorer.stops[name] for name in self.names]

    def expected(self):
        picture = self.explorer.picture
        return [self.now(), picture.alt, self.page.evaluate(SAME_MARKUP, themed(picture.inline))]

    def seen(self):
        words = self.picture.get_attribute("aria-label")
        return [readings(self.fields), words, self.picture.evaluate(DRAWN)]

    def wait(self, condition, seconds):
        """Whether the condition comes true in this time."""
        deadline = time.monotonic() + seconds
        while not (true := condition()) and time.monotonic() < deadline:
            self.page.wait_for_timeout(30)
        return true


def themed(markup):
    """As a page shows an SVG: ink, lines and grid in its own colours."""
    if not markup.startswith("<svg"):
        return markup
    tints = f'((?:fill|stroke)(?:="|: ))({"|".join(INKS)})'
    markup = re.sub(tints, lambda m: m[1] + INKS[m[2].upper()], markup, flags=re.IGNORECASE)
    return re.sub('(<(?:rect|circle|path)[^>]*) fill="white"', r'\1 fill="var(--paper)"', markup)
