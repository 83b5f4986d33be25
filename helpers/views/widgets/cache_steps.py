"""Writing with a cache, step by step: which keys and values are kept, which computed again.

Notebook: Generate.
"""

from collections.abc import Callable

import ipywidgets

from helpers.basics.numbers import whole
from helpers.basics.signature import signed
from helpers.views.drawing import Picture, counted, given, glyph, svg
from helpers.views.drawing.palette import BLUE, GRID, INK, ORANGE, PRINT, QUIET
from helpers.views.widgets.explorer import Explorer

WIDTH, LEFT, RIGHT = 840, 112, 12  # CSS pixels: the picture, and the room beside the text
WIDEST, TEXT, PLACES, KEYS, TOTALS = 22, 40, 62, 84, 168  # a cell; where each row stands
ROOMY = 17  # pixels of a cell with room for every number
MOST = 60  # characters


@signed()
def cache_steps(text: str, prompt: int, window: int, written: int = 0) -> Explorer:
    """Write the text character by character after its first `prompt` ones, with a cache or without.

    window: how many characters the model sees at most. written: where the slider stands at first.
    ValueError for more than 60 characters, or a prompt that leaves nothing to write.
    """
    rule = f"A text has at most {MOST} characters, some of them after the prompt"
    given.must(0 < prompt < len(text) <= MOST, rule, f"{len(text)} with {prompt}", "Try text[:40].")
    given.must(window > 0, "A window holds at least one character", window, "Try 24.")
    whole("written", written, 0, len(text) - prompt)
    controls = {
        "written": ipywidgets.IntSlider(written, 0, len(text) - prompt, description="written"),
        "cache": ipywidgets.Checkbox(True, description="keep keys and values"),
    }
    return Explorer(
        _drawing(text, prompt, window), play=["written"], pairs=[("written", "cache")], **controls
    )


def tokens_read(written: int, prompt: int, window: int, cache: bool) -> int:
    """How many tokens the model reads in order to write one more, after so many were written."""
    length = prompt + written
    if cache and written > 0 and length <= window:
        return 1
    return min(length, window)


def _drawing(text: str, prompt: int, window: int) -> Callable[..., Picture]:
    cell = min(WIDEST, (WIDTH - LEFT - RIGHT) / len(text))

    def draw(written: int, cache: bool) -> Picture:
        length = prompt + written
        first, new = max(0, length - window), tokens_read(written, prompt, window, cache)
        parts = [_caption(TEXT, "text"), _caption(PLACES, "position"), _caption(KEYS + 15, "k, v")]
        parts += [_cell(i, text[i], cell, first, length - new) for i in range(length)]
        frame = LEFT + first * cell, TEXT - 20, (length - first) * cell, KEYS + 4
        parts.append(svg.rect(*frame, "none", QUIET))
        parts += [*_key(), *_totals(written, prompt, window)]
        alt = _say(written, length, first, new, cache)
        return Picture(alt, markup=svg.document(WIDTH, TOTALS + 64, parts))

    return draw


def _caption(y: float, text: str) -> str:
    return svg.words(LEFT - 14, y, text, 12, text_anchor="end", fill=QUIET)


def _cell(i: int, character: str, cell: float, first: int, old: int) -> str:
    """One character, its position in the window, and whether its keys and values are new."""
    left, middle = LEFT + i * cell, LEFT + (i + 0.5) * cell
    half = svg.MONO_ADVANCE * 7
    parts = [svg.mono(middle - half, TEXT, glyph(character), 14, fill=INK if i >= first else QUIET)]
    if i < first:  # it has left the window, and its keys and values are gone
        return parts[0] + svg.rect(left + 3, KEYS + 3, cell - 6, 14, GRID)
    if cell >= ROOMY or (i - first) % 2 == 0:
        place = str(i - first)
        parts.append(svg.words(middle, PLACES, place, 11, text_anchor="middle", fill=QUIET))
    parts.append(svg.rect(left + 2, KEYS, cell - 4, 20, BLUE if i < old else ORANGE))
    if i >= old:
        parts.append(svg.words(middle, KEYS + 15, "×", 13, text_anchor="middle", fill=PRINT))
    return "".join(parts)


def _key() -> list[str]:
    names = (BLUE, "kept from before"), (ORANGE, "× computed at this step"), (GRID, "thrown away")
    y, parts = KEYS + 46, []
    for i, (colour, name) in enumerate(names):
        parts.append(svg.rect(LEFT + 190 * i, y - 11, 14, 14, colour))
        parts.append(svg.words(LEFT + 190 * i + 20, y, name, 12))
    return parts


def _totals(written: int, prompt: int, window: int) -> list[str]:
    """Two bars: the tokens read so far, with a cache and without."""
    read = {cache: _so_far(written, prompt, window, cache) for cache in (True, False)}
    unit, parts = (WIDTH - LEFT - 140) / max(read.values()), []
    for y, (cache, n) in zip((TOTALS, TOTALS + 26), read.items(), strict=True):
        parts.append(_caption(y + 12, "with a cache" if cache else "without"))
        parts.append(svg.rect(LEFT, y, max(1, n * unit), 16, BLUE if cache else ORANGE))
        parts.append(svg.words(LEFT + n * unit + 8, y + 13, f"{counted(n, 'token')} read", 12))
    return parts


def _so_far(written: int, prompt: int, window: int, cache: bool) -> int:
    return sum(tokens_read(n, prompt, window, cache) for n in range(written + 1))


def _say(written: int, length: int, first: int, new: int, cache: bool) -> str:
    kept = length - first - new
    head = (
        f"After {counted(written, 'written character')}, {'with' if cache else 'without'} a cache"
    )
    gone = f", {counted(first, 'character')} left of the window" if first else ""
    return f"{head}: {counted(new, 'token')} read now, {counted(kept, 'pair')} kept{gone}."
