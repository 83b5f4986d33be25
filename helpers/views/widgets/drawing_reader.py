"""A noisy drawing, and what Bayes and a model make of it. Notebook: Toward GPT-4."""

from collections.abc import Callable

import ipywidgets
import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from helpers.basics.numbers import whole
from helpers.basics.signature import signed
from helpers.learning import captioning
from helpers.text.tasks import drawings
from helpers.views.drawing import Picture, given, palette, style
from helpers.views.drawing.wording import likeliest, likeliest_of
from helpers.views.widgets import live
from helpers.views.widgets.explorer import Explorer

SHOWN = 5  # names beside the image
LOOKS = {"Bayes": palette.HATCHED, "model": {"color": palette.BLUE}}


@signed()
def drawing_reader(model: nn.Module, patch_size: int) -> Explorer:
    """Draw something, flip more or fewer of its pixels, and compare the model's belief with Bayes.

    model: answers images as `captioning.caption_log_probs` asks. Bayes knows the noise, the model
    knows only what it was trained with.
    """
    whole("patch_size", patch_size)
    rule = f"patch_size must divide {drawings.SIDE}"
    given.must(drawings.SIDE % patch_size == 0, rule, patch_size, "Try 4.")
    controls = {
        "drawing": ipywidgets.Dropdown(options=drawings.NAMES, value="six"),
        "noise": ipywidgets.FloatSlider(0.1, min=0, max=0.4, step=0.05, description="noise ε"),
        "sheet": ipywidgets.IntSlider(1, min=1, max=9, description="another sheet"),
    }
    return Explorer(_drawing(model, patch_size), **controls)


def noisy(name: str, noise: float, seed: int) -> Tensor:
    """A drawing of that name; its place, size and flips are the seed's: (1, 1, H, W)."""
    generator = torch.Generator().manual_seed(seed)
    sheets, names, probs = drawings.templates()
    chosen = torch.multinomial(
        probs * (names == drawings.NAMES.index(name)), 1, generator=generator
    )
    flipped = torch.rand(sheets.shape[1:], generator=generator) < noise
    return (sheets[chosen] - flipped.float()).abs()[None]


def _drawing(model: nn.Module, patch_size: int) -> Callable[..., Picture]:
    figure = live.figure(7.4, 3.0)
    page, bars = figure.add_axes((0.01, 0.04, 0.36, 0.84)), figure.add_axes((0.46, 0.17, 0.53, 0.7))
    live.panel(page, "What is read, patch by patch", grid="")
    live.panel(bars, "P(name | image)")

    def draw(drawing: str, noise: float, sheet: int) -> Picture:
        image = noisy(drawing, noise, sheet)
        beliefs = {
            "Bayes": drawings.posterior(image, noise)[0].numpy(),
            "model": captioning.caption_log_probs(model, image)[0].exp().numpy(),
        }
        _show(page, image[0, 0], patch_size)
        _compare(bars, beliefs)
        told = [f"{who} {likeliest_of(drawings.NAMES, p)}" for who, p in beliefs.items()]
        flips = f"a drawing of {drawing}, {noise:.0%} of the pixels flipped by chance"
        return live.picture(bars, f"{flips.capitalize()}. {'; '.join(told)}.")

    return draw


def _show(ax: Axes, image: Tensor, patch_size: int) -> None:
    live.wipe(ax)
    for old in ax.images:
        old.remove()
    ax.imshow(image.numpy(), cmap="Greys", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[])
    for place in range(patch_size, len(image), patch_size):
        for cut in (ax.axhline, ax.axvline):
            cut(place - 0.5, color=palette.BLUE, lw=1)


def _compare(ax: Axes, beliefs: dict[str, np.ndarray]) -> None:
    live.wipe(ax)
    best = likeliest(np.max(list(beliefs.values()), axis=0), SHOWN)
    for i, (who, belief) in enumerate(beliefs.items()):
        places = np.arange(SHOWN) + 0.4 * (i - 0.5)
        ax.bar(places, belief[best], 0.36, label=who, **LOOKS[who])
    ax.set_xticks(range(SHOWN), [drawings.NAMES[i] for i in best], fontsize=style.SIZE)
    ax.set(ylim=(0, 1.02), yticks=(0, 0.5, 1), xlim=(-0.6, SHOWN - 0.4))
    ax.legend(frameon=False, fontsize=style.SMALL, ncols=2, labelcolor=palette.INK)
