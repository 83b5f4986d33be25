"""A layer of experts, step by step: what the router says, who finds a place, what is added.

Notebook: Mixture of experts in GPT.
"""

from collections.abc import Callable, Sequence

import ipywidgets
from torch import Tensor

from helpers.basics.signature import signed
from helpers.models.routing import Switch, TopK, capacity, first_come
from helpers.views.drawing import Picture, given
from helpers.views.pictures.expert_layer import MOST_EXPERTS, MOST_TOKENS, Routed
from helpers.views.pictures.expert_layer import expert_layer as drawn
from helpers.views.widgets.explorer import Explorer

STEPS = {"1  tokens": 1, "2  router": 2, "3  places": 3, "4  sum": 4}
NO_LIMIT = "no limit"
FACTORS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, NO_LIMIT)
GATES = {
    "2 experts, sharing 1 (TopK)": TopK(2),
    "1 expert, weight 1 (TopK)": TopK(1),
    "1 expert, its probability (Switch)": Switch(1),
}


@signed()
def expert_layer(tokens: Sequence[str], logits: Tensor) -> Explorer:
    """Follow a token through a layer: step, gate, capacity factor.

    tokens: N symbols, at most 12; logits: (N, E), what the router says of each, E from 2 to 8.
    ValueError for other shapes.
    """
    N, shape = len(tokens), tuple(logits.shape)
    fits = (
        len(shape) == 2 and shape[0] == N and 0 < N <= MOST_TOKENS and 2 <= shape[1] <= MOST_EXPERTS
    )
    rule = f"The {N} tokens (1 to {MOST_TOKENS}) need logits of 2 to {MOST_EXPERTS} experts each"
    given.must(fits, rule, shape, "Try moe.routes(model, idx).logits[0, 0, :10].")
    wide = {"layout": {"width": "380px"}}
    return Explorer(
        _drawing(tokens, logits.detach().cpu()),
        play=["step"],
        pairs=[("step", "token"), ("gate", "room")],
        step=ipywidgets.Dropdown(options=STEPS, value=4, description="step"),
        gate=ipywidgets.Dropdown(options=GATES, description="gate", **wide),
        room=ipywidgets.SelectionSlider(
            options=FACTORS, value=NO_LIMIT, description="capacity factor"
        ),
        token=ipywidgets.IntSlider(0, min=0, max=N - 1, description="token"),
    )


def _drawing(tokens: Sequence[str], logits: Tensor) -> Callable[..., Picture]:
    def draw(step: int, gate: TopK, room: float | str, token: int) -> Picture:
        return drawn(tokens, _routed(logits, gate, room), step, token)

    return draw


def _routed(logits: Tensor, gate: TopK, room: float | str) -> Routed:
    """The routing as in training: who comes first is served first."""
    gates, (N, E) = gate(logits), logits.shape
    places = None if room == NO_LIMIT else capacity(room, N * gate.k, E)
    return Routed(logits.softmax(-1), gates, first_come(gates, places or N), places)
