"""How a block is wired: `plots.block_flows` for one kind as SVG, for a picture that moves."""

from helpers.views.drawing import svg
from helpers.views.drawing.chart import SIZE, SMALL, stroke
from helpers.views.drawing.palette import INK
from helpers.views.plots.block import ASIDE, COLOURS, FLOWS, HALF, HIGH, WIDE

ACROSS, UP = 78.0, 57.0  # CSS pixels of a unit
LEFT, LOW = 54.0, 327.0  # where the stream lies, and where y is 0
THICK, THIN = 4.4, 2.0
Place = tuple[float, float]


def block_wiring(kind: str) -> list[str]:
    """A block of one kind in FLOWS, 210 by 360 CSS pixels: the thick stream, boxes, thin branches.

    KeyError for another kind.
    """
    flow, head = FLOWS[kind], 2 * HALF + 0.4
    parts = [_arrow((0, -0.1), (0, head), THICK), _write((0, -0.32), "x")]
    parts.append(_write((ASIDE / 2, 2 * HALF + 0.9), kind, font_weight="bold"))
    parts.append(_write((ASIDE / 2, 2 * HALF + 0.57), flow.formula, SMALL))
    for n, name in enumerate(("attention", "network")):
        parts += _sublayer(n * HALF, name, flow) if flow.sums else _box((0, (n + 0.5) * HALF), name)
    return parts


def _sublayer(y: float, name: str, flow) -> list[str]:
    """One half of a block with a sum, from y upwards."""
    bottom, top = y + 0.1, y + 1.62
    corners = [_at((0, bottom)), _at((ASIDE, bottom)), _at((ASIDE, top))]
    way = "L".join(f"{x:.1f} {down:.1f}" for x, down in corners)
    parts = [f'<path d="M{way}" fill="none" stroke="{INK}" stroke-width="{THIN:g}"/>']
    parts.append(_arrow((ASIDE, top), (0.15, top), THIN))
    parts += _box((ASIDE, y + 0.5), "norm") if flow.before else []
    parts += _box((ASIDE, y + (1.13 if flow.before else 0.85)), name)
    (x, down), look = _at((0, top)), f'fill="white" stroke="{INK}" stroke-width="{THIN:g}"'
    parts += [f'<circle cx="{x:g}" cy="{down:.1f}" r="11" {look}/>', _write((0, top), "+")]
    return parts + (_box((0, y + 2.08), "norm") if flow.after else [])


def _box(middle: Place, name: str) -> list[str]:
    x, y = _at(middle)
    width, height = ACROSS * WIDE, UP * HIGH
    place = f'x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}"'
    look = f'height="{height:.1f}" rx="5" fill="white" stroke="{COLOURS[name]}" stroke-width="2.5"'
    return [f"<rect {place} {look}/>", _write(middle, name, SMALL)]


def _arrow(start: Place, end: Place, width: float) -> str:
    """A straight line with a head at its end, straight up or to the left."""
    (x, y), (a, b), size = _at(start), _at(end), 4 + 2.2 * width
    if a == x:
        line = stroke((x, y, a, b + size), INK, width)
        return f'{line}<path d="M{a:.1f} {b:.1f}l{size / 2:g} {size:g}h{-size:g}Z" fill="{INK}"/>'
    line = stroke((x, y, a + size, b), INK, width)
    return f'{line}<path d="M{a:.1f} {b:.1f}l{size:g} {size / 2:g}v{-size:g}Z" fill="{INK}"/>'


def _write(middle: Place, text: str, size: float = SIZE, **look) -> str:
    x, y = _at(middle)
    return svg.words(x, y + 0.35 * size, text, size, text_anchor="middle", **look)


def _at(place: Place) -> Place:
    return LEFT + ACROSS * place[0], LOW - UP * place[1]
