"""What training takes and what it refuses: tokens of any kind, one sentence for the rest."""

import math

import pytest
import torch

from helpers.learning.training import train
from tests.learning.ring import (
    SETTINGS,
    TRAIN,
    VAL,
    new_model,
    run,
    same,
)

KINDS = {
    "int32": TRAIN.int(), "uint16": TRAIN.to(torch.uint16), "uint8": TRAIN.byte(),
    "list": TRAIN.tolist(), "numpy": TRAIN.numpy(), "numpy uint16": TRAIN.numpy().astype("<u2"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_may_be_whole_numbers_of_any_kind(unbroken, kind):
    model = new_model()
    train(model, KINDS[kind], VAL.tolist(), **SETTINGS)
    assert same(model, unbroken[0])


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (TRAIN + 1, r"tokens in 0 … vocab_size - 1 = 11; got 12\. Use the tokenizer"),
        (TRAIN - 1, r"tokens in 0 … vocab_size - 1 = 11; got -1\. Use the tokenizer"),
        (
            TRAIN.float(),
            r"a row of whole numbers, \(N,\); got Tensor of torch.float32, shape \(2000",
        ),
        (TRAIN.bool(), "a row of whole numbers"),
        (TRAIN[None], r"got Tensor of torch.int64, shape \(1, 2000\)\. Try"),
        ((TRAIN / 2).tolist(), "got list of torch.float64"),
        ([[1, 2], [3]], "got list of"),
        ("to be or not to be", "got str of"),
        (None, "got NoneType of"),
    ],
    ids=["too large", "negative", "float", "bool", "2-D", "list", "torn", "text", "none"],
)
def test_a_text_that_is_no_row_of_tokens_is_refused_by_its_name(ids, message):
    with pytest.raises(ValueError, match=f"train_ids must .*{message}"):
        train(new_model(), ids, VAL, **SETTINGS)
    with pytest.raises(ValueError, match=f"val_ids must .*{message}"):
        train(new_model(), TRAIN, ids, **SETTINGS)


@pytest.mark.parametrize(
    "precision", [torch.float64, torch.int8, torch.float16, "double", None, 32]
)
def test_a_precision_that_would_not_be_kept_is_refused(precision):
    with pytest.raises(ValueError, match="precision must be torch.float32 or torch.bfloat16; got"):
        run(new_model(), precision=precision)


@pytest.mark.parametrize("name", ["steps", "batch_size"])
@pytest.mark.parametrize("value", [0, -1, 2.5, "10", None, True])
def test_an_impossible_number_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a whole number ≥ 1; got {value!r}"):
        run(new_model(), **{name: value})


@pytest.mark.parametrize("lr", [0, -1e-3, math.nan, math.inf, "1e-3", None])
def test_an_impossible_rate_is_refused(lr):
    with pytest.raises(ValueError, match=f"lr must be a positive finite number; got {lr!r}"):
        run(new_model(), lr=lr)


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True, 2**32, 10**15])
def test_an_impossible_seed_is_refused(seed):
    with pytest.raises(ValueError, match=rf"seed must be a whole number in 0 … \d+; got {seed!r}"):
        run(new_model(), seed=seed)


@pytest.mark.parametrize("decay", [-0.1, math.nan, math.inf])
def test_an_impossible_decay_is_refused(decay):
    with pytest.raises(ValueError, match=f"weight_decay must be a finite number ≥ 0; got {decay}"):
        run(new_model(), weight_decay=decay)


@pytest.mark.parametrize("number", [{"warmup": -1}, {"eval_every": 0}, {"eval_every": 2.5}])
def test_an_impossible_interval_is_refused(number):
    with pytest.raises(ValueError, match=f"{next(iter(number))} must be a whole number"):
        run(new_model(), **number)


@pytest.mark.parametrize("texts", [(TRAIN[:8], VAL), (TRAIN, VAL[:8])])
def test_a_text_without_a_whole_window_is_refused(texts):
    with pytest.raises(ValueError, match="longer than block_size = 8 .* got 8 tokens"):
        train(new_model(), *texts, **SETTINGS)
