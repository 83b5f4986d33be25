"""Sizes: what a GPT's parameters, its memory and its training come to.

Notebook *From GPT-1 to GPT-3*.
"""

import html
from dataclasses import replace

import ipywidgets

from helpers.basics.signature import signed
from helpers.models.config import PRESETS, GPTConfig
from helpers.theory import scaling
from helpers.theory.hardware import GPUS, training_seconds
from helpers.views.drawing import Picture, given
from helpers.views.drawing.style import RAISED
from helpers.views.pictures.size_card import size_card
from helpers.views.widgets.controls import Follower, choice
from helpers.views.widgets.explorer import Explorer
from helpers.views.widgets.view import ALARM

SIZES = ("n_layer", "n_head", "n_embd", "vocab_size", "block_size")
VOCABULARIES = (65, 512, 8192, 40_478, 50_257, 100_277)
CONTEXTS = (8, 64, 256, 512, 1024, 2048, 4096, 8192, 32_768)
TOKENS = tuple(digit * 10**power for power in range(6, 13) for digit in (1, 3)) + (10**13,)
COUNTS = (1, 2, 4, 8, 16, 64, 256, 1024, 4096)
UNITS = {"years": 365.25 * 86_400, "days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}


@signed()
def model_sizes(preset: str = "gpt2", gpu: str = "A100 40 GB (2020)", gpus: int = 8) -> Explorer:
    """Begin with a preset or move the sizes; parameters, memory, operations and time are exact.

    A preset also brings its kind of head, norm and biases, which stay when a size is moved. Sizes
    that do not go together get the config's own message. ValueError for an unknown preset or GPU.
    """
    config = GPTConfig.preset(preset)
    given.must(gpu in GPUS, f"A GPU must be one of {', '.join(GPUS)}", repr(gpu), "Try the first.")
    controls = {
        "preset": ipywidgets.Dropdown(options=[*PRESETS], value=preset, description="begin with"),
        "n_layer": ipywidgets.IntSlider(config.n_layer, 1, 96, description="layers L"),
        "n_head": ipywidgets.IntSlider(config.n_head, 1, 96, description="heads"),
        "n_embd": ipywidgets.IntSlider(config.n_embd, 64, 12_288, step=64, description="width C"),
        "vocab_size": _choice(config.vocab_size, VOCABULARIES, "vocabulary V"),
        "block_size": _choice(config.block_size, CONTEXTS, "context T"),
        "tokens": _choice(3 * 10**11, TOKENS, "tokens D"),
        "gpu": ipywidgets.Dropdown(options=list(GPUS), value=gpu, description="GPU"),
        "gpus": _choice(gpus, COUNTS, "how many"),
        "utilisation": ipywidgets.IntSlider(40, 5, 100, step=5, description="% of its peak"),
    }
    follow = Follower("preset", bring=_sizes_of)
    return Explorer(draw, adjust=follow, pairs=[("preset", "gpu")], **controls)


def _choice(value: int, usual: tuple[int, ...], name: str) -> ipywidgets.SelectionSlider:
    return choice(value, usual, name, lambda x: f"{x:,}" if x < 10**6 else words_for(x))


def _sizes_of(preset: str) -> dict[str, int]:
    return {name: getattr(GPTConfig.preset(preset), name) for name in SIZES}


def draw(preset: str, tokens: int, gpu: str, gpus: int, utilisation: int, **sizes: int) -> Picture:
    """The card of a model, or why there can be no such model."""
    try:
        config = replace(GPTConfig.preset(preset), **sizes)
    except ValueError as error:
        text = str(error)
        return Picture(text, markup=f'<pre style="{ALARM}">{html.escape(text)}</pre>')
    count = scaling.count_parameters(config)
    # What attention over the average causal context adds to the 2·N of a token, forward.
    more = scaling.attention_flops_per_token(config) / 2 / (2 * count)
    flops = scaling.training_flops(count, tokens)
    time = spell(training_seconds(flops * (1 + more), GPUS[gpu], gpus, utilisation / 100))
    lines = [
        f"{config.n_layer} layers, {config.n_embd:,} channels in {config.n_head} heads of "
        f"{config.head_size}; {config.vocab_size:,} tokens, at most {config.block_size:,} at once.",
        f"Operations: 6·N·D = 6 × {count:,} × {words_for(tokens)} = {power_of_ten(flops)}; "
        f"attention adds {100 * more:.1f} %.",
        f"Time on {gpus:,} × {gpu}, at {utilisation} % of "
        f"{GPUS[gpu].peak / 1e12:g} × 10¹² operations a second: {time}.",
    ]
    title = preset + " with other sizes" * (config != GPTConfig.preset(preset))
    needed = scaling.optimizer_bytes(count)
    return size_card(title, scaling.parameter_parts(config), needed, GPUS[gpu].memory, gpu, lines)


def words_for(count: int) -> str:
    """A large round number: 3 million, 300 billion, 10 trillion."""
    for name, size in (("trillion", 10**12), ("billion", 10**9), ("million", 10**6)):
        if count >= size:
            return f"{count / size:g} {name}"
    return f"{count:,}"


def power_of_ten(value: float) -> str:
    """A large number as people write it: 2.24 × 10²⁰."""
    digits, _, exponent = f"{value:.2e}".partition("e")
    return f"{digits} × 10{str(int(exponent)).translate(RAISED)}"


def spell(seconds: float) -> str:
    """A time in the largest unit of which there is at least one: 3.2 days, 1,440 years.

    >>> spell(90), spell(3590), spell(3599)
    ('1.5 minutes', '59.8 minutes', '1 hour')
    """
    seconds = float(f"{seconds:.3g}") if seconds < UNITS["years"] else seconds  # not 60 minutes
    for name, size in UNITS.items():
        if seconds >= size or name == "seconds":
            value = seconds / size
            shown = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
            return f"{shown} {name.removesuffix('s') if shown == '1' else name}"
