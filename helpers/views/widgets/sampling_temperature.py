"""Sampling: what its settings do to the next token, and to a text. Notebook *Generate*."""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import lru_cache, partial

import ipywidgets
import torch
from torch import Tensor, nn

from helpers.basics.numbers import whole
from helpers.basics.signature import signed
from helpers.learning import sampling
from helpers.learning.sampling import Sampling
from helpers.theory import probability
from helpers.views.drawing import Picture, glyph, number, spoken
from helpers.views.pictures.vocabulary_bars import vocabulary_bars
from helpers.views.widgets import reading
from helpers.views.widgets.explorer import Explorer

TEMPERATURES = (0, *(round(10 ** (i / 10), 2) for i in range(-10, 11)))  # 0, then .1 … 10
WRITTEN = 36  # characters of the sample
QUOTED = 60  # characters of the text shown above the bars


@signed()
def sampling_temperature(
    model: nn.Module,
    tokenizer: reading.TokenizerLike,
    prompt: str,
    truth: reading.Truth | None = None,
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
        "seed": ipywidgets.IntSlider(whole("seed", seed, 0, 20), 0, 20),
        "token": ipywidgets.Dropdown(options=[("", 0)], description="next token"),
    }
    hand = _Hand(read, controls)
    actions = {"take it": hand.take, "draw one": hand.draw, "rewind": hand.rewind}
    draw, pairs = _drawing(read), [("temperature", "top_p")]
    return Explorer(draw, actions=actions, adjust=hand.offer, pairs=pairs, **controls)


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
        self.words.value = self.read.longer(self.words.value, token)


class _Reading:
    """What model and truth say after a text; the last answers are kept, for sliders ask again."""

    def __init__(self, model: nn.Module, tokenizer, truth: reading.Truth | None):
        self.known = truth is not None
        self.tokens = [tokenizer.decode([i]) for i in range(tokenizer.vocab_size)]
        self.tokenizer = _Remembering(tokenizer)
        write = partial(reading.continuation, model, self.tokenizer, count=WRITTEN)
        self.logits = lru_cache(8)(partial(reading.logits_after, model, self.tokenizer))
        self.truth = lru_cache(64)(partial(reading.true_probs, truth))
        self.sample = lru_cache(8)(write)  # text, seed and settings -> what the model goes on with

    def longer(self, text: str, token: int) -> str:
        """The text with one token more; what was said after that text before is forgotten."""
        longer = self.tokenizer.longer(text, token)
        self.logits.cache_clear()
        self.sample.cache_clear()
        return longer

    def probs(self, text: str, settings: Sampling) -> Tensor:
        """P(next token | text) at these settings, (V,) in double precision."""
        return settings.probs(self.logits(text))

    def possible(self, text: str, sample: str) -> int:
        """How many characters of the sample the truth could have written after the text."""
        low, high = 0, len(sample)
        while low < high:  # a text that cannot be written is not mended by going on
            middle = (low + high + 1) // 2
            ok = self.truth(text + sample[:middle]) is not None
            low, high = (middle, high) if ok else (low, middle - 1)
        return low


class _Remembering:
    """A tokenizer that knows of which tokens a text was made, for half a character reads as �."""

    def __init__(self, tokenizer):
        self.tokenizer, self.decode, self.made = tokenizer, tokenizer.decode, {}

    def encode(self, text: str) -> list[int]:
        return self.made.get(text) or reading.tokens_of(self.tokenizer, text)

    def longer(self, text: str, token: int) -> str:
        ids = [*self.encode(text), token]
        longer = self.decode(ids)
        self.made[longer] = ids
        return longer


def _drawing(read: _Reading) -> Callable[..., Picture]:
    def draw(text: str, seed: int, token: int, **settings: float) -> Picture:
        q, p = read.probs(text, Sampling(**settings)), read.logits(text).softmax(-1)
        tokens, q, p, true = _aligned(read.tokens, q, p, read.truth(text))
        lines = [_entropy_line(q, p), _truth_line(q, true, read.known)]
        lines.append(f"Picked as the next token: {glyph(read.tokens[token])} .")
        lines += _sample_lines(read, text, read.sample(text, seed=seed, **settings))
        start = "…" if len(text) > QUOTED else ""
        heading = f"after {start}{reading.on_one_line(text[-QUOTED:])}"
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
    nats, apart = probability.entropy(q), _bits(probability.kl(q, p))
    like = f"like {number(math.exp(nats.item()))} equal choices"
    return f"H = {_bits(nats)} bits: {like}.   KL(these settings ‖ model) = {apart} bits."


def _truth_line(q: Tensor, true: Tensor | None, known: bool) -> str:
    if true is None:
        return reading.NO_TRUTH if known else ""
    there, back = _bits(probability.kl(true, q)), _bits(probability.kl(q, true))
    wrong = f"Impossible tokens: {number(100 * q[true == 0].sum().item())} %."
    return f"KL(truth ‖ these settings) = {there} bits, the other way {back} bits.   {wrong}"


def _sample_lines(read: _Reading, text: str, sample: str) -> list[str]:
    lines = [f"{len(sample)} characters at these settings:   “{reading.on_one_line(sample)}”."]
    if read.truth(text) is None:
        return lines
    right = read.possible(text, sample)
    if right == len(sample):
        return [*lines, "All of them could be the Playwright's."]
    return [*lines, f"Impossible from character {right + 1} on, {spoken(sample[right])}."]
