"""Naming: a Captioner that says the name of a drawing, letter by letter. Notebook 10."""

import torch
from torch import Tensor, nn

from helpers.learning.fitting import fit
from helpers.text.tasks import drawings
from helpers.text.tokenizers import CharTokenizer

START, END = ":", "\n"  # every answer follows START; a short name is filled up with END
LONGEST = max(map(len, drawings.NAMES)) + 1


def tokenizer() -> CharTokenizer:
    """The letters of the names, START and END."""
    return CharTokenizer.from_text(START + END + "".join(drawings.NAMES))


def name_ids() -> Tensor:
    """START and every name, filled up to one length: (names, 1 + LONGEST)."""
    encode = tokenizer().encode
    return torch.tensor([encode(START + name.ljust(LONGEST, END)) for name in drawings.NAMES])


def learn(
    model: nn.Module,
    noise: float,
    *,
    steps: int,
    batch_size: int = 64,
    lr: float = 3e-3,
    seed: int = 0,
    progress: bool = True,
) -> list[float]:
    """Train in place on drawings that never come twice; returns nats per name, one per step."""
    ids = name_ids()

    def batch_loss() -> Tensor:
        images, names = drawings.draw(batch_size, noise)
        text = ids[names]
        return LONGEST * model(images, text[:, :-1], text[:, 1:])[1]

    return fit(model, batch_loss, steps=steps, lr=lr, seed=seed, progress=progress)


@torch.no_grad()
def name_log_probs(model: nn.Module, images: Tensor) -> Tensor:
    """ln P(whole name | image) by the chain rule: (B, 1, H, W) -> (B, names).

    exp of a row sums to at most 1: what is missing went to words that are no names.
    """
    ids = name_ids().to(images.device)
    every = ids.repeat(len(images), 1)  # each image with each name
    logits, _ = model.eval()(images.repeat_interleave(len(ids), 0), every[:, :-1])
    said = logits.log_softmax(-1).gather(-1, every[:, 1:, None]).sum((1, 2))
    return said.view(len(images), len(ids))
