"""What each further character of context is worth. Notebook: The bigram and its floor."""

import textwrap
from collections.abc import Callable, Mapping

import ipywidgets
import torch

from helpers.basics.signature import signed
from helpers.models.ngrams import NGrams
from helpers.text.tokenizers import CharTokenizer
from helpers.views.drawing import Picture, counted, number, palette, svg
from helpers.views.drawing.chart import SIZE, SMALL, Chart, ticks
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
    last = len(losses) - 1
    chart = Chart(56, 41, 296, 255, (-0.4, last + 0.4), (0, 1.06 * losses[0]))
    title, names = "Nats per character, on new text", {float(k): str(k) for k in range(last + 1)}
    frame = [svg.words(chart.x, chart.y - 11, title, SIZE)]
    frame += chart.frame(names, ticks(*chart.up), "characters of context")
    for name, floor in floors.items():
        x, y = chart.place(last + 0.3, floor)
        words = f"{name} {number(floor)}"
        frame += [chart.level(floor), svg.words(x, y - 5, words, SMALL, text_anchor="end")]
    frame.append(chart.line(range(last + 1), losses, palette.BLUE))
    frame += [chart.mark(*point, palette.BLUE, size=3.5) for point in enumerate(losses)]

    def draw(context: int, text: int) -> Picture:
        written = write(grams, tokenizer, context, text)
        here = chart.mark(context, losses[context], palette.ORANGE, size=7.5)
        parts = [*frame, here, *_page(written, context)]
        given = f"Given {counted(context, 'character')}, the counts pay {number(losses[context])}"
        alt = f"{given} nats per character. They write: {written[:80]!r} …"
        return Picture(alt, markup=svg.document(740, 345, parts))

    return draw


def _page(written: str, context: int) -> list[str]:
    """The text that was written, line by line."""
    rows = [row for line in written.split("\n") for row in textwrap.wrap(line, COLUMNS) or [""]]
    title = f"Written with {counted(context, 'character')} of context"
    lines = [svg.mono(386, 68 + 19 * i, row) for i, row in enumerate(rows[: LINES + 4]) if row]
    return [svg.words(386, 30, title, SIZE), *lines]
