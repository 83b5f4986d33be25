"""Generated text: the same with a cache, without and by hand; bad prompts are refused."""

import math

import pytest
import torch

from helpers.learning.sampling import generate, next_token_probs
from helpers.models.bigram import Bigram
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from tests.learning.speaker import BLOCK, prompt, speaker


@pytest.fixture(scope="module")
def model():
    return speaker()


# The text


def by_hand(model, idx, n, **settings):
    """The simplest generation there is: read the last window, take the last distribution."""
    generator = torch.Generator().manual_seed(5)
    for _ in range(n):
        with torch.no_grad():
            logits = model(idx[:, -BLOCK:])[0][:, -1]
        probs = next_token_probs(logits, **settings)
        idx = torch.cat([idx, torch.multinomial(probs, 1, generator=generator)], dim=1)
    return idx


@pytest.mark.parametrize(
    "settings", [{"temperature": 0}, {}, {"top_k": 5, "top_p": 0.9, "min_p": 0.01}]
)
@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("length", [1, BLOCK - 1, BLOCK, BLOCK + 3])
def test_the_text_is_the_same_with_a_cache_without_and_by_hand(model, settings, batch_size, length):
    idx, n = prompt(batch_size, length), 3 * BLOCK
    expected = by_hand(model, idx, n, **settings)
    for use_cache in (True, False):
        generator = torch.Generator().manual_seed(5)
        text = generate(model, idx, n, use_cache=use_cache, generator=generator, **settings)
        assert torch.equal(text, expected)
    assert len(expected[:, length:].unique()) > 2  # not one token for ever


def test_a_cache_reads_every_token_once_until_the_window_slides(model):
    lengths = []
    handle = model.register_forward_pre_hook(
        lambda module, args, kwargs: lengths.append(args[0].shape[1]), with_kwargs=True
    )
    generate(model, prompt(1, 3), BLOCK)
    handle.remove()
    # 3 prompt tokens, then one by one up to 8; then the window slides and is read anew.
    assert lengths == [3, 1, 1, 1, 1, 1, BLOCK, BLOCK]


def test_the_likeliest_token_is_taken_at_temperature_0(model):
    idx = prompt(2, 4)
    likeliest = model(idx)[0][:, -1].argmax(-1)
    assert torch.equal(generate(model, idx, 1, temperature=0)[:, -1], likeliest)


def test_the_same_generator_gives_the_same_text_whatever_the_global_seed(model):
    texts = []
    for seed in (1, 1, 2):
        torch.manual_seed(len(texts))
        texts.append(
            generate(model, prompt(1, 2), 30, generator=torch.Generator().manual_seed(seed))
        )
    assert torch.equal(texts[0], texts[1]) and not torch.equal(texts[0], texts[2])


def test_without_a_generator_the_global_seed_decides(model):
    texts = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        texts.append(generate(model, prompt(1, 2), 30))
    assert torch.equal(texts[0], texts[1]) and not torch.equal(texts[0], texts[2])


def test_the_prompt_begins_the_text_and_is_left_as_it_was(model):
    idx = prompt(2, 4)
    kept = idx.clone()
    text = generate(model, idx, 9)
    assert text.shape == (2, 13) and text.dtype == torch.int64
    assert torch.equal(text[:, :4], kept) and torch.equal(idx, kept)


def test_no_new_tokens_give_the_prompt(model):
    assert torch.equal(generate(model, prompt(2, 4), 0), prompt(2, 4))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("use_cache", [True, False])
def test_dropout_and_gradients_rest_while_sampling_and_the_mode_comes_back(
    model, training, use_cache
):
    states = set()
    handle = model.blocks[0].register_forward_hook(
        lambda module, *_: states.add((module.training, torch.is_grad_enabled()))
    )
    model.train(training)
    expected = by_hand(model.eval(), prompt(1, 3), 2 * BLOCK, temperature=0)
    states.clear()
    model.train(training)
    text = generate(model, prompt(1, 3), 2 * BLOCK, temperature=0, use_cache=use_cache)
    handle.remove()
    assert states == {(False, False)}
    assert model.training == training == model.blocks[0].dropout.training
    assert torch.equal(text, expected)
    model.eval()


def test_the_mode_comes_back_when_sampling_fails(model):
    def fail(*_):
        raise RuntimeError("out of memory")

    handle = model.blocks[1].register_forward_hook(fail)
    model.train()
    with pytest.raises(RuntimeError, match="out of memory"):
        generate(model, prompt(1, 3), 1)
    handle.remove()
    assert model.training
    model.eval()


@pytest.mark.parametrize("n", [0, 5])
def test_a_model_can_be_trained_on_what_was_generated(model, n):
    # Indices made in inference mode could not be kept for the backward pass.
    text = generate(model, prompt(2, 3), n)
    model(text[:, :-1], text[:, 1:])[1].backward()
    assert model.head.weight.grad.abs().sum() > 0
    model.zero_grad(set_to_none=True)


def test_a_bigram_speaks_too():
    # 0 → 1 → 2 → 0, always
    bigram = Bigram.from_counts(torch.tensor([0, 1, 2] * 100), vocab_size=3, pseudocount=1e-9)
    assert generate(bigram, torch.tensor([[0], [2]]), 4).tolist() == [
        [0, 1, 2, 0, 1],
        [2, 0, 1, 2, 0],
    ]


def test_a_model_without_blocks_speaks_too():
    model = GPT(GPTConfig(BLOCK, 11, n_layer=0, n_head=1, n_embd=4))
    assert generate(model, prompt(2, 3), 2 * BLOCK).shape == (2, 3 + 2 * BLOCK)


def test_texts_are_written_as_often_as_the_model_says(model):
    """All 11² continuations of two tokens, against P = P(x₁) P(x₂ | x₁) with the settings."""
    n, settings = 20_000, {"temperature": 4.0, "top_k": 6, "top_p": 0.95}
    idx = prompt(1, 2).expand(n, 2)
    first, second = generate(model, idx, 2, **settings, generator=torch.Generator().manual_seed(1))[
        :, 2:
    ].T
    with torch.no_grad():
        p1 = next_token_probs(model(idx[:1])[0][0, -1], **settings)
        after = torch.cat([idx[:11], torch.arange(11)[:, None]], dim=1)
        joint = p1[:, None] * next_token_probs(model(after)[0][:, -1], **settings)
    counts = torch.bincount(first * 11 + second, minlength=121).view(11, 11)
    assert ((counts - n * joint).abs() <= 4 * (n * joint * (1 - joint)).sqrt()).all()
    assert 10 < (joint > 0).sum() < 121


# Refusals

BAD_SETTINGS = [
    ({"temperature": -0.1}, "temperature must be a finite number ≥ 0; got -0.1"),
    ({"temperature": math.nan}, "temperature must be a finite number ≥ 0; got nan"),
    ({"temperature": math.inf}, "temperature must be a finite number ≥ 0; got inf"),
    ({"temperature": "1"}, "temperature must be a finite number ≥ 0; got '1'"),
    ({"temperature": None}, "temperature must be a finite number ≥ 0; got None"),
    ({"temperature": True}, "temperature must be a finite number ≥ 0; got True"),
    ({"top_k": 0}, "top_k must be a whole number ≥ 1; got 0"),
    ({"top_k": -3}, "top_k must be a whole number ≥ 1; got -3"),
    ({"top_k": 2.5}, "top_k must be a whole number ≥ 1; got 2.5"),
    ({"top_p": 0}, r"top_p must lie in \(0, 1\]; got 0"),
    ({"top_p": -0.5}, r"top_p must lie in \(0, 1\]; got -0.5"),
    ({"top_p": 1.5}, r"top_p must lie in \(0, 1\]; got 1.5"),
    ({"top_p": math.nan}, r"top_p must lie in \(0, 1\]; got nan"),
    ({"top_k": True}, "top_k must be a whole number ≥ 1; got True"),
    ({"min_p": -0.1}, r"min_p must lie in \[0, 1\]; got -0.1. Try 0.1"),
    ({"min_p": 1.01}, r"min_p must lie in \[0, 1\]; got 1.01"),
    ({"min_p": "a"}, r"min_p must lie in \[0, 1\]; got 'a'"),
    ({"min_p": [0.1]}, r"min_p must lie in \[0, 1\]; got \[0.1\]"),
    ({"min_p": math.nan}, r"min_p must lie in \[0, 1\]; got nan"),
]


@pytest.mark.parametrize(("settings", "message"), BAD_SETTINGS)
def test_a_bad_setting_is_refused(model, settings, message):
    with pytest.raises(ValueError, match=message):
        next_token_probs(torch.tensor([2.0, 1.0, 0.0]), **settings)
    for n in (0, 1):  # even when nothing is to be drawn
        with pytest.raises(ValueError, match=message):
            generate(model, prompt(1, 3), n, **settings)


@pytest.mark.parametrize(
    "idx",
    [
        torch.zeros(1, 0, dtype=torch.int64),
        torch.zeros(3, dtype=torch.int64),
        torch.zeros(1, 2, 3, dtype=torch.int64),
        torch.zeros(1, 3),
        torch.zeros(1, 3, dtype=torch.int32),
    ],
    ids=["empty", "one dimension", "three dimensions", "float", "int32"],
)
def test_a_prompt_of_the_wrong_form_is_refused(model, idx):
    with pytest.raises(ValueError, match=r"int64 tokens of shape \(B, T\) with T ≥ 1") as error:
        generate(model, idx, 1)
    assert f"got {idx.dtype} {tuple(idx.shape)}" in str(error.value)


@pytest.mark.parametrize("wrong", [11, -1])
def test_a_prompt_with_unknown_tokens_is_refused(model, wrong):
    with pytest.raises(ValueError, match="must lie in 0 … 10; got .*the model's own tokenizer"):
        generate(model, torch.tensor([[3, wrong, 3]]), 1)


@pytest.mark.parametrize("n", [-1, 2.5, "3"])
def test_an_impossible_number_of_new_tokens_is_refused(model, n):
    with pytest.raises(ValueError, match=f"max_new_tokens must be a whole number ≥ 0; got {n!r}"):
        generate(model, prompt(1, 3), n)
