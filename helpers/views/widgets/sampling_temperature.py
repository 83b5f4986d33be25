"""Sampling: what its settings do to the next token, and to a text. Notebook 08."""

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields

import ipywidgets
import torch
from torch import Tensor, nn

from helpers.learning import sampling
from helpers.learning.sampling import Sampling
from helpers.theory import probability
from helpers.views.drawing.picture import Picture
from helpers.views.drawing.wording import glyph, number, spoken
from helpers.views.pictures.vocabulary_bars import vocabulary_bars
from helpers.views.widgets.explorer import Explorer
from helpers.views.widgets.next_character import NO_TRUTH, Truth, logits_after

TEMPERATURES = (0, *(round(10 ** (i / 10), 2) for i in range(-10, 11)))  # 0, then .1 … 10
WRITTEN = 36  # characters of the sample
QUOTED = 60  # characters of the text shown above the bars


def sampling_temperature(
    model: nn.Module,
    tokenizer,
    prompt: str,
    truth: Truth | None = None,
    temperature: float = 1,
    seed: int = 0,
) -> Explorer:
    """Turn temperature, top-k, min-p and top-p; pick the next token by hand or let it be drawn.

    truth: prefix -> {token: probability}, may raise ValueError for a prefix it cannot continue.
    temperature: one of TEMPERATURES; 0 is arg max. seed: of the sample and of "draw one". Below
    the bars, in bits: entropy, and the divergences from the model and from the truth.
    """
    read, V = _Reading(model, tokenizer, truth), tokenizer.vocab_size
    share = {"max": 1, "step": 0.05}
    controls = {
        "text": ipywidgets.Textarea(value=prompt, rows=4),
        "temperature": ipywidgets.SelectionSlider(options=TEMPERATURES, value=temperature),
        "top_k": ipywidgets.IntSlider(V, 1, V, description=f"top-k ({V}: all)"),
        "min_p": ipywidgets.FloatSlider(0, description="min-p (0: all)", **share),
        "top_p": ipywidgets.FloatSlider(1, min=0.05, description="top-p (1: all)", **share),
        "seed": ipywidgets.IntSlider(seed, 0, 20),
        "token": ipywidgets.Dropdown(options=[("", 0)], description="next token"),
    }
    hand = _Hand(read, controls)
    actions = {"take it": hand.take, "draw one": hand.draw, "rewind": hand.rewind}
    return Explorer(_drawing(read), actions=actions, adjust=hand.offer, **controls)


class _Hand:
    """Writes on, token by token, and remembers the texts before."""

    def __init__(self, read: "_Reading", controls: Mapping[str, ipywidgets.Widget]):
        self.read, self.controls, self.past = read, controls, []
        self.words, self.token = controls["text"], controls["token"]

    def probs(self) -> Tensor:
        settings = {field.name: self.controls[field.name].value for field in fields(Sampling)}
        return self.read.probs(self.words.value, Sampling(**settings))

    def offer(self, explorer: Explorer) -> None:
        """List the tokens that can be drawn, the likeliest first."""
        probs, names = self.probs(), self.read.tokens
        order = probs.argsort(descending=True, stable=True)[: int((probs > 0).sum())].tolist()
        options = tuple((f"{glyph(names[i])}   {probs[i]:.3f}", i) for i in order)
        if options != tuple(self.token.options):
            self.token.options = options

    def take(self, explorer: Explorer) -> None:
        self._go_on(self.token.value)

    def draw(self, explorer: Explorer) -> None:
        seed = self.controls["seed"].value + 1000 * len(self.words.value)
        generator = torch.Generator().manual_seed(seed)
        self._go_on(sampling.draw(self.probs()[None], generator).item())

    def rewind(self, explorer: Explorer) -> None:
        if self.past:
            self.words.value = self.past.pop()

    def _go_on(self, token: int) -> None:
        self.past.append(self.words.value)
        self.words.value += self.read.tokens[token]


class _Reading:
    """What model and truth say after a text; the last answers are kept, for sliders ask again."""

    def __init__(self, model: nn.Module, tokenizer, truth: Truth | None):
        self.model, self.tokenizer, self.known = model, tokenizer, truth is not None
        self.tokens = [tokenizer.decode([i]) for i in range(tokenizer.vocab_size)]
        self.logits = functools.lru_cache(8)(lambda text: logits_after(model, tokenizer, text))
        self.truth = functools.lru_cache(64)(functools.partial(_or_none, truth))
        self.sample = functools.lru_cache(8)(self._sample)

    def probs(self, text: str, settings: Sampling) -> Tensor:
        """P(next token | text) at these settings, (V,) in double precision."""
        return settings.probs(self.logits(text))

    def _sample(self, text: str, settings: Sampling, seed: int) -> str:
        ids = self.tokenizer.encode(text)[-self.model.config.block_size :]
        idx = torch.tensor([ids], device=next(self.model.parameters()).device)
        generator = torch.Generator().manual_seed(seed)
        options = asdict(settings) | {"generator": generator}
        written = sampling.generate(self.model, idx, WRITTEN, **options)
        return self.tokenizer.decode(written[0, len(ids) :].tolist())

    def possible(self, text: str, sample: str) -> int:
        """How many characters of the sample the truth could have written after the text."""
        low, high = 0, len(sample)
        while low < high:  # a text that cannot be written is not mended by going on
            middle = (low + high + 1) // 2
            ok = self.truth(text + sample[:middle]) is not None
            low, high = (middle, high) if ok else (low, middle - 1)
        return low


def _or_none(truth: Truth | None, text: str) -> Mapping[str, float] | None:
    try:
        return truth(text) if truth else None
    except ValueError:
        return None


def _drawing(read: _Reading) -> Callable[..., Picture]:
    def draw(text: str, seed: int, token: int, **settings: float) -> Picture:
        settings = Sampling(**settings)
        tokens, q, p = read.tokens, read.probs(text, settings), read.logits(text).softmax(-1)
        tokens, q, p, true = _aligned(tokens, q, p, read.truth(text))
        lines = [_entropy_line(q, p), _truth_line(q, true, read.known)]
        lines.append(f"Picked as the next token: {glyph(read.tokens[token])} .")
        lines += _sample_lines(read, text, read.sample(text, settings, seed))
        start = "…" if len(text) > QUOTED else ""
        heading = f"after {start}{_on_one_line(text[-QUOTED:])}"
        return vocabulary_bars(tokens, q, p, true, heading, list(filter(None, lines)))

    return draw


def _aligned(tokens: list[str], q: Tensor, p: Tensor, true: Mapping[str, float] | None) -> tuple:
    """All distributions over the same tokens; the truth may know some the model does not."""
    if true is None:
        return tokens, q, p, None
    more = [token for token in true if token not in tokens]
    q, p = (torch.cat([probs, probs.new_zeros(len(more))]) for probs in (q, p))
    tokens = tokens + more
    return tokens, q, p, q.new_tensor([true.get(token, 0.0) for token in tokens])


def _bits(nats: Tensor) -> str:
    return number(max(0.0, nats.item()) * probability.BITS_PER_NAT)


def _entropy_line(q: Tensor, p: Tensor) -> str:
    nats = probability.entropy(q)
    choices = number(math.exp(nats.item()))
    return (
        f"H = {_bits(nats)} bits: like {choices} equal choices.   "
        f"KL(these settings ‖ model) = {_bits(probability.kl(q, p))} bits."
    )


def _truth_line(q: Tensor, true: Tensor | None, known: bool) -> str:
    if true is None:
        return NO_TRUTH if known else ""
    wrong = q[true == 0].sum().item()
    return (
        f"KL(truth ‖ these settings) = {_bits(probability.kl(true, q))} bits, the other way "
        f"{_bits(probability.kl(q, true))} bits.   Impossible tokens: {number(100 * wrong)} %."
    )


def _on_one_line(text: str) -> str:
    return "".join(c if c == " " else glyph(c) for c in text)


def _sample_lines(read: _Reading, text: str, sample: str) -> list[str]:
    lines = [f"{len(sample)} characters at these settings:   “{_on_one_line(sample)}”."]
    if read.truth(text) is None:
        return lines
    right = read.possible(text, sample)
    if right == len(sample):
        return [*lines, "All of them could be the Playwright's."]
    return [*lines, f"Impossible from character {right + 1} on, {spoken(sample[right])}."]
