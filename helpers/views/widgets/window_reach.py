"""How far a sliding window reaches through several layers. Notebook: Toward GPT-4."""

import ipywidgets

from helpers.basics.numbers import whole
from helpers.basics.signature import signed
from helpers.views.drawing import Picture, counted
from helpers.views.drawing.palette import BLUE, ORANGE, QUIET, SKY
from helpers.views.drawing.svg import document, touched, words
from helpers.views.widgets.explorer import Explorer

POSITIONS, DEEPEST, WIDEST = 24, 6, 8
WIDTH, LEFT, TOP, ACROSS, DOWN = 760, 104, 34, 27.5, 46  # CSS pixels
Node = tuple[int, int]  # row (0: the top layer), position


@signed()
def window_reach(width: int = 3, layers: int = 4) -> Explorer:
    """Which inputs can change the output at one position, when every layer sees a window.

    width: positions that a layer sees, itself included. Move width, layers and the position; the
    lines show every way on which something of an input can travel up.
    """
    whole("width", width, 1, WIDEST)
    whole("layers", layers, 1, DEEPEST)
    controls = {
        "width": ipywidgets.IntSlider(width, min=1, max=WIDEST, description="window"),
        "layers": ipywidgets.IntSlider(layers, min=1, max=DEEPEST),
        "position": ipywidgets.IntSlider(POSITIONS - 1, min=0, max=POSITIONS - 1),
    }
    return Explorer(draw, pairs=[("width", "layers")], **controls)


def reached(width: int, layers: int, position: int) -> list[list[int]]:
    """What each layer contributes, from the top layer down to the inputs: lists of positions."""
    found = [[position]]
    for _ in range(layers):
        found.append(list(range(max(0, found[-1][0] - width + 1), position + 1)))
    return found


def draw(width: int, layers: int, position: int) -> Picture:
    """The grid of layers and positions, and the cone of what the chosen output depends on."""
    found, down = reached(width, layers, position), DEEPEST - layers  # the inputs lie lowest
    lines = [
        _line((down + row, t), (down + row + 1, s))
        for row in range(layers)
        for t in found[row]
        for s in range(max(0, t - width + 1), t + 1)
    ]
    dots = [
        touched([_dot((down + row, t), _colour(t in places, row == layers))], position=t)
        for row, places in enumerate(found)
        for t in range(POSITIONS)
    ]
    said = _say(width, layers, position, found[-1][0])
    names = [_name(down + row, layers - row) for row in range(layers + 1)]
    head = words(LEFT - 18, 20, said, 13)
    markup = document(WIDTH, TOP + 22 + DOWN * DEEPEST + 24, [head, *names, *lines, *dots])
    return Picture(said, markup=markup, width=WIDTH)


def _place(node: Node) -> tuple[float, float]:
    return LEFT + ACROSS * node[1], TOP + 22 + DOWN * node[0]


def _colour(lit: bool, read: bool) -> str:
    return (ORANGE if read else BLUE) if lit else "white"


def _dot(node: Node, colour: str) -> str:
    x, y = _place(node)
    border = QUIET if colour == "white" else colour
    look = f'fill="{colour}" stroke="{border}" stroke-width="1.5"'
    return f'<circle cx="{x:g}" cy="{y:g}" r="6" {look}/>'


def _line(above: Node, below: Node) -> str:
    (x0, y0), (x1, y1) = _place(above), _place(below)
    return f'<path d="M {x0:g} {y0:g} L {x1:g} {y1:g}" stroke="{SKY}" stroke-width="1.4"/>'


def _name(row: int, layer: int) -> str:
    x, y = _place((row, 0))
    text = f"layer {layer}" if layer else "inputs"
    return words(x - 18, y + 4.5, text, 13, text_anchor="end")


def _say(width: int, layers: int, position: int, first: int) -> str:
    through = f"{counted(layers, 'layer')} with a window of {width}"
    depends = f"position {position} depends on the inputs {first} … {position}"
    return f"Through {through}, {depends}: {counted(position - first + 1, 'position')}."
