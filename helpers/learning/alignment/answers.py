"""Whole answers of a GPT: how likely it finds them, and how it learns to give them.

Built in the notebook *Alignment*.
"""

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.learning.fitting import fit


@takes(model="model", prompt="tokens 1 T", answers="tokens N A")
def answer_log_probs(model: nn.Module, prompt: Tensor, answers: Tensor) -> Tensor:
    """ln P(whole answer | prompt): prompt (1, T), answers (N, A) -> (N,) nats, with gradient."""
    text = torch.cat([prompt.expand(len(answers), -1), answers], dim=1)
    logits = model(text[:, :-1])[0][:, prompt.shape[1] - 1 :]  # (N, A, V)
    return logits.log_softmax(-1).gather(-1, answers[..., None]).sum((1, 2))


@takes(model="model", ids="tokens N T", batch_size="count")
def learn_answers(
    model: nn.Module, ids: Tensor, *, steps: int, lr: float, batch_size: int = 64, seed: int = 0
) -> list[float]:
    """Ordinary training on whole texts, prompt and answer: (N, T). Returns losses in nats each."""

    def batch_loss() -> Tensor:
        rows = ids[torch.randint(len(ids), (batch_size,))]
        return (ids.shape[1] - 1) * model(rows[:, :-1], rows[:, 1:])[1]

    return fit(model, batch_loss, steps=steps, lr=lr, seed=seed, progress=False)
