"""A noisy drawing, and what Bayes and a model make of it. Notebook: Toward GPT-4."""

from collections.abc import Callable

import ipywidgets
import numpy as np
import torch
from torch import Tensor, nn

from helpers.basics.numbers import whole
from helpers.basics.signature import signed
from helpers.learning import captioning
from helpers.text.tasks import drawings
from helpers.views.drawing import Picture, given, palette, svg
from helpers.views.drawing.chart import SIZE, SMALL, Chart, stroke
from helpers.views.drawing.svg import HATCHES
from helpers.views.drawing.wording import likeliest, likeliest_of
from helpers.views.widgets.explorer import Explorer

SHOWN = 5  # names beside the image
LOOKS = {"Bayes": ("url(#h)", palette.ORANGE), "model": (palette.BLUE,)}  # fill, and border
PAGE, LEFT, TOP = 252, 14, 36  # CSS pixels: the image's side and place


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
    def draw(drawing: str, noise: float, sheet: int) -> Picture:
        image = noisy(drawing, noise, sheet)
        beliefs = {
            "Bayes": drawings.posterior(image, noise)[0].numpy(),
            "model": captioning.caption_log_probs(model, image)[0].exp().numpy(),
        }
        parts = [HATCHES, *_page(image[0, 0].numpy(), patch_size), *_compared(beliefs)]
        told = [f"{who} {likeliest_of(drawings.NAMES, p)}" for who, p in beliefs.items()]
        flips = f"a drawing of {drawing}, {noise:.0%} of the pixels flipped by chance"
        markup = svg.document(740, 300, parts)
        return Picture(f"{flips.capitalize()}. {'; '.join(told)}.", markup=markup)

    return draw


def _page(image: np.ndarray, patch_size: int) -> list[str]:
    """The image (H, W) as it is printed, black on white, and its cuts into patches."""
    shown = np.repeat(np.uint8(255 * (1 - image))[..., None], 3, -1)
    cuts = np.arange(patch_size, len(image), patch_size) * PAGE / len(image)
    return [
        svg.words(LEFT, TOP - 9, "What is read, patch by patch", SIZE),
        svg.pixels(LEFT, TOP, PAGE, PAGE, shown),
        svg.rect(LEFT, TOP, PAGE, PAGE, "none", palette.QUIET),
        *(stroke((LEFT + x, TOP, LEFT + x, TOP + PAGE), palette.BLUE, 1.4) for x in cuts),
        *(stroke((LEFT, TOP + y, LEFT + PAGE, TOP + y), palette.BLUE, 1.4) for y in cuts),
    ]


def _compared(beliefs: dict[str, np.ndarray]) -> list[str]:
    """A group of bars for each of the likeliest names, a bar for each reader; a key above."""
    best = likeliest(np.max(list(beliefs.values()), axis=0), SHOWN)
    chart = Chart(340, TOP, 392, 210, (-0.6, SHOWN - 0.4), (0, 1.02))
    names = {i: drawings.NAMES[which] for i, which in enumerate(best)}
    parts = chart.frame(names, {0: "0.0", 0.5: "0.5", 1: "1.0"}, title="P(name | image)")
    for i, (who, belief) in enumerate(beliefs.items()):
        key = 560 + 90 * i
        parts += [svg.rect(key, 12, 20, 12, *LOOKS[who]), svg.words(key + 27, 23, who, SMALL)]
        for place, p in enumerate(belief[best].tolist()):
            (x, top), (right, floor) = (
                chart.place(place + 0.4 * (i - 0.5) + side, height)
                for side, height in ((-0.18, p), (0.18, 0))
            )
            parts.append(svg.rect(x, top, right - x, floor - top, *LOOKS[who]))
    return parts
