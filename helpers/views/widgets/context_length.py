"""What each further character of context is worth. Notebook: The bigram and its floor."""

import textwrap
from collections.abc import Callable, Mapping

import ipywidgets
import torch
from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.models.ngrams import NGrams
from helpers.text.tokenizers import CharTokenizer
from helpers.views.drawing import Picture, counted, number, palette
from helpers.views.drawing.style import MONO, SMALL
from helpers.views.widgets import live
from helpers.views.widgets.explorer import Explorer

LENGTH, LINES, COLUMNS = 240, 9, 38  # characters that are written, and the room for them
TEXTS = 5


@signed()
def context_length(
    grams: NGrams, tokenizer: CharTokenizer, ids: torch.Tensor, floors: Mapping[str, float]
) -> Explorer:
    """A slider for the characters of context: what the counts then pay, and what they write.

    ids: (N,) fresh tokens, on which the losses are measured. floors: name -> nats per character,
    drawn as lines.
    """
    controls = {
        "context": ipywidgets.IntSlider(1, min=0, max=grams.longest),
        "text": ipywidgets.IntSlider(1, min=1, max=TEXTS),
    }
    return Explorer(
        _drawing(grams, tokenizer, grams.losses(ids), floors),
        pairs=[("context", "text")],
        **controls,
    )


def write(grams: NGrams, tokenizer: CharTokenizer, context: int, seed: int) -> str:
    """A text of which every character is drawn given the last `context` ones."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.tensor(tokenizer.encode("\n"))
    for _ in range(LENGTH):
        probs = grams.next_probs(ids[max(0, len(ids) - context) :])
        ids = torch.cat([ids, torch.multinomial(probs, 1, generator=generator)])
    return tokenizer.decode(ids[1:])


def _drawing(grams, tokenizer, losses: list[float], floors: Mapping) -> Callable[..., Picture]:
    figure = live.figure(7.4, 3.4)
    ax = figure.add_axes((0.075, 0.14, 0.4, 0.75))
    mark = _curve(ax, losses, floors)
    page = figure.add_axes((0.52, 0.02, 0.47, 0.94))
    page.axis("off")

    def draw(context: int, text: int) -> Picture:
        written = write(grams, tokenizer, context, text)
        mark.set_data([context], [losses[context]])
        live.wipe(page)
        _write_out(page, written, context)
        given = f"Given {counted(context, 'character')}, the counts pay {number(losses[context])}"
        return live.picture(ax, f"{given} nats per character. They write: {written[:80]!r} …")

    return draw


def _curve(ax: Axes, losses: list[float], floors: Mapping[str, float]):
    """The losses against the length of the context; returns the mark to be moved."""
    live.panel(ax, "Nats per character, on new text", "characters of context")
    ax.set(ylim=(0, 1.06 * losses[0]), xlim=(-0.4, len(losses) - 0.6), xticks=range(len(losses)))
    for name, floor in floors.items():
        ax.axhline(floor, color=palette.QUIET, lw=1.2, ls=(0, (4, 3)), zorder=1)
        where = (len(losses) - 0.7, floor + 0.04)
        ax.annotate(f"{name} {number(floor)}", where, ha="right", fontsize=SMALL, color=palette.INK)
    ax.plot(range(len(losses)), losses, color=palette.BLUE, marker="o", ms=4, zorder=3)
    return ax.plot([0], [losses[0]], color=palette.ORANGE, marker="o", ms=11, zorder=4)[0]


def _write_out(page: Axes, written: str, context: int) -> None:
    wrapped = [row for line in written.split("\n") for row in textwrap.wrap(line, COLUMNS) or [""]]
    shown = "\n".join(wrapped[: LINES + 4])
    title = f"Written with {counted(context, 'character')} of context"
    page.text(0, 0.97, title, fontsize=10.5, color=palette.INK, va="top")
    style = {"fontfamily": MONO, "fontsize": 9.5, "color": palette.INK, "linespacing": 1.35}
    page.text(0, 0.86, shown, va="top", parse_math=False, **style)
