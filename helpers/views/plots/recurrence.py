"""What is carried where: a recurrent network laid out in time, an encoder with its decoder."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.views.drawing import given, glyph, listed, spoken, style
from helpers.views.drawing.diagram import Place, arrow, sheet, write
from helpers.views.drawing.palette import BLUE, GREEN, QUIET, VERMILLION

APART, HIGH = 1.0, 0.95  # between two columns, between two rows
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
FAINT = 0.04  # weights below it get no line
STATE = {"boxstyle": "circle,pad=0.55", "facecolor": "#E3EFF7", "edgecolor": BLUE, "lw": 1.6}
READ = {"gap": 13, "zorder": 2}  # from a token to its state, or from a state to its token
CARRIED = READ | {"colour": BLUE, "width": 2.4}
NARROW = READ | {"colour": VERMILLION, "width": 4}


@signed()
def unrolled(
    inputs: Sequence[str], outputs: Sequence[str], ax: Axes | None = None, title: str = ""
) -> Axes:
    """A recurrent network in time: tokens below, states in a row, the next tokens above.

    Its names are those of h_t = tanh(W x_t + U h_(t-1) + b). inputs, outputs: T tokens each.
    ValueError if there are none or they differ in number.
    """
    T = len(inputs)
    _check(T and len(outputs) == T, inputs, outputs)
    ax = sheet(ax, (max(5.6, 1.05 * T + 1.6), 3.1), (-1.5, T - 0.3), (-0.4, 2 * HIGH + 0.4))
    states = [(t, 1) for t in range(T)]
    _columns(ax, inputs, states, row=0)
    _columns(ax, outputs, states, row=2)
    _chain(ax, states)
    _name(ax, T)
    alt = f"Diagram: a recurrent network reads {_listed(inputs)}; every state h is made from the "
    alt += "token x below it, by W, and the state before it, by U, and foretells the token above "
    return style.finish(ax, f"{alt}it: {_listed(outputs)}.", title)


def _name(ax: Axes, T: int) -> None:
    """The letters of the formula: h in the states, W and U beside their arrows, x below."""
    for row, text in enumerate(("reads x", "state h", "expects")):
        write(ax, _at((-0.55, row)), text, style.SMALL + 1, ha="right", color=QUIET)
    for t in range(T):
        write(ax, _at((t, 1)), f"h{str(t + 1).translate(LOWERED)}", style.SIZE, zorder=4)
        write(ax, _at((t + 0.13, 0.42)), "W", style.SMALL, color=QUIET)
        if t:
            write(ax, _at((t - 0.5, 1.17)), "U", style.SMALL, color=BLUE)


@signed()
def encoder_decoder(
    source: Sequence[str],
    target: Sequence[str],
    weights: Sequence[Sequence[float]] | None = None,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """One network reads the source, another writes the target from the first one's last state.

    source: S tokens, target: T. weights: (T, S), how much of each source state a step of the
    writer looks at; drawn as lines, the thicker the more. ValueError if the numbers differ.
    """
    looks = None if weights is None else given.array(weights)
    fits = looks is None or looks.shape == (len(target), len(source))
    _check(len(source) and len(target) and fits, source, target)
    S, upper = len(source), 2 if looks is None else 3  # the row of the writer's states
    ax = _sheet(ax, S + len(target), rows=upper + 2)
    reading, writing = [(s, 1) for s in range(S)], [(S + t, upper) for t in range(len(target))]
    _columns(ax, source, reading, row=0)
    _columns(ax, target, writing, row=upper + 1)
    _chain(ax, reading)
    _chain(ax, writing)
    arrow(ax, _at(reading[-1]), _at(writing[0]), **NARROW)
    if looks is not None:
        _look(ax, looks, reading, writing)
    return style.finish(ax, _say(source, target, looks), title)


def _sheet(ax: Axes | None, columns: int, rows: int) -> Axes:
    size = max(4.0, 0.62 * columns + 0.6), 0.62 * rows + 0.5
    return sheet(ax, size, (-0.6, columns - 0.4), (-0.45, HIGH * (rows - 1) + 0.45))


def _columns(ax: Axes, tokens: Sequence[str], states: Sequence[Place], row: int) -> None:
    """Each token and its state, with an arrow: up from an input, up to an output."""
    for token, (x, level) in zip(tokens, states, strict=True):
        write(ax, _at((x, level)), " ", style.SIZE - 2, bbox=STATE, zorder=3)
        write(ax, _at((x, row)), glyph(token), style.SIZE + 1, family=style.MONO)
        arrow(ax, *(_at((x, y)) for y in sorted((level, row))), **READ)


def _chain(ax: Axes, places: Sequence[Place]) -> None:
    for before, after in zip(places, places[1:], strict=False):
        arrow(ax, _at(before), _at(after), **CARRIED)


def _look(ax: Axes, looks, reading: Sequence[Place], writing: Sequence[Place]) -> None:
    for t, s in zip(*(looks >= FAINT).nonzero(), strict=True):
        weight = float(looks[t, s])
        look = {"width": 5 * weight, "alpha": 0.25 + 0.6 * weight}
        look |= {"head": 0, "zorder": 1}  # below the states and their arrows
        arrow(ax, _at(writing[t]), _at(reading[s]), GREEN, **look)


def _at(place: Place) -> Place:
    return APART * place[0], HIGH * place[1]


def _listed(tokens: Sequence[str]) -> str:
    return listed([spoken(token) for token in tokens])


def _say(source: Sequence[str], target: Sequence[str], looks) -> str:
    text = f"Diagram: an encoder reads {_listed(source)}; its last state is handed to a decoder, "
    text += f"which writes {_listed(target)}."
    if looks is None:
        return text + " That state is the only road between them."
    seen = [spoken(source[s]) for s in looks.argmax(-1)]
    most = [f"{spoken(y)} mostly at {x}" for y, x in zip(target, seen, strict=True)]
    return text + f" It also looks back at the encoder's states: writing {listed(most)}."


def _check(fits: object, first: Sequence[str], second: Sequence[str]) -> None:
    rule = "A diagram needs at least one token on each side, as many outputs as inputs where they "
    rule += "are paired, and weights of shape (T, S)"
    got = f"{len(first)} and {len(second)} tokens"
    given.must(fits, rule, got, "Try short lists of tokens and weights[0].")
