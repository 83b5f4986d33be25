"""A mask as a grid: who may look at whom, how much is taken from where, and what it costs.

An HTML table in the reader's own colours, light or dark. A cell that shows a position its future is
vermillion and framed; GitHub removes colours, but the numbers stay.
"""

import html
import math
from collections.abc import Sequence

import numpy as np
import torch

from helpers.basics.numbers import array
from helpers.views.drawing import Picture, given, glyph, listed, number, palette, spoken, svg

MAY, FUTURE = palette.triple(palette.BLUE), palette.triple(palette.VERMILLION)
BAR_NATS, BAR_PIXELS = 6.0, 90  # the loss; what is longer is cut
GAP_NATS, GAP_PIXELS = 1.0, 45  # its distance from the truth, to either side: a leak is small
TABLE = "border-collapse:separate;border-spacing:2px;font-size:12px;line-height:1.2;margin:0;"
TABLE += "color:inherit"
CELL = "width:30px;min-width:30px;height:25px;padding:0;text-align:center;border-radius:3px"
SIDE = "padding:0 8px;text-align:left;white-space:nowrap;font-family:monospace;font-size:13px"
WORDS = "font-size:14px;line-height:1.5;margin:8px 0 4px;max-width:760px"
NO_BORDER = ";border:2px solid transparent"
ROW = '<tr style="background:none">'  # else JupyterLab stripes the rows of a table
TICK = "display:inline-block;width:2px;height:18px;background-color:currentColor"


def mask_grid(
    visible: object,
    weights: object | None,
    text: Sequence[str],
    losses: object | None,
    floors: object | None = None,
    below: object | None = None,
    selected: int = 0,
    remark: str = "",
) -> Picture:
    """One row per position: whom it may look at, what comes next, and the loss of predicting it.

    visible: (T, T) of True and False; weights: (T, T) shares, rows sum to 1; text: T + 1
    characters or tokens, the last one only predicted; losses, floors: (T,) nats; below: (T,) where
    a loss is too low to be honest. selected: the row that the description tells. weights and losses
    are None for a mask that cannot be used.
    """
    visible, T = array(visible).astype(bool), len(text) - 1
    rule = f"A mask for {T + 1} characters must be {T} by {T}, the last character is only predicted"
    advice = "Try text[start : start + T + 1]."
    given.must(visible.shape == (T, T) and T > 0, rule, visible.shape, advice)
    weights, losses, floors = (None if v is None else array(v) for v in (weights, losses, floors))
    bars = [""] * T if losses is None else _bars(losses, floors, below)
    rows = [_head(text, floors is not None)]
    rows += [_row(t, visible, weights, text, bars[t], t == selected) for t in range(T)]
    table = f'<table style="{TABLE}">{"".join(rows)}</table>'
    paragraph = f'<p style="{WORDS}">{html.escape(remark)}</p>'
    return Picture(_say(visible, text, losses, floors, selected, remark), markup=table + paragraph)


def bits(visible: object) -> str:
    """A mask (T, T) as text, row by row: 1 where a position may look.

    >>> bits([[True, False], [True, True]])
    '1011'
    """
    return "".join(map(str, array(visible).astype(int).flatten().tolist()))


def unpacked(cells: str) -> torch.Tensor:
    """The mask of such a text: (T, T) of True and False."""
    T = math.isqrt(len(cells))
    return torch.tensor([cell == "1" for cell in cells]).view(T, T)


def _head(text: Sequence[str], known: bool) -> str:
    columns = "".join(f'<th style="{CELL};font-weight:normal">{_shown(c)}</th>' for c in text[:-1])
    side = f'<th style="{SIDE};font-weight:normal'
    words = f"{side};font-family:inherit"
    gap = f'{words}">nats below | above the truth</th>' * known
    ends = f'{side}">predicts</th>{words}">{"loss" if known else "loss in nats"}</th>{gap}</tr>'
    return f'{ROW}{side}">reads, sees →</th>{columns}{ends}'


def _row(t: int, visible, weights, text: Sequence[str], bar: str, selected: bool) -> str:
    name = f"{'▸' if selected else '&nbsp;'} {t:2d} {_shown(text[t])}".replace("  ", "&nbsp; ")
    name = f"<b>{name}</b>" if selected else name
    share = np.zeros(len(visible)) if weights is None else weights[t]
    row = enumerate(zip(visible[t].tolist(), share, strict=True))
    cells = "".join(
        _cell(t, s, seen, part, text, weights is None, _touched(visible, t, s))
        for s, (seen, part) in row
    )
    return (
        f'{ROW}<td style="{SIDE}" {svg.asks(row=t)}>{name}</td>{cells}'
        f'<td style="{SIDE};text-align:center">{_shown(text[t + 1])}</td>'
        f"{bar}</tr>"
    )


def _cell(
    t: int, s: int, seen: bool, share: float, text: Sequence[str], blank: bool, touch: str
) -> str:
    who, whom = (html.escape(f"position {i} {spoken(text[i])}", quote=True) for i in (t, s))
    if not seen:
        return (
            f'<td title="{who} may not look at {whom}" {touch} '
            f'style="{CELL}{NO_BORDER};opacity:.4">·</td>'
        )
    leak = f";border:2px solid rgb({FUTURE})"
    colour, border = (FUTURE, leak) if s > t else (MAY, NO_BORDER)
    takes = "" if blank else f" and takes {share:.2f} from it"
    tint = f"background-color:rgba({colour},{0.13 + 0.5 * share:.2f})"
    shown = "●" if blank else f"{share:.2f}".lstrip("0") if share < 0.995 else "1"
    title = f"{who} may look at {whom}{takes}"
    return f'<td title="{title}" {touch} style="{CELL}{border};{tint}">{shown}</td>'


def _touched(visible: np.ndarray, t: int, s: int) -> str:
    """What a touch of this cell asks for: the mask with this cell turned round."""
    cells, at = bits(visible), t * len(visible) + s
    return svg.asks(cells=f"{cells[:at]}{'01'[cells[at] == '0']}{cells[at + 1 :]}")


def _bars(losses: np.ndarray, floors: np.ndarray | None, below: object | None) -> list[str]:
    flagged = [False] * len(losses) if below is None else array(below).astype(bool)
    if floors is None:
        return [_held(_bar(*row)) for row in zip(losses, flagged, strict=True)]
    rows = zip(losses, losses - floors, flagged, strict=True)
    return [_held(f"{loss:.2f}") + _held(_gap(gap, cheap)) for loss, gap, cheap in rows]


def _held(bar: str) -> str:
    return f'<td style="padding:0 8px;white-space:nowrap;text-align:left">{bar}</td>'


def _bar(loss: float, below: bool) -> str:
    """A bar as long as the loss, and the number."""
    width = BAR_PIXELS * min(loss, BAR_NATS) / BAR_NATS
    box = f"display:inline-block;width:{BAR_PIXELS}px;vertical-align:middle"
    bar = f"height:12px;width:{width:.0f}px;{_filled(below)}"
    return f'<span style="{box}"><div style="{bar}"></div></span>&ensp;{loss:.2f}'


def _gap(gap: float, below: bool) -> str:
    """How far the loss lies below the truth or above it: a bar to the left or to the right."""
    width = GAP_PIXELS * min(abs(gap), GAP_NATS) / GAP_NATS
    left = GAP_PIXELS - width if gap < 0 else GAP_PIXELS
    box = f"display:inline-block;position:relative;width:{2 * GAP_PIXELS}px;height:18px"
    bar = f"position:absolute;top:3px;left:{left:.0f}px;height:12px;width:{width:.0f}px"
    mark = f'<span style="{TICK};position:absolute;left:{GAP_PIXELS - 1}px;top:0"></span>'
    shown = f"{gap:+.2f}".replace("-", "−")
    shown = f"<b>{shown} leak</b>" if below else shown
    filled = f'<div style="{bar};{_filled(below)}"></div>'
    return f'<span style="{box};vertical-align:middle">{filled}{mark}</span>&ensp;{shown}'


def _filled(below: bool) -> str:
    return f"background-color:rgba({FUTURE if below else MAY},.75);border-radius:2px"


def _shown(character: str) -> str:
    return html.escape(glyph(character))


def _say(visible, text: Sequence[str], losses, floors, selected: int, remark: str) -> str:
    seen = [f"{s} {spoken(text[s])}" for s in np.flatnonzero(visible[selected])] or ["nobody"]
    parts = [f"Position {selected} {spoken(text[selected])} may look at {listed(seen)}."]
    if losses is not None:
        parts.append(f"Mean loss {number(losses.mean())} nats")
        parts[-1] += "." if floors is None else f", the truth pays {number(floors.mean())}."
    return " ".join([*parts, remark]).strip()
