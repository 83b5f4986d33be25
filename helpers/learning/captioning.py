"""Captioning: a GPT that reads an image writes its caption, letter by letter.

Used in the notebook *Toward GPT-4*. The captions are the names of drawings: the model learns to say
what it sees.
"""

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.learning.fitting import fit
from helpers.models.modes import device_of, evaluating
from helpers.text.tasks import drawings
from helpers.text.tokenizers import CharTokenizer

START, END = ":", "\n"  # every caption follows START; a short one is filled up with END
LENGTH = max(map(len, drawings.NAMES)) + 1  # tokens to write: the longest name and an END


def tokenizer() -> CharTokenizer:
    """The letters of the names, START and END."""
    return CharTokenizer.from_text(START + END + "".join(drawings.NAMES))


def caption_ids() -> Tensor:
    """START and every name, filled up to one length: (names, 1 + LENGTH)."""
    encode = tokenizer().encode
    return torch.tensor([encode(START + name.ljust(LENGTH, END)) for name in drawings.NAMES])


@takes(model="model", batch_size="count")
def train(
    model: nn.Module, noise: float, *, steps: int, batch_size: int = 64, lr: float = 3e-3, **options
) -> list[float]:
    """Train in place on drawings that never come twice; returns nats per name, one per step.

    options: those of `fit`.
    """
    device = device_of(model)
    captions = caption_ids().to(device)

    def batch_loss() -> Tensor:
        images, names = drawings.draw(batch_size, noise)
        ids = captions[names.to(device)]
        return LENGTH * model(images.to(device), ids[:, :-1], ids[:, 1:])[1]

    return fit(model, batch_loss, steps=steps, lr=lr, **options)


@torch.no_grad()
@takes(model="model", images="numbers B K H W")
def caption_log_probs(model: nn.Module, images: Tensor) -> Tensor:
    """ln P(whole name | image) by the chain rule: (B, 1, H, W) -> (B, names). In eval mode.

    exp of a row sums to at most 1: what is missing went to words that are no names.
    """
    images = images.to(device_of(model))
    ids = caption_ids().to(images.device)
    every = ids.repeat(len(images), 1)  # each image with each name
    with evaluating(model):
        logits, _ = model(images.repeat_interleave(len(ids), 0), every[:, :-1])
    letters = logits.log_softmax(-1).gather(-1, every[:, 1:, None])
    return letters.sum((1, 2)).view(len(images), len(ids))  # ln of a product: a sum
