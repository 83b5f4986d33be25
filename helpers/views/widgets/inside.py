"""What a GPT knows at every character, layer by layer, beside the truth.

Notebook *Inside the model*.
"""

import functools
from collections.abc import Callable, Mapping, Sequence

import ipywidgets
import numpy as np
import torch
from torch import nn

from helpers.basics.signature import signed
from helpers.models import lens
from helpers.text.playwright import states, writable_length
from helpers.theory.probability import kl
from helpers.views.drawing import Picture, counted, given, spoken
from helpers.views.pictures.known_grid import SHOWN, Column, known_grid
from helpers.views.widgets import reading
from helpers.views.widgets.explorer import Explorer
from helpers.views.widgets.reading import TokenizerLike

REMEMBERED = 4  # texts whose streams are kept
Probes = Mapping[str, Sequence[Callable]]  # a variable of `states` -> a probe for each layer


@signed()
def inside(
    model: nn.Module,
    tokenizer: TokenizerLike,
    text: str,
    probes: Probes | None = None,
    position: int | None = None,
    layer: int | None = None,
) -> Explorer:
    """Choose a text of the Playwright, a layer and a character: what the model knows there.

    probes: for each variable of `states` one for every layer, 0 … L. position: the last character
    read, by default that of the text; layer: by default the last one. Above, what each layer would
    say next through the model's own head, and how far that is from the truth; below, what the
    probes read at the chosen layer. Read are the first block_size characters. ValueError unless
    there is a probe for each layer.
    """
    probes, L = dict(probes or {}), len(model.blocks)
    rule = f"A variable must have a probe for each of the layers 0 … {L}"
    right = all(len(each) == L + 1 for each in probes.values())
    given.must(right, rule, [len(each) for each in probes.values()], "Fit one for each.")
    words = ipywidgets.Textarea(value=text, rows=4, description="text")
    depth = ipywidgets.IntSlider(L if layer is None else layer, min=0, max=L, description="layer")
    most = max(0, min(len(text), model.config.block_size) - 1)
    place = ipywidgets.IntSlider(most if position is None else position, min=0, max=most)
    place.description = "character"

    def follow(explorer: Explorer) -> None:
        place.max = max(0, min(len(words.value), model.config.block_size) - 1)

    draw = _drawing(model, tokenizer, probes)
    return Explorer(draw, adjust=follow, play=["layer"], text=words, layer=depth, position=place)


def _drawing(model: nn.Module, tokenizer, probes: Probes) -> Callable[..., Picture]:
    read = functools.lru_cache(REMEMBERED)(lambda text: _Reading(model, tokenizer, probes, text))

    def draw(text: str, layer: int, position: int) -> Picture:
        at = read(text[: model.config.block_size])
        # half a page at a time, so that a touched character stays where it is
        first = max(0, min(28 * ((position - 14) // 28), len(at.text) - SHOWN))
        columns = [at.column(t) for t in range(first, min(first + SHOWN, len(at.text)))]
        rows = [*at.verdicts[layer]] if probes else []
        said = at.say(layer, position)
        return known_grid(columns, rows, first, layer, position, said)

    return draw


class _Reading:
    """One text as the model reads it, and what is true of it."""

    def __init__(self, model: nn.Module, tokenizer, probes: Probes, text: str):
        idx = reading.ids_of(model, tokenizer, text)
        streams = lens.streams(model, idx)[:, 0]  # (L + 1, T, C)
        self.text, n = text, writable_length(text)
        self.characters = [tokenizer.decode([i]) for i in range(tokenizer.vocab_size)]
        self.believed = lens.lens(model, streams).double().softmax(-1).cpu()  # (L + 1, T, V)
        self.true = states.foretold(text[:n])[1:]
        self.distances = self._distances()  # (L + 1, T), NaN where nothing is known
        found = states.states(text[:n])
        self.classes = {name: found[name] + [states.UNKNOWN] * (len(text) - n) for name in probes}
        self.answers = {
            name: [probe(x).argmax(-1).tolist() for probe, x in zip(each, streams, strict=True)]
            for name, each in probes.items()
        }
        self.verdicts = [self._verdicts(layer) for layer in range(len(streams))]

    def _distances(self) -> np.ndarray:
        away = np.full(self.believed.shape[:2], np.nan)
        for t, coming in enumerate(self.true):
            p = torch.tensor([coming.get(c, 0.0) for c in self.characters], dtype=torch.float64)
            away[:, t] = [kl(p, row[t]).item() for row in self.believed]
        return away

    def _verdicts(self, layer: int) -> dict[str, list[bool | None]]:
        """For each variable and character: read rightly, wrongly, or None: not decided there."""
        return {
            name: [
                None if true == states.UNKNOWN else self.answers[name][layer][t] == true
                for t, true in enumerate(row)
            ]
            for name, row in self.classes.items()
        }

    def column(self, t: int) -> Column:
        """What stands above and below one character."""
        best = [self.characters[i] for i in self.believed[:, t].argmax(-1).tolist()]
        marks = [{n: row[t] for n, row in layer.items()} for layer in self.verdicts]
        return Column(self.text[t], best, self.distances[:, t].tolist(), marks)

    def say(self, layer: int, t: int) -> list[str]:
        """In words: what is expected after the character, and what the probes read there."""
        best = self.believed[layer, t].topk(3)
        likely = [
            f"{spoken(self.characters[i])} {p:.2f}"
            for p, i in zip(best.values.tolist(), best.indices.tolist(), strict=True)
        ]
        lines = [
            f"Layer {layer}, {counted(t + 1, 'character')} read, the last is "
            f"{spoken(self.text[t])}. Lens: {', '.join(likely)}."
        ]
        if t < len(self.true):
            top = sorted(self.true[t].items(), key=lambda pair: -pair[1])[:3]
            shown = ", ".join(f"{spoken(c)} {p:.2f}" for c, p in top)
            lines.append(f"Truth: {shown}. KL {self.distances[layer, t]:.2f} nats.")
        else:
            lines.append("What follows here the grammar does not say.")
        return [*lines, *self._read(layer, t)]

    def _read(self, layer: int, t: int) -> list[str]:
        found = []
        for name, row in self.classes.items():
            values, answer = states.VARIABLES[name], self.answers[name][layer][t]
            if row[t] != states.UNKNOWN:
                verdict = (
                    "right" if answer == row[t] else f"wrong, the probe reads {values[answer]}"
                )
                found.append(f"{name} is {values[row[t]]} ({verdict})")
        return ["; ".join(found) + "."] if found else ["No variable is decided here."]
