"""Change one token of a text, and see whose answers move. Notebook: Bugs that still train."""

from collections.abc import Callable, Mapping

import ipywidgets
import numpy as np
from torch import Tensor

from helpers.basics.signature import signed
from helpers.views.drawing import Picture, given, glyph, spoken
from helpers.views.drawing.palette import BLUE, GRID, INK, ORANGE, PRINT, QUIET, triple
from helpers.views.drawing.svg import document, mono, pixels, rect, touched, words
from helpers.views.widgets.explorer import Explorer

WIDTH, LEFT, ACROSS, DOWN, BOX = 720, 52, 656, 300, 26  # CSS pixels: the sheet, the map, a letter
STRIP, TOP = 40, 106  # where the letters and the map begin
WHITE, PAST, FUTURE = (
    (255, 255, 255), *(tuple(map(int, triple(colour).split(","))) for colour in (BLUE, ORANGE)),
)  # fmt: skip


@signed()
def changed_token(
    moved: Mapping[str, Tensor], text: str, model: str | None = None, changed: int | None = None
) -> Explorer:
    """Choose a model and which token of a text is changed; every answer that moves is coloured.

    moved: for each model a table (T, T) of True and False: row s, column t says whether the answer
    at position t moves when token s is changed. text: its T characters. model, changed: where the
    widget stands at first. Orange are answers before the changed token: a causal model has none.
    ValueError unless every table has a row and a column for each character.
    """
    T = len(text)
    rule = f"There must be a table ({T}, {T}), a row and a column for each character"
    tables = given.arrays(moved, (T, T), rule, "Try it with the text that the models have read.")
    tables = {name: table.astype(bool) for name, table in tables.items()}
    names = ipywidgets.Dropdown(options=[*tables], value=model or next(iter(tables)))
    place = ipywidgets.IntSlider(T // 2 if changed is None else changed, min=0, max=T - 1)
    pairs = [("model", "changed")]
    return Explorer(_drawing(tables, text), pairs=pairs, model=names, changed=place)


def _drawing(tables: Mapping[str, np.ndarray], text: str) -> Callable[..., Picture]:
    def draw(model: str, changed: int) -> Picture:
        table = tables[model]
        said = _say(model, text, changed, table[changed])
        parts = [*_strip(text, changed, table[changed]), *_map(table, changed)]
        head = words(LEFT, 20, said, 13)
        return Picture(said, markup=document(WIDTH, TOP + DOWN + 30, [head, *parts]), width=WIDTH)

    return draw


def _strip(text: str, changed: int, moved: np.ndarray) -> list[str]:
    """The text, a box for each letter: those whose answer moves are coloured."""
    step, parts = ACROSS / len(text), []
    for t, letter in enumerate(text):
        fill = (ORANGE if t < changed else BLUE) if moved[t] else "white"
        box = rect(LEFT + t * step + 1, STRIP, step - 2, BOX, fill, GRID)
        middle = {"text_anchor": "middle", "fill": {BLUE: "white", ORANGE: PRINT}.get(fill, INK)}
        shown = words(LEFT + (t + 0.5) * step, STRIP + 18, glyph(letter), 13, **middle)
        parts.append(touched([box, shown], changed=t))
    x = LEFT + changed * step + 1
    parts.append(f'<g fill-opacity="0">{rect(x, STRIP, step - 2, BOX, "white", INK)}</g>')
    label = {"text_anchor": "middle", "fill": QUIET}
    return [*parts, words(x + step / 2, STRIP + BOX + 16, "changed", 12, **label)]


def _map(table: np.ndarray, changed: int) -> list[str]:
    """All tokens in turn: a row is what one change moves; the chosen row has a frame."""
    T = len(table)
    ahead = np.tri(T, k=-1, dtype=bool)  # column before row: the answer stands before the change
    colours = np.where(ahead[..., None], FUTURE, PAST)
    shown = np.where(table[..., None], colours, WHITE)
    step = DOWN / T
    frame = rect(LEFT, TOP + changed * step, ACROSS, step, "white", INK)
    quiet = {"fill": QUIET}
    return [
        rect(LEFT, TOP, ACROSS, DOWN, "white", GRID),
        pixels(LEFT, TOP, ACROSS, DOWN, shown),
        f'<g fill-opacity="0">{frame}</g>',
        mono(LEFT - 24, TOP + (changed + 0.5) * step + 4, f"{changed:2d}", 12),
        words(LEFT, TOP + DOWN + 20, "a row: which token is changed", 12, **quiet),
        words(LEFT + 230, TOP + DOWN + 20, "a column: whose answer moves", 12, **quiet),
    ]


def _say(model: str, text: str, changed: int, moved: np.ndarray) -> str:
    before, later = int(moved[:changed].sum()), int(moved[changed:].sum())
    head = f"{model}: token {changed}, {spoken(text[changed])}, is changed"
    leak = f"{before} before it: a leak" if before else "none before it"
    return f"{head}. Of the answers from it on {later} move, {leak}."
