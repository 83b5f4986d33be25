"""Captioning: answers letter by letter, and a model's belief about names by the chain rule."""

import pytest
import torch

from helpers.learning import captioning
from helpers.models.config import GPTConfig
from helpers.models.vision import Captioner
from helpers.text.tasks import drawings


def small(seed=0):
    torch.manual_seed(seed)
    length = 4 + captioning.LENGTH
    return Captioner(GPTConfig(length, captioning.tokenizer().vocab_size, 1, 2, 16), 16, 8)


def test_every_name_stands_between_start_and_ends():
    decode = captioning.tokenizer().decode
    for name, row in zip(drawings.NAMES, captioning.caption_ids(), strict=True):
        text = decode(row)
        assert text.startswith(":") and text[1:].rstrip("\n") == name and text.endswith("\n")
    assert captioning.caption_ids().shape == (16, 1 + len("triangle") + 1)


def test_a_names_probability_is_the_product_of_its_letters():
    model, (images, _) = small().eval(), drawings.draw(3, 0.1, torch.Generator().manual_seed(0))
    said = captioning.caption_log_probs(model, images)
    assert said.shape == (3, 16)
    ids = captioning.caption_ids()
    for b in (0, 2):
        for name in (0, 7, 15):
            total = 0.0
            for t in range(captioning.LENGTH):  # letter by letter, each read with those before
                logits, _ = model(images[b : b + 1], ids[name : name + 1, : t + 1])
                total += logits[0, -1].log_softmax(-1)[ids[name, t + 1]].item()
            assert said[b, name].item() == pytest.approx(total, abs=1e-4)
    assert (said.exp().sum(1) <= 1 + 1e-5).all()


@pytest.mark.parametrize("training", [True, False])
def test_a_model_is_asked_in_eval_mode_and_keeps_its_own(training):
    model, images = small().train(training), drawings.draw(1, 0.1)[0]
    modes = []
    model.register_forward_hook(lambda module, *_: modes.append(module.training))
    captioning.caption_log_probs(model, images)
    assert modes == [False] and model.training == training


def test_the_loss_counts_nats_per_name():
    """With a rate too small to change anything, the loss is -ln P(name) of a fresh model."""
    model = small()
    losses = captioning.train(model, 0.1, steps=1, batch_size=200, lr=1e-12, progress=False)
    images, names = drawings.draw(400, 0.1, torch.Generator().manual_seed(1))
    pays = -captioning.caption_log_probs(model, images)[torch.arange(400), names]
    assert losses[0] == pytest.approx(pays.mean().item(), abs=4 * pays.std().item() / 200**0.5)


def test_it_learns():
    model = small()
    losses = captioning.train(model, 0.05, steps=60, batch_size=32, lr=1e-2, progress=False)
    assert sum(losses[-5:]) < sum(losses[:5]) / 3


def test_the_same_seed_learns_the_same():
    options = {"steps": 3, "batch_size": 4, "progress": False}
    one, again, other = (captioning.train(small(), 0.1, seed=s, **options) for s in (1, 1, 2))
    assert one == again != other
