"""A widget in the browser and the same one in the test's process: moved alike, they agree."""

import time
from operator import eq

from tests.browser.driving import PICTURE, drawn
from tests.browser.hands import WIDGETS, by_keyboard, by_mouse, readings
from tests.browser.reference import movable, shown, take

SAME_MARKUP = """html => {
    const box = document.createElement('div');
    box.innerHTML = html;
    const node = box.firstElementChild;
    return [node.alt || node.ariaLabel, node.src || node.innerHTML];
}"""
REACTION = 1  # second for a control itself to move; its picture takes longer


def drive(page, explorer, patience=20):
    """Move every control of the page's first widget by keyboard and by mouse; what went wrong.

    After every move all controls, the words and the drawing must be those of the explorer, whose
    same control was brought to the same place; and by either hand some move changes both.
    """
    pair = Pair(page, explorer, patience)
    pair.agree("as it was opened")
    for hand in (by_keyboard, by_mouse):
        for i, twin in enumerate(pair.twins):
            pair.move(i, hand, f"{twin.description or 'a control'} {hand.__name__}")
    return pair.faults


class Pair:
    """The page's first widget, and its twin with as many controls."""

    def __init__(self, page, explorer, patience):
        box = page.locator(".jp-OutputArea-output", has=page.locator(PICTURE)).first
        self.page, self.explorer, self.patience = page, explorer, patience
        self.picture, self.twins, self.faults = box.locator(PICTURE).first, movable(explorer), []
        self.picture.wait_for()
        self.controls = box.locator(WIDGETS)
        assert self.controls.count() == len(self.twins) > 0

    def move(self, i, hand, name):
        """There and back by the first way of this hand that changes words and drawing.

        A button may just change other controls.
        """
        for there, back in hand(self.page, self.controls.nth(i)):
            before = self.expected()
            self.act(i, there, name)
            after = self.expected()
            if back:
                self.act(i, back, f"{name}, back")
            is_button = not shown(self.twins[i])
            if before != after if is_button else not any(map(eq, before[1:], after[1:])):
                return
        self.faults.append(f"{name}: words or drawing stay")

    def act(self, i, action, name):
        """Move the control, bring the twin to where the control now is seen, and compare."""
        twin, before = self.twins[i], shown(self.twins[i])
        action()
        if not before or self.wait(lambda: readings(self.controls)[i] != before, REACTION):
            take(twin, readings(self.controls)[i])
            self.agree(name)

    def agree(self, name):
        """Wait until the page is as the twin says; else note in what it is not."""
        expected = self.expected()
        if not self.wait(lambda: self.seen() == expected, self.patience):
            parts = zip(("controls", "words", "drawing"), self.seen(), expected, strict=True)
            wrong = [part for part, now, due in parts if now != due]
            self.faults.append(f"{name}: not the twin's {' and '.join(wrong)}")

    def expected(self):
        controls = [shown(twin).strip(" ") for twin in self.twins]
        return [controls, *self.page.evaluate(SAME_MARKUP, self.explorer.picture.html)]

    def seen(self):
        return [readings(self.controls), *drawn(self.picture)]

    def wait(self, condition, seconds):
        """Whether the condition comes true in this time."""
        deadline = time.monotonic() + seconds
        while not (true := condition()) and time.monotonic() < deadline:
            self.page.wait_for_timeout(30)
        return true
