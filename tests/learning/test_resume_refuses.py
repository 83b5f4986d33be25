"""What is not resumed: damaged files, runs of other settings, texts, masks or functions."""

from functools import partial

import pytest
import torch
from safetensors.torch import save as save_tensors

from helpers.learning.training import train
from helpers.models import attention, masks
from tests.learning.ring import (
    SETTINGS,
    TRAIN,
    VAL,
    new_model,
    run,
    same,
    stop_at,
    weights,
)

# What is refused


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lr": 2e-2}, "trained with lr=0.01, now it is 0.02"),
        ({"seed": 7}, "trained with seed=0, now it is 7"),
        ({"steps": 60}, "trained with steps=30, now it is 60"),
        ({"batch_size": 8}, "trained with batch_size=4, now it is 8"),
        ({"weight_decay": 0.2}, "trained with weight_decay=0.1, now it is 0.2"),
        ({"precision": torch.bfloat16}, "precision='float32', now it is 'bfloat16'"),
    ],
)
def test_a_run_with_other_settings_is_not_resumed(tmp_path, changes, message):
    path = tmp_path / "run.safetensors"
    run(new_model(), checkpoint=path, on_step=stop_at(5))
    with pytest.raises(ValueError, match=message) as error:
        run(new_model(), checkpoint=path, **changes)
    assert str(path) in str(error.value)


def test_another_model_or_another_text_is_not_resumed(tmp_path):
    path = tmp_path / "run.safetensors"
    run(new_model(), checkpoint=path, on_step=stop_at(5))
    with pytest.raises(ValueError, match="trained with config=.*'n_embd': 16.*'n_embd': 8"):
        run(new_model(n_embd=8), checkpoint=path)
    texts = {"text": (TRAIN.flip(0), VAL), "validation": (TRAIN, VAL.flip(0))}
    for name, (train_ids, val_ids) in texts.items():
        with pytest.raises(ValueError, match=f"with {name}='torch.int64.* [0-9a-f]+', now it is"):
            train(new_model(), train_ids, val_ids, checkpoint=path, **SETTINGS)


def test_another_mask_is_another_run(tmp_path):
    def masked(visible):
        return attention.with_mask(new_model(), visible)

    run(masked(masks.window(8, 2)), checkpoint=tmp_path, on_step=stop_at(5))
    for other in (new_model(), masked(masks.window(8, 3)), masked(masks.causal(8))):
        with pytest.raises(ValueError, match="trained with model='GPT [0-9a-f]+', now it is"):
            run(other, checkpoint=tmp_path)
    run(masked(masks.window(8, 2)), checkpoint=tmp_path)


def weighed(weight):
    """A closure: what it adds to the loss, its name does not say."""

    def auxiliary(model, x, y):
        loss = model(x, y)[1]
        return loss, weight * loss

    return auxiliary


class Weighed:
    """A plain object that does the same."""

    def __init__(self, weight):
        self.weight = weight

    def __call__(self, model, x, y):
        return weighed(self.weight)(model, x, y)


def partly(weight):
    return partial(lambda model, x, y, weight: weighed(weight)(model, x, y), weight=weight)


class Adam:
    """A plain object that makes an optimizer."""

    def __init__(self, beta):
        self.beta = beta

    def __call__(self, model, lr, weight_decay):
        return torch.optim.Adam(model.parameters(), lr, betas=(self.beta, 0.99))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("auxiliary", weighed),
        ("auxiliary", Weighed),
        ("auxiliary", partly),
        ("auxiliary", lambda weight: Weighed(weight).__call__),
        ("optimizer", Adam),
        ("optimizer", lambda beta: partial(Adam.__call__, Adam(beta))),
    ],
    ids=["closure", "object", "partial", "method", "optimizer object", "optimizer partial"],
)
def test_what_is_made_anew_is_the_same_if_it_holds_the_same(tmp_path, name, make):
    whole = new_model()
    run(whole, **{name: make(0.5)})
    run(new_model(), checkpoint=tmp_path, on_step=stop_at(5), **{name: make(0.5)})
    with pytest.raises(ValueError, match=f"trained with {name}="):
        run(new_model(), checkpoint=tmp_path, **{name: make(0.25)})
    resumed = new_model(seed=9)
    run(resumed, checkpoint=tmp_path, **{name: make(0.5)})
    assert same(resumed, whole)


# Damage


def test_a_refused_checkpoint_leaves_the_model_as_it_was(tmp_path):
    path, model = tmp_path / "run.safetensors", new_model(seed=5)
    before = weights(model)
    run(new_model(), checkpoint=path, on_step=stop_at(5))
    with pytest.raises(ValueError, match="must belong to this run"):
        run(model, checkpoint=path, seed=1)
    assert same(model, before)


def broken(content):
    """The file of a run, spoiled in every way."""
    half = len(content) // 2
    return {
        "empty": b"",
        "truncated": content[:half],
        "header": content[:20] + b"#" + content[21:],
        "history": content.replace(b"val_loss", b"vol_loss"),
        "weights": content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :],
        "text": b"To be, or not to be" * 100,
        "model": save_tensors(weights(new_model())),
        "foreign": save_tensors(weights(new_model()), {"run": "{}"}),
    }


@pytest.mark.parametrize("kind", broken(bytes(100)))
def test_a_damaged_or_foreign_checkpoint_is_refused(tmp_path, kind):
    path = tmp_path / "run.safetensors"
    run(new_model(), checkpoint=path, on_step=stop_at(5))
    path.write_bytes(broken(path.read_bytes())[kind])
    with pytest.raises(ValueError, match=r"must be a run written by training\.train") as error:
        run(new_model(), checkpoint=path)
    assert str(path) in str(error.value)
