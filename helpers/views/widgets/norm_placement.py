"""The norm before or after the sublayer: the gradient by depth at the start. Notebook *The block*.

With the default start and width the last layers reproduce published theory (Xiong et al. 2020,
§3): about constant with the norm after, falling with the depth with the norm before.
"""

import functools
from collections.abc import Callable

import ipywidgets
from torch import nn

from helpers.basics.signature import signed
from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.theory.depth import start_gradients
from helpers.views import plots
from helpers.views.drawing import Picture, given
from helpers.views.widgets import live
from helpers.views.widgets.explorer import Explorer

DEPTHS, WIDTHS = (2, 4, 8, 16, 32), (32, 64, 128)
STARTS: dict[str, Callable[[nn.Module], nn.Module]] = {
    "Xavier": initialise.xavier,
    "PyTorch's own": initialise.pytorch,
    "GPT-2's": initialise.gpt2,
}
TOKENS, VOCABULARY, HEADS = 32, 64, 4
MARGINS = {"left": 0.09, "right": 0.84, "bottom": 0.13, "top": 0.88, "wspace": 0.1}


@signed()
def norm_placement(n_layer: int = 8, n_embd: int = 64, start: str = "Xavier") -> Explorer:
    """‖∂loss/∂W₂‖ in every layer of an untrained GPT, with pre-norm and with post-norm.

    n_layer, n_embd, start: where the controls stand first. The values of that width and start
    are computed at once; another is computed when it is first asked for, and kept.
    """
    rule = f"A start must be one of {', '.join(STARTS)}"
    given.must(start in STARTS, rule, repr(start), "Try Xavier.")
    for depth in DEPTHS:
        profiles(depth, n_embd, start)
    panels = [*live.figure(7.4, 4).subplots(1, 2, sharey=True, gridspec_kw=MARGINS)]

    def draw(n_layer: int, n_embd: int, start: str) -> Picture:
        for ax in panels:
            ax.clear()
        known = {depth: profiles(depth, n_embd, start) for depth in DEPTHS if depth <= n_layer}
        last = {name: {d: known[d][name][-1] for d in known} for name in known[n_layer]}
        title = f"{n_layer} layers of {n_embd} channels, {start} start"
        ax = plots.gradients_by_layer(known[n_layer], last, panels, title, "‖∂loss/∂W₂‖")
        return live.picture(ax)

    return Explorer(
        draw,
        n_layer=ipywidgets.SelectionSlider(options=DEPTHS, value=n_layer, description="layers"),
        n_embd=ipywidgets.SelectionSlider(options=WIDTHS, value=n_embd, description="channels"),
        start=ipywidgets.Dropdown(options=list(STARTS), value=start, description="start"),
    )


@functools.cache
def profiles(n_layer: int, n_embd: int, start: str) -> dict[str, tuple[float, ...]]:
    """By the norm's place, the gradient of every layer: {"pre-norm": (L values), "post-norm": …}.

    A vocabulary of 64, windows of 32 random tokens, random targets, GELU, an untied head.
    """
    size = {"n_layer": n_layer, "n_head": HEADS, "n_embd": n_embd, "tied": False}
    blocks = ("pre-norm", "post-norm")
    configs = {block: GPTConfig(TOKENS, VOCABULARY, block=block, **size) for block in blocks}
    return {b: tuple(start_gradients(c, STARTS[start]).tolist()) for b, c in configs.items()}
