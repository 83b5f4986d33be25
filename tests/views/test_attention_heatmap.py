"""attention_heatmap: every head of every model on any text, checked and remembered."""

import pytest
import torch
from torch import nn

from helpers.models import attention, masks
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text.tokenizers import CharTokenizer
from helpers.views.pictures.attention_map import attention_picture
from helpers.views.widgets import attention_heatmap
from helpers.views.widgets.attention_heatmap import MOST_READ, Reader
from tests.views.browser import from_browser

TEXT = "to be or not to be"
TOKENIZER = CharTokenizer.from_text(TEXT + "\n$")


def gpt(n_layer=3, n_head=4, block_size=32, seed=0):
    torch.manual_seed(seed)
    model = GPT(GPTConfig(block_size, TOKENIZER.vocab_size, n_layer, n_head, 8 * n_head))
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.3)
    return model.train()


def expected(model, text, layer, head, row, every=False, name=""):
    maps = attention.maps(model, torch.tensor([TOKENIZER.encode(text)]))[:, 0]
    return attention_picture(maps.numpy(), list(text), layer, head, row, every, name)


def test_it_begins_where_it_is_told_by_default_with_the_last_token():
    model = gpt()
    explorer = attention_heatmap((model, TOKENIZER), TEXT, layer=2, head=1)
    assert explorer.picture == expected(model, TEXT, 2, 1, len(TEXT) - 1)
    explorer = attention_heatmap((model, TOKENIZER), TEXT, position=5)
    assert explorer.picture == expected(model, TEXT, 0, 0, 5)


@pytest.mark.parametrize(
    ("control", "value", "at"),
    [
        ("layer", 1, (1, 1, 9)),
        ("head", 3, (2, 3, 9)),
        ("position", 4, (2, 1, 4)),
        ("every", True, (2, 1, 9, True)),
    ],
)
def test_each_control_moves_what_it_says(control, value, at):
    model = gpt()
    explorer = attention_heatmap((model, TOKENIZER), TEXT, layer=2, head=1, position=9)
    from_browser(explorer.controls[control], value=value)
    assert explorer.picture == expected(model, TEXT, *at)
    assert explorer.front.scene["html"] == explorer.picture.inline


def test_another_model_is_chosen_by_name_and_the_sliders_follow_its_size():
    large, small = gpt(), gpt(n_layer=1, n_head=2, seed=1)
    models = {"large": (large, TOKENIZER), "small": (small, TOKENIZER)}
    explorer = attention_heatmap(models, TEXT, layer=2, head=3, position=9)
    assert explorer.picture == expected(large, TEXT, 2, 3, 9, name="large")
    explorer.controls["model"].index = 1
    assert explorer.picture == expected(small, TEXT, 0, 1, 9, name="small")
    assert [explorer.controls[n].max for n in ("layer", "head", "position")] == [0, 1, 17]


def test_one_model_needs_no_list_to_choose_from():
    assert "model" not in attention_heatmap((gpt(), TOKENIZER), TEXT).controls
    named = attention_heatmap({"mine": (gpt(), TOKENIZER)}, TEXT)
    assert "model" not in named.controls and "mine: layer 0" in named.picture.alt


def test_the_last_token_stays_within_an_edited_text():
    model = gpt()
    explorer = attention_heatmap((model, TOKENIZER), TEXT)
    from_browser(explorer.controls["text"], value="to be")
    assert explorer.picture == expected(model, "to be", 0, 0, 4)


def test_only_the_last_block_is_read():
    model = gpt(block_size=8)
    explorer = attention_heatmap((model, TOKENIZER), TEXT)
    assert explorer.picture == expected(model, TEXT[-8:], 0, 0, 7)
    tokens, maps = Reader(gpt(block_size=1024), TOKENIZER).read("to" * 400)
    assert len(tokens) == MOST_READ and maps.shape == (3, 4, MOST_READ, MOST_READ)


def test_a_text_is_read_once_until_the_model_has_learned(monkeypatch):
    model, calls = gpt(), []
    monkeypatch.setattr(model, "forward", lambda idx: calls.append(0) or GPT.forward(model, idx))
    explorer = attention_heatmap((model, TOKENIZER), TEXT)
    before = explorer.sweep()
    read = len(calls)
    assert read == 3  # the text, its first half, its first letter
    assert explorer.sweep() == before and len(calls) == read
    adam = torch.optim.AdamW(model.parameters(), lr=0.1, fused=True)
    GPT.forward(model, torch.zeros(1, 4, dtype=torch.int64))[0].sum().backward()
    adam.step()
    assert explorer.sweep() != before and len(calls) == 2 * read


def test_the_model_keeps_its_mode():
    model = gpt()
    attention_heatmap((model, TOKENIZER), TEXT)
    assert model.training


@pytest.mark.parametrize(("typed", "said"), [("to xe", "'x' at position 3"), ("", "empty")])
def test_a_text_that_cannot_be_read_is_one_clear_error_and_the_next_works(typed, said):
    explorer = attention_heatmap((gpt(), TOKENIZER), TEXT)
    with pytest.raises(ValueError):
        from_browser(explorer.controls["text"], value=typed)
    assert said in explorer.front.scene["alarm"]
    from_browser(explorer.controls["text"], value="to be\n$")
    assert explorer.front.scene["html"] == explorer.picture.inline


def test_a_model_that_looks_ahead_is_refused():
    leaky = attention.with_mask(gpt(), masks.full(32))
    with pytest.raises(ValueError, match="nothing above the diagonal.*does not look ahead"):
        attention_heatmap((leaky, TOKENIZER), TEXT)


@pytest.mark.parametrize("every", [False, True])
def test_a_sweep_ends_where_it_began(every):
    models = {"a": (gpt(), TOKENIZER), "b": (gpt(1, 1, seed=1), TOKENIZER)}
    explorer = attention_heatmap(models, TEXT, layer=1, head=2, position=7)
    explorer.controls["every"].value = every
    start, picture = explorer.state, explorer.picture
    lines = explorer.sweep()
    assert len(set(lines)) == len(lines) >= 3 + 2 + 3 + 4 + 2 + 5
    assert (explorer.state, explorer.picture) == (start, picture)


def test_it_refuses_to_look_into_nothing():
    with pytest.raises(ValueError, match="must be a model to look into; got none. Try"):
        attention_heatmap({}, TEXT)


@pytest.mark.parametrize(("n_head", "stored"), [(8, [("layer", "head")]), (32, [])])
def test_pairs_of_layer_and_head_are_stored_where_there_are_few_heads(n_head, stored):
    explorer = attention_heatmap((gpt(n_layer=3, n_head=n_head), TOKENIZER), TEXT)
    assert [*explorer.pairs] == stored
