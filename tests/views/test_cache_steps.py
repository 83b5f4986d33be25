"""cache_steps: what the picture says is read is what the model does read."""

import pytest
import torch

from helpers.learning import sampling
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.modes import hooked
from helpers.views.drawing.palette import BLUE, ORANGE
from helpers.views.widgets import cache_steps
from helpers.views.widgets.cache_steps import tokens_read

TEXT, PROMPT, WINDOW = "Hey, jazake, sing jazake", 5, 12


@pytest.mark.parametrize("cache", [True, False])
def test_it_reads_what_the_model_reads(cache):
    model, read = GPT(GPTConfig(WINDOW, 9, n_layer=1, n_head=1, n_embd=4)), []
    n = len(TEXT) - PROMPT
    with hooked([model], lambda model, args: read.append(args[0].shape[1])):
        sampling.generate(model, torch.zeros(1, PROMPT, dtype=torch.long), n, use_cache=cache)
    assert read == [tokens_read(i, PROMPT, WINDOW, cache) for i in range(n)]


def moved(written, cache):
    explorer = cache_steps(TEXT, PROMPT, WINDOW)
    explorer.controls["written"].value, explorer.controls["cache"].value = written, cache
    return explorer.picture


def cells(picture, colour):
    return picture.markup.count(f'height="20.00" fill="{colour}"')


@pytest.mark.parametrize(
    "written, cache, kept, new",
    [(0, True, 0, 5), (3, True, 7, 1), (3, False, 0, 8), (9, True, 0, 12)],
)
def test_kept_pairs_are_blue_and_new_ones_orange(written, cache, kept, new):
    picture = moved(written, cache)
    assert (cells(picture, BLUE), cells(picture, ORANGE)) == (kept, new)


def test_the_totals_add_up_all_steps():
    # with a cache 5 + 1 + 1 + 1, without 5 + 6 + 7 + 8
    markup = moved(3, True).markup
    assert "8 tokens read" in markup and "26 tokens read" in markup


def test_the_description_says_what_is_kept_and_what_has_left():
    assert moved(3, True).alt == (
        "After 3 written characters, with a cache: 1 token read now, 7 pairs kept."
    )
    assert moved(9, True).alt.endswith(
        "12 tokens read now, 0 pairs kept, 2 characters left of the window."
    )


def test_every_control_changes_the_picture():
    assert min(cache_steps(TEXT, PROMPT, WINDOW, written=4).answers().values()) > 1


def test_it_refuses_a_prompt_that_is_the_whole_text():
    with pytest.raises(ValueError, match="some of them after the prompt"):
        cache_steps("abc", 3, 8)


def test_it_refuses_a_window_of_nothing():
    with pytest.raises(ValueError, match="holds at least one character"):
        cache_steps("abc", 1, 0)
