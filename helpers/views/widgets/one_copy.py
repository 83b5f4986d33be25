"""One copy, step by step: two heads in two layers. Notebook: Attention."""

from collections.abc import Callable, Sequence

import ipywidgets
from torch import Tensor

from helpers.basics.signature import signed
from helpers.views.drawing import Picture, given, spoken
from helpers.views.pictures.text_arcs import Arc, text_arcs
from helpers.views.widgets.explorer import Explorer

STEPS = {
    "1  each place is told the symbol before it": 1,
    "2  the induction head looks for it": 2,
    "3  and hands on what stands there": 3,
}
SEEN = 0.02  # a weight below this draws no arc


@signed()
def one_copy(tokens: Sequence[str], before: Tensor, finding: Tensor, probs: Tensor) -> Explorer:
    """Step through a copy: the previous-token head, the induction head, the prediction.

    tokens: T symbols. before, finding: the maps (T, T) of the two heads. probs: (T, T), in row t
    and column s how probable the symbol at s is after place t. ValueError unless the shapes fit.
    """
    T, shapes = len(tokens), [tuple(x.shape) for x in (before, finding, probs)]
    rule = f"For {T} tokens two maps and the probabilities are ({T}, {T}) each"
    given.must(shapes == 3 * [(T, T)], rule, shapes, "Try maps[layer, 0, head].")
    place = ipywidgets.IntSlider(T - 2, min=1, max=T - 1, description="place")
    step = ipywidgets.Dropdown(options=STEPS, description="step", layout={"width": "380px"})
    draw = _drawing(tokens, before.tolist(), finding.tolist(), probs.tolist())
    return Explorer(draw, play=["step"], pairs=[("step", "place")], step=step, place=place)


def _drawing(tokens, before, finding, probs) -> Callable[..., Picture]:
    told = [""] + [tokens[strongest(row)] for row in before[1:]]

    def draw(step: int, place: int) -> Picture:
        known, here = told[: place + 1] + [""] * (len(tokens) - place - 1), spoken(tokens[place])
        found = arcs_of(finding[place], place)
        source = strongest(finding[place])
        read, chance = spoken(tokens[source]), probs[place][source]
        if step == 1:
            back = [hardest(before[s], s) for s in range(1, place + 1)]
            said = "Layer 0: the previous-token head brings each place the symbol before it."
            return text_arcs(tokens, back, "1  The note", known, [place], said)
        if step == 2:
            said = f"Layer 1: at {here} the induction head looks for places that were told {here}."
            return text_arcs(tokens, found, "2  The search", known, [place], said)
        said = f"It reads {read} there. As the next, {read} has probability {chance:.2f}."
        only = [arc for arc in found if arc[1] == source]
        return text_arcs(tokens, only, "3  The copy", known, [place, source], said)

    return draw


def strongest(row: Sequence[float]) -> int:
    """The place with the largest weight."""
    return max(range(len(row)), key=row.__getitem__)


def hardest(row: Sequence[float], place: int) -> Arc:
    """The arc from a place to the one that it looks at hardest."""
    return place, strongest(row), max(row)


def arcs_of(row: Sequence[float], place: int) -> list[Arc]:
    """What a place looks at, as arcs; faint weights are left out."""
    return [(place, s, weight) for s, weight in enumerate(row) if weight > SEEN]
