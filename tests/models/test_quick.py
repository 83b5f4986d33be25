"""One token more, quickly: the same logits and the same cache as the model itself has."""

from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.learning.sampling import Reader, generate
from helpers.models import masks, quick
from helpers.models.attention import MaskedSelfAttention
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.int8 import in_8_bits
from helpers.models.modes import hooked

PLAIN = GPTConfig(16, 20, n_layer=2, n_head=4, n_embd=32)
MODERN = replace(
    PLAIN, positions="rotary", norm="rms", feed_forward="swiglu", attention="grouped", n_kv_head=2,
    bias=False, qkv_bias=False, norm_eps=1e-3,
)  # fmt: skip
KNOWN = {
    "GPT-2's": PLAIN,
    "bent by ReLU, untied": replace(PLAIN, activation="relu", tied=False),
    "with waves": replace(PLAIN, positions="sinusoidal"),
    "without positions or norms": replace(PLAIN, positions="none", norm="none"),
    "turned": replace(PLAIN, positions="rotary"),
    "modern": MODERN,
    "with one head of keys": replace(MODERN, n_kv_head=1),
    "without layers": replace(PLAIN, n_layer=0),
}
UNKNOWN = {
    "block": "post-norm",
    "attention": "qk-norm",
    "block in its place": "bare-attention",
    "attention in turn": "sliding/grouped",
    "n_expert": 2,
}


def built(config, **parts):
    """A model in eval mode whose every number matters: biases and norms too are drawn."""
    torch.manual_seed(0)
    model = GPT(config, **parts).double().eval()  # without norms, rounding would grow
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.5)
    return model


def texts(rows=3, length=16):
    return torch.randint(20, (rows, length), generator=torch.Generator().manual_seed(1))


def read(model, idx, begin):
    """Logits after each token from `begin` on, one token at a time, and the cache."""
    cache = model.new_cache(len(idx))
    one_more = quick.one_more(model, cache)
    with torch.no_grad():
        model(idx[:, :begin], cache=cache)
        return torch.stack([one_more(idx[:, t, None]) for t in range(begin, 16)], dim=1), cache


@pytest.mark.parametrize("name", [name for name in KNOWN if KNOWN[name].n_layer])
def test_every_token_is_read_as_the_model_reads_it(name):
    model, idx = built(KNOWN[name]), texts()
    logits, cache = read(model, idx, begin=5)
    whole = model.new_cache(3)
    with torch.no_grad():
        expected = model(idx, cache=whole)[0][:, 5:]
    assert expected.std() > 0.1
    assert_close(logits, expected, rtol=1e-9, atol=1e-9)
    for layer, same in zip(cache, whole, strict=True):
        assert_close(layer.keys, same.keys, rtol=1e-9, atol=1e-9)
        assert_close(layer.values, same.values, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", KNOWN)
def test_a_text_is_the_one_that_is_written_without_a_cache(name):
    model, prompt = built(KNOWN[name]), texts(2, 3)
    written = generate(model, prompt, 20, temperature=0)  # the window slides from 16 on
    assert torch.equal(written, generate(model, prompt, 20, temperature=0, use_cache=False))


def test_whole_numbers_of_8_bits_are_multiplied_as_the_model_does():
    model = in_8_bits(built(MODERN))
    logits, _ = read(model, texts(1), begin=5)
    cache = model.new_cache(1)
    with torch.no_grad():
        model(texts(1)[:, :5], cache=cache)
        steps = [model(texts(1)[:, t, None], cache=cache)[0] for t in range(5, 16)]
    assert_close(logits, torch.cat(steps, dim=1), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("shape", [(1, 5), (16, 65), (3, 5000)])
def test_a_token_is_the_one_that_multinomial_draws(shape):
    likely = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    likely = likely.where(likely > 0.3, 0.0)
    chances = likely / likely.sum(-1, keepdim=True)
    for seed in range(20):
        one, other = (torch.Generator().manual_seed(seed) for _ in range(2))
        expected = torch.multinomial(chances, 1, generator=one)
        assert torch.equal(quick.draw(chances, other), expected)
        assert torch.equal(one.get_state(), other.get_state())  # the next ones will be, too
    torch.manual_seed(7)
    expected = torch.multinomial(chances, 1)
    torch.manual_seed(7)
    assert torch.equal(quick.draw(chances), expected)


@pytest.mark.parametrize("name", ["GPT-2's", "modern"])
def test_a_token_beyond_the_context_is_refused_as_the_model_does(name):
    model = built(KNOWN[name])
    cache = model.new_cache(3)
    one_more = quick.one_more(model, cache)
    with torch.no_grad():
        model(texts(), cache=cache)
        with pytest.raises(ValueError, match="at most block_size = 16 tokens; got 17"):
            one_more(texts()[:, :1])


def test_the_reader_asks_it_for_every_token_after_the_prompt():
    model, asked = built(PLAIN), []
    reader = Reader(model)
    one_more = reader.one_more
    reader.one_more = lambda token: asked.append(token.item()) or one_more(token)
    for T in (4, 5, 6):
        reader.last_logits(texts(1)[:, :T])
    assert asked == texts(1)[0, 4:6].tolist()


@pytest.mark.parametrize("what", UNKNOWN)
def test_a_model_with_another_part_goes_on_by_itself(what):
    settings = {what.partition(" ")[0]: UNKNOWN[what]}
    model = built(replace(PLAIN, **settings, **({"window": 4} if "turn" in what else {})))
    assert quick.one_more(model, model.new_cache(1)) is None
    prompt = texts(2, 3)
    written = generate(model, prompt, 8, temperature=0)
    assert torch.equal(written, generate(model, prompt, 8, temperature=0, use_cache=False))


class Backwards(GPT):
    """Whose forward is another one."""

    def forward(self, idx, targets=None, cache=None):
        logits, loss = super().forward(idx, targets, cache)
        return -logits, loss


def test_a_subclass_a_mask_a_hook_and_dropout_are_never_passed_over():
    for model in (
        Backwards(PLAIN).eval(),
        built(PLAIN, attention=partial(MaskedSelfAttention, visible=masks.causal(16))),
        built(replace(PLAIN, dropout=0.1)).train(),
    ):
        assert quick.one_more(model, model.new_cache(1)) is None
    model = built(PLAIN)
    with hooked([model.blocks[0]], lambda *_: None, after=True):
        assert quick.one_more(model, model.new_cache(1)) is None
    assert quick.one_more(model, model.new_cache(1)) and not quick.one_more(model, [])
