"""A page with the front end alone, and an explorer that is asked as its kernel would be."""

import json

import ipywidgets

from helpers.views.drawing.picture import Picture
from helpers.views.widgets import Explorer, board

PAGE = """<!doctype html><meta charset=utf-8><body><div id=el></div><script type=module>
{module}
const state = {state}, heard = [];
window.sent = [];
window.model = {{
  get: (name) => state[name],
  set: (name, value) => (state[name] = value),
  save_changes: () => window.sent.push(structuredClone(state.wish)),
  send: (content) => window.sent.push(content),
  on: (event, listener) => heard.push(listener),
}};
window.answer = (scene, board) => {{
  Object.assign(state, {{ scene, board: board ?? state.board }});
  heard.forEach((listener) => listener());
}};
live(window.model, document.getElementById("el"));
window.ready = true;
</script>"""


def explorer(**options):
    def draw(k, name):
        if (k, name) == (3, "b"):
            raise ValueError("k must be less; got 3. Try 2.")
        return Picture(f"k is {k} for {name}", markup=f"<p>{k} {name}</p>")

    controls = {"k": ipywidgets.IntSlider(1, 0, 3), "name": ipywidgets.Dropdown(options=["a", "b"])}
    return Explorer(draw, play=["k"], **options, **controls)


class Played:
    """A page with the front end of an explorer, and this explorer as a kernel that is asked."""

    def __init__(self, page, explorer):
        self.page, self.explorer, front = page, explorer, explorer.front
        names = ("board", "actions", "scene", "wish", "book")
        state = json.dumps({name: getattr(front, name) for name in names})
        page.set_content(PAGE.format(module=board.MODULE, state=state))
        page.wait_for_function("window.ready")
        self.slider, self.status = page.locator("[data-name=k]"), page.locator(".status")
        self.picture, self.alarm = page.locator(".picture"), page.locator(".alarm")
        self.words, self.answered = page.locator(".words"), 0

    def press(self, key="ArrowRight"):
        self.slider.press(key)

    def choose(self, option):
        self.page.locator("[data-name=name]").select_option(option)

    def sent(self):
        return self.page.evaluate("window.sent")

    def answer(self, number=None):
        """The kernel answers the message of this number; by default all that it has not."""
        messages = self.sent()[self.answered :] if number is None else [self.sent()[number]]
        for message in messages:
            self.explorer.front.wish = message
            self.tell()
        self.answered = len(self.sent())

    def tell(self):
        """The page is told how the kernel's widget now stands."""
        told = [self.explorer.front.scene, self.explorer.front.board]
        self.page.evaluate("told => window.answer(...told)", told)

    def pale(self):
        return "old" in self.picture.get_attribute("class").split()

    def waits(self):
        """Until the page says that it waits for the kernel."""
        self.page.get_by_text("waiting for the kernel").wait_for()

    def focused(self):
        root = "document.activeElement.shadowRoot.activeElement"
        return self.page.evaluate(f"{root}?.closest('[data-name]')?.dataset.name")

    def shown(self):
        return self.slider.get_attribute("aria-valuetext"), self.picture.text_content()
