"""A translation, word by word: what is read, what is written, what comes next.

Notebook: The Transformer.
"""

from collections.abc import Callable, Sequence

import ipywidgets
import torch

from helpers.basics.signature import signed
from helpers.learning import decoding
from helpers.models.modes import evaluating
from helpers.models.transformer import cross_maps
from helpers.text.tasks.pairs import END, WordTokenizer
from helpers.views.drawing import Picture, given, listed, svg
from helpers.views.drawing.palette import BLUE, GRID, INK, ORANGE, QUIET
from helpers.views.widgets.explorer import Explorer

WIDTH, HEIGHT, LEFT, BOX = 720, 330, 190, 46  # CSS pixels
NEXT, BAR = 5, 300  # the likeliest words that are shown; the length of a certain one


@signed()
def word_by_word(
    model: torch.nn.Module, tokenizer: WordTokenizer, sources: Sequence[str], most: int = 9
) -> Explorer:
    """Choose a source and how many words are written; see where the last one looks, what is next.

    sources: texts of tokens, such as "7 2 1 4"; each is translated greedily, up to `most` words.
    The shades are the cross-attention's weights in the last layer, averaged over its heads.
    ValueError if there is no source.
    """
    given.must(sources, "There must be a source to translate", "none", "Try ['7 2 1 4'].")
    ids = {text: torch.tensor([tokenizer.encode(text)]) for text in sources}
    written = {text: decoding.greedy(model, ids[text], most) for text in sources}
    longest = max(row.shape[1] for row in written.values()) - 1
    source = ipywidgets.Dropdown(options=[*sources], description="source")
    words = ipywidgets.IntSlider(0, min=0, max=longest, description="words written")
    draw, together = _drawing(model, tokenizer, ids, written), [("source", "words")]
    return Explorer(draw, play=["words"], pairs=together, source=source, words=words)


def _drawing(model, tokenizer, ids: dict, written: dict) -> Callable[..., Picture]:
    def draw(source: str, words: int) -> Picture:
        idx = written[source][:, : words + 1]  # with <start>
        probs, weights = _looked_up(model, ids[source], idx)
        digits, so_far = source.split(), [tokenizer.tokens[i] for i in idx[0]]
        ended = idx[0, -1] == END
        best = [] if ended else probs.topk(NEXT).indices.tolist()
        likely = [(tokenizer.tokens[i], probs[i].item()) for i in best]
        parts = [*_source(digits, [] if ended else weights.tolist()), *_target(so_far)]
        markup = svg.document(WIDTH, HEIGHT, [*parts, *_next(likely)])
        return Picture(_say(digits, weights, so_far, likely), markup=markup, width=WIDTH)

    return draw


@torch.no_grad()
def _looked_up(model, source, idx) -> tuple[torch.Tensor, torch.Tensor]:
    """Probabilities of the next word (V,), and the weights (S,) that the last one gave."""
    with evaluating(model):
        probs = model(source, idx)[0][0, -1].softmax(-1)
    return probs, cross_maps(model, source, idx)[-1, 0].mean(0)[-1]


def _source(digits: Sequence[str], weights: Sequence[float]) -> list[str]:
    parts = [svg.words(12, 52, "the encoder has read", fill=QUIET)]
    for s, digit in enumerate(digits):
        x = LEFT + s * (BOX + 14)
        parts.append(svg.rect(x, 22, BOX, BOX, "white", GRID))
        if weights:
            shade = svg.rect(x, 22, BOX, BOX, ORANGE)
            parts.append(f'<g opacity="{0.85 * weights[s]:.3f}">{shade}</g>')
            middle = {"text_anchor": "middle", "fill": QUIET}
            parts.append(svg.words(x + BOX / 2, 86, f"{weights[s]:.2f}", 12, **middle))
        parts.append(svg.mono(x + BOX / 2 - 6, 52, digit, 20))
    return parts


def _target(so_far: Sequence[str]) -> list[str]:
    label = svg.words(12, 132, "the decoder has written", fill=QUIET)
    return [label, svg.mono(LEFT, 132, " ".join(so_far), 13)]


def _next(likely: Sequence[tuple[str, float]]) -> list[str]:
    said = "the next word will be" if likely else "nothing follows <end>"
    parts = [svg.words(12, 176, said, fill=QUIET)]
    for i, (word, p) in enumerate(likely):
        y = 162 + 30 * i
        parts.append(svg.mono(LEFT, y + 14, word, 13, fill=INK))
        parts.append(svg.rect(LEFT + 100, y + 2, max(1, BAR * p), 16, BLUE))
        parts.append(svg.words(LEFT + 108 + BAR * p, y + 15, f"{p:.3f}", 12))
    return parts


def _say(digits, weights, so_far: Sequence[str], likely) -> str:
    head = f"Source {' '.join(digits)}. Written: {' '.join(so_far)}."
    if not likely:
        return f"{head} Nothing follows."
    most = int(weights.argmax())
    shown = listed([f"{word} {p:.3f}" for word, p in likely[:3]])
    place = f"digit {most + 1}, {digits[most]}, with {weights[most]:.2f}"
    return f"{head} Looks most at {place}. Next: {shown}."
