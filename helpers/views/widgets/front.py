"""The page's side of an Explorer: its controls and picture on one board, through anywidget.

`front.js` shows them. The page sends wishes, texts for controls; Python answers with a scene: where
all controls stand, and the picture of that. Numbers tell which wish a scene answers.
"""

from collections.abc import Callable, Mapping

import traitlets
from anywidget import AnyWidget

from helpers.views.widgets.board import MODULE


class Front(AnyWidget):
    """What is synchronised with the page. move: texts by control; click: the label of a button."""

    _esm = MODULE
    board = traitlets.List().tag(sync=True)  # the controls, as `board.furniture` says
    actions = traitlets.List().tag(sync=True)
    scene = traitlets.Dict().tag(sync=True)
    wish = traitlets.Dict().tag(sync=True)
    book = traitlets.Unicode().tag(sync=True)  # a flipbook

    def __init__(
        self, actions: list[str], move: Callable[[Mapping[str, str]], None], click: Callable
    ):
        self._answered, self._epoch, self._move, self._click = 0, 0, move, click
        super().__init__(actions=actions)
        self.observe(self._wished, names="wish")
        self.on_msg(self._clicked)

    def show(self, board: list, at: Mapping[str, str], picture) -> None:
        """Show where the controls stand, and the picture of that."""
        self._tell(board, at, html=picture.inline, alt=picture.alt)

    def warn(self, board: list, at: Mapping[str, str], words: str) -> None:
        """Show what went wrong, beside the last picture."""
        self._tell(board, at, alarm=words)

    def _tell(self, board: list, at: Mapping[str, str], **what) -> None:
        number = {"seq": self._answered, "epoch": self._epoch}
        with self.hold_sync():  # one message, so that controls and picture change together
            self.board, self.scene = board, number | {"at": dict(at)} | what

    def _wished(self, change) -> None:
        self._answered = change.new["seq"]
        self._move(change.new["moves"])

    def _clicked(self, _, content: Mapping[str, object], buffers: object) -> None:
        self._answered = content["seq"]
        self._epoch += 1  # a button may change what is drawn: the page forgets what it remembers
        if content["moves"]:
            self._move(content["moves"])
        self._click(content["click"])
