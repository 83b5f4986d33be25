"""The ideas of the course as a drawn map: a box for each, arrows to what rests on it.

With one idea chosen, all that it rests on is dark, the rest is pale, and a card below says it in a
sentence and a formula, and where it is built.
"""

from helpers.views.drawing import Picture, listed
from helpers.views.drawing.palette import BLUE, GREEN, INK, ORANGE, PURPLE, VERMILLION
from helpers.views.drawing.svg import document, link, rect, touched, words
from helpers.views.pictures.ideas import IDEAS, KINDS, Idea, all_below, by_name, leads_to

WIDTH, TOP, LEFT = 780, 46, 16
ACROSS, DOWN = 154, 51  # from box to box
WIDE, HIGH, STRIPE = 130, 35, 7
CARD = 138
COLOURS = dict(zip(KINDS, (GREEN, ORANGE, BLUE, VERMILLION, PURPLE), strict=True))
PALE = 0.22


def idea_map(chosen: str = "") -> Picture:
    """The map; chosen: the name of an idea, or "" for none. ValueError for an unknown name."""
    lit = {chosen} | all_below(chosen) if chosen else {idea.name for idea in IDEAS}
    arrows = [(below, idea) for idea in IDEAS for below in map(by_name, idea.rests_on)]
    parts = [*_key(), *(_arrow(a, b, {a.name, b.name} <= lit) for a, b in arrows)]
    for idea in IDEAS:
        box = _box(idea, idea.name in lit, idea.name == chosen)
        parts.append(touched(box, chosen=idea.name))
    height = TOP + DOWN * (1 + max(idea.row for idea in IDEAS))
    if chosen:
        parts += _card(by_name(chosen), height)
    markup = document(WIDTH, height + CARD * bool(chosen), parts)
    return Picture(_say(chosen), markup=markup, width=WIDTH)


def _corner(idea: Idea) -> tuple[float, float]:
    return LEFT + ACROSS * idea.column, TOP + DOWN * idea.row


def _key() -> list[str]:
    drawn = []
    for i, (kind, colour) in enumerate(COLOURS.items()):
        x = LEFT + 112 * i
        drawn += [rect(x, 12, STRIPE, 16, colour), words(x + 13, 25, kind, 13)]
    return drawn


def _box(idea: Idea, lit: bool, chosen: bool) -> list[str]:
    x, y = _corner(idea)
    colour, border = COLOURS[idea.kind], 3.5 if chosen else 1.5
    frame = f'x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="6"'
    return [
        f'<rect {frame} fill="white"/><g opacity="{1 if lit else PALE}">',
        f'<rect {frame} fill="white" stroke="{colour}" stroke-width="{border}"/>',
        rect(x + 3, y + 4, STRIPE, HIGH - 8, colour),
        words(x + 17, y + 22, idea.name, 13),
        "</g>",
    ]


def _arrow(below: Idea, above: Idea, lit: bool) -> str:
    """From one box to the box that rests on it, which stands on its right or below it."""
    path, tip = _path(below, above)
    look = f'fill="none" stroke="{INK}" stroke-width="1.3"'
    drawn = f'<path d="{path}" {look}/><path d="{tip}" fill="{INK}"/>'
    return f'<g opacity="{1 if lit else PALE}">{drawn}</g>'


def _path(below: Idea, above: Idea) -> tuple[str, str]:
    (x0, y0), (x1, y1) = _corner(below), _corner(above)
    if y0 == y1:
        start, end = (x0 + WIDE, y0 + HIGH / 2), (x1, y1 + HIGH / 2)  # always to the right
        return _curve(start, start, end, end), _tip(end, "right")
    aside = 34 * ((x0 > x1) - (x0 < x1))  # from the left they arrive left of the middle
    start, end = (x0 + 65, y0 + HIGH), (x1 + 65 + aside, y1)
    middle = (start[1] + end[1]) / 2
    return _curve(start, (start[0], middle), (end[0], middle), end), _tip(end, "down")


def _curve(*points: tuple[float, float]) -> str:
    start, *others = (f"{x:g} {y:g}" for x, y in points)
    return f"M {start} C {', '.join(others)}"


def _tip(end: tuple[float, float], way: str) -> str:
    x, y = end
    dx, dy = {"down": (0, -8), "right": (-8, 0)}[way]
    corners = [f"{x + dx + s * dy / 2:g} {y + dy + s * dx / 2:g}" for s in (1, -1)]
    return f"M {x:g} {y:g} L {corners[0]} L {corners[1]} Z"


def _card(idea: Idea, y: float) -> list[str]:
    built, *around = _around(idea)
    where = words(LEFT + 20, y + 91, built, 13, fill=BLUE, text_decoration="underline")
    return [
        rect(LEFT, y + 2, STRIPE, CARD - 22, COLOURS[idea.kind]),
        words(LEFT + 20, y + 18, idea.name, 16, font_weight="bold"),
        words(LEFT + 20, y + 43, idea.sentence, 13.5),
        words(LEFT + 20, y + 68, idea.formula, 15),
        link([where], idea.notebook, idea.section),
        *(words(LEFT + 20, y + 112, line, 13) for line in around),
    ]


def _around(idea: Idea) -> list[str]:
    """Where it is built, and its neighbours on the map."""
    rests = f"Rests on: {listed(idea.rests_on)}. " if idea.rests_on else ""
    leads = f"Leads to: {listed(leads_to(idea.name))}." if leads_to(idea.name) else ""
    where = f"Built in {idea.title}, section “{idea.section}”."
    return [where, *filter(None, [(rests + leads).strip()])]


def _say(chosen: str) -> str:
    if not chosen:
        ends = listed([idea.name for idea in IDEAS if not idea.rests_on])
        on = {f"{i.name} ({i.title})": leads_to(i.name) for i in IDEAS}
        ways = [f"{idea}: leads to {listed(names)}." for idea, names in on.items() if names]
        head = f"Map of the {len(IDEAS)} ideas of the course. It begins with {ends}."
        return " ".join([head, *ways])
    idea = by_name(chosen)
    counted = f"All that it rests on: {len(all_below(chosen))} of the {len(IDEAS)} ideas."
    return f"{idea.name}. {idea.sentence} {idea.formula}. {' '.join([*_around(idea), counted])}"
