"""How cost grows: with width, context, length, experts.   python benchmarks/growth.py

Draws growth.png beside this file and prints the slopes: on doubly logarithmic paper a slope of 1
doubles the cost when the size doubles, a slope of 2 makes four of it. Bytes are counted, not
measured: those that the forward pass keeps for the backward pass, and those of the cache.
"""

import math
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import measuring  # first: it fixes the threads
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from helpers.learning.sampling import generate
from helpers.models.attention import attention_weights
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.moe import MoE
from helpers.views.drawing import style

PICTURE = Path(__file__).with_name("growth.png")
WIDTHS, CONTEXTS = (32, 64, 128, 256), (64, 128, 256, 512, 1024)
LENGTHS, EXPERTS = (64, 128, 256, 512), (2, 4, 8, 16, 32)
TOKENS = 2048  # in every training step: the batch is smaller where the context is longer
Curve = dict[float, float]


def gpt(context: int, width: int) -> GPT:
    torch.manual_seed(0)
    return GPT(GPTConfig(context, 65, 4, 4, width))


def step(model: GPT) -> Callable[[], None]:
    """Forward and backward over 2,048 tokens in windows as long as the context."""
    idx = torch.randint(65, (TOKENS // model.config.block_size, model.config.block_size))
    return lambda: model(idx, idx)[1].backward()


def by_the_formula(model: GPT) -> GPT:
    """The same model with attention as the paper writes it: all T × T weights are there at once."""
    for block in model.blocks:
        block.attention.attend = lambda q, k, v: attention_weights(q, k) @ v
    return model


def kept(way: Callable[[], None]) -> int:
    """Bytes that autograd keeps for the backward pass, each storage counted once."""
    storages = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storages[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        way()
    return sum(storages.values())


def writing(model: GPT, length: int, use_cache: bool) -> Callable[[], None]:
    start = torch.zeros(1, 1, dtype=torch.long)
    return lambda: generate(model, start, length - 1, use_cache=use_cache)


def mixture(experts: int) -> Callable[[], None]:
    """Forward and backward of one layer of experts, two of them active."""
    torch.manual_seed(0)
    layer = MoE(GPTConfig(64, 65, 1, 4, 128, n_expert=experts, n_expert_active=2))
    x = torch.randn(TOKENS, 128, requires_grad=True)
    return lambda: layer(x).square().mean().backward()


def medians(ways: dict[float, Callable], rounds: int = 5) -> Curve:
    seconds = measuring.in_turns(ways, rounds, warm=1)
    return {size: statistics.median(values) for size, values in seconds.items()}


def slope(curve: Curve, last: int = 2) -> float:
    """The slope of the last steps of a curve on doubly logarithmic paper."""
    (a, ya), (b, yb) = list(curve.items())[-last], list(curve.items())[-1]
    return math.log(yb / ya) / math.log(b / a)


def measured() -> dict[str, dict[str, Curve]]:
    """Everything that is drawn: panel -> line -> size -> cost."""
    by_width = [gpt(128, width) for width in WIDTHS]
    parameters = [sum(p.numel() for p in model.parameters()) for model in by_width]
    steps = medians(dict(zip(parameters, map(step, by_width), strict=True)))
    contexts = {T: step(gpt(T, 64)) for T in CONTEXTS}
    written_out = {T: step(by_the_formula(gpt(T, 64))) for T in CONTEXTS}
    ways = {"fused attention": contexts, "softmax(QKᵀ)V written out": written_out}
    writer = gpt(max(LENGTHS), 128).eval()
    written = {
        name: medians({n: writing(writer, n, cached) for n in LENGTHS}, rounds=3)
        for name, cached in (("with the cache", True), ("without", False))
    }
    return {
        "Training step against parameters": {"T = 128": steps},
        "Training step against context": {name: medians(found) for name, found in ways.items()},
        "Bytes kept for the backward pass": {
            name: {T: kept(way) for T, way in found.items()} for name, found in ways.items()
        },
        "Writing a text": written,
        "Bytes in the cache": {
            "4 layers, 128 channels": {n: cache_bytes(writer, n) for n in LENGTHS}
        },
        "A layer of experts, 2 active": {"width 128": medians({e: mixture(e) for e in EXPERTS})},
    }


def cache_bytes(model: GPT, length: int) -> int:
    """Keys and values of all layers for one text: 2·L·C numbers for every token."""
    layers = model.new_cache(1)
    model(torch.zeros(1, 1, dtype=torch.int64), cache=layers)  # the first keys make its room
    return sum(2 * length * x.keys[0, :, 0].numel() * x.keys.element_size() for x in layers)


def draw(panels: dict[str, dict[str, Curve]]) -> None:
    """One picture of all panels; each axis doubles from tick to tick."""
    figure = Figure(figsize=(11, 6.4), facecolor="white", layout="constrained")
    for ax, (title, curves) in zip(figure.subplots(2, 3).flat, panels.items(), strict=True):
        panel(ax, title, curves)
    figure.savefig(PICTURE, dpi=100)


def panel(ax: Axes, title: str, curves: dict[str, Curve]) -> None:
    for i, (name, curve) in enumerate(curves.items()):
        ax.loglog(*zip(*curve.items(), strict=True), **style.line_style(i, len(curve)), label=name)
    sizes = list(next(iter(curves.values())))
    ax.set_xticks(sizes, labels=[short(size) for size in sizes], minor=False)
    values = [y for curve in curves.values() for y in curve.values()]
    ax.set_ylim(min(values) / 1.5, max(10 * min(values), 1.5 * max(values)))  # a decade at least
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(
        lambda y, _: megabytes(y) if "Bytes" in title else measuring.show(y)
    )
    ax.minorticks_off()
    unit = "" if "Bytes" in title else "time"
    style.finish(style.axes(ax), alt="", title=title, xlabel=sizes_of(title), ylabel=unit)
    if len(curves) > 1:
        ax.legend(frameon=False, fontsize=style.SMALL)


def megabytes(size: float) -> str:
    return f"{size / 1e6:g} MB"


def short(number: float) -> str:
    return (
        f"{number / 1e6:.1f} M"
        if number >= 1e6
        else f"{number / 1e3:.0f} k"
        if number > 9999
        else f"{number:,}"
    )


def sizes_of(title: str) -> str:
    return "parameters" if "parameters" in title else "experts" if "experts" in title else "tokens"


def rows() -> Iterator[measuring.Row]:
    panels = measured()
    draw(panels)
    for title, curves in panels.items():
        for name, curve in curves.items():
            yield measuring.Row(f"{title}, {name}", f"slope {slope(curve):.2f}", ends(curve))


def ends(curve: Curve) -> str:
    (a, first), (b, last) = list(curve.items())[0], list(curve.items())[-1]
    return f"{first:.3g} at {short(a)}, {last:.3g} at {short(b)}"


if __name__ == "__main__":
    measuring.main(__doc__, rows)
