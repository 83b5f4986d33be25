"""The next character: what the model expects, beside what the truth allows.

Notebook *Start here*.
"""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets
import torch
from torch import nn

from helpers.basics.signature import signed
from helpers.theory import probability
from helpers.views.drawing import Picture, counted, glyph, number, spoken, svg
from helpers.views.drawing.chart import SIZE
from helpers.views.drawing.palette import QUIET, VERMILLION
from helpers.views.pictures.next_bars import box, next_character_bars
from helpers.views.widgets import reading
from helpers.views.widgets.explorer import Explorer
from helpers.views.widgets.reading import TokenizerLike, Truth

QUOTED = 48  # characters of the text shown above the bars
WRITTEN = 40  # characters added by one click
LEFT, MONO_SIZE = 63, 15.3  # CSS pixels


@signed()
def next_character(
    model: nn.Module,
    tokenizer: TokenizerLike,
    text: str,
    truth: Truth | None = None,
    position: int | None = None,
) -> Explorer:
    """Read the first characters of a text and see the model's next character beside the truth's.

    tokenizer: .encode, .decode, .vocab_size; truth: prefix -> {character: probability}, which may
    raise ValueError for a prefix it cannot continue. position: characters read at the start, by
    default half the text. The text can be edited. When the model writes on, the reader
    stands where it began.
    """
    words = ipywidgets.Textarea(value=text, rows=4, description="text")
    slider = ipywidgets.IntSlider(min=1, max=max(1, len(text)), description="characters read")
    slider.value = max(1, len(text) // 2) if position is None else position

    def follow(explorer: Explorer) -> None:
        slider.max = max(1, len(words.value))

    def write_on(explorer: Explorer) -> None:
        begun = len(words.value)
        words.value += reading.continuation(model, tokenizer, words.value, WRITTEN, seed=begun)
        slider.value = begun

    label = f"let the model write {WRITTEN} characters"
    draw, actions = _drawing(model, tokenizer, truth), {label: write_on}
    return Explorer(draw, actions=actions, adjust=follow, text=words, position=slider)


def _drawing(model: nn.Module, tokenizer, truth: Truth | None) -> Callable[..., Picture]:
    tokens = [tokenizer.decode([i]) for i in range(tokenizer.vocab_size)]

    def draw(text: str, position: int) -> Picture:
        read, coming = text[:position], text[position : position + 1]
        believed = _by_text(tokens, reading.next_probs(model, tokenizer, read).tolist())
        true, remark = _compare(believed, read, truth)
        chars = list(believed | (true or {}))
        columns = [None if p is None else [p.get(c, 0.0) for c in chars] for p in (believed, true)]
        told, bars = next_character_bars(chars, *columns, coming=coming)
        markup = svg.document(740, 430, [*bars, *_quote(read, coming, remark)])
        return Picture(_describe(told, read, coming, remark), markup=markup)

    return draw


def _by_text(tokens: Sequence[str], probs: Sequence[float]) -> dict[str, float]:
    """P of each text: tokens that read alike, as all parts of characters do (�), are one."""
    believed = dict.fromkeys(tokens, 0.0)
    for token, p in zip(tokens, probs, strict=True):
        believed[token] += p
    return believed


def _compare(
    believed: Mapping[str, float], read: str, truth: Truth | None
) -> tuple[Mapping[str, float] | None, str]:
    """The true distribution where there is one, and a sentence about the model's distance to it."""
    true = reading.true_probs(truth, read)
    if true is None:
        return None, reading.NO_TRUTH if truth else ""
    chars = list(believed | true)
    p, q = ([d.get(c, 0.0) for c in chars] for d in (true, believed))
    distance = probability.kl(*torch.tensor([p, q], dtype=torch.float64)).item()
    return true, f"KL(truth ‖ model) = {number(max(0.0, distance))} nats"


def _quote(read: str, coming: str, remark: str) -> list[str]:
    """Above the bars: the end of what was read, the character that comes next in a box."""
    shown, letter = _ending(read), svg.MONO_ADVANCE * MONO_SIZE
    end, comes = LEFT + letter * (len(shown) + 0.7), glyph(coming) or "(end of the text)"
    head = f"After {counted(len(read), 'character')} of the text"
    parts = [svg.words(LEFT, 18, head, SIZE + 1), svg.mono(LEFT, 49, shown, MONO_SIZE)]
    parts += [box(end - 5, 34, letter * len(comes) + 10)] if coming else []
    parts.append(svg.mono(end, 49, comes, MONO_SIZE, fill=VERMILLION if coming else QUIET))
    return [*parts, svg.words(LEFT, 80, remark, SIZE)]


def _ending(read: str) -> str:
    """The last characters on one line; a blank shows only where it could be overlooked."""
    shown = reading.on_one_line(read[-QUOTED:])
    blank = shown[-1:] == " "
    return ("…" if len(read) > QUOTED else "") + (shown[:-1] + glyph(" ") if blank else shown)


def _describe(told: str, read: str, coming: str, remark: str) -> str:
    start = "…" if len(read) > QUOTED else ""
    follows = f"in the text comes {spoken(coming)}" if coming else "the text ends here"
    head = f"{counted(len(read), 'character')} read, ending {start + read[-QUOTED:]!r}; {follows}."
    return " ".join([head, told, remark and f"{remark.rstrip('.')}."]).strip()
