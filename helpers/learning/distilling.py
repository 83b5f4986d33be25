"""Distillation: a model learns from a whole distribution in the place of one token.

Source: Hinton, Vinyals & Dean 2015, §2. Built in notebook *Adapt a model*.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.models.losses import token_loss
from helpers.models.modes import evaluating


@takes(logits="numbers ... V", teacher="numbers ... V", temperature="positive")
def distillation_loss(logits: Tensor, teacher: Tensor, temperature: float = 1.0) -> Tensor:
    """KL(teacher ‖ student) of both softened by a temperature τ, times τ²; the mean of positions.

    logits, teacher: (..., V) logits; log-probabilities are logits, too, also -∞. Returns a scalar
    in nats, 0 where both say the same. Gradients of softened distributions shrink as 1/τ²; the
    factor brings them back, so that a rate suits every τ (Hinton et al. 2015, §2).
    """
    log_p, log_q = (x / temperature for x in (teacher, logits))
    p, log_p, log_q = log_p.softmax(-1), log_p.log_softmax(-1), log_q.log_softmax(-1)
    gaps = torch.where(p > 0, p * (log_p - log_q), 0.0)  # 0 · ln 0 is 0
    return temperature**2 * gaps.sum(-1).mean()


@takes(model="model", x="tokens B T", probs="chances B T V")
def distance(model: nn.Module, x: Tensor, probs: Tensor) -> float:
    """KL(probs ‖ model) in nats per token: x (B, T) tokens, probs (B, T, V) of what follows each.

    In eval mode, restored afterwards.
    """
    with torch.no_grad(), evaluating(model):
        return distillation_loss(model(x)[0], probs.to(x.device).float().log()).item()


@takes(model="model", x="tokens B T", batch_size="count")
def text_loss(model: nn.Module, x: Tensor, y: Tensor, batch_size: int) -> Callable[[], Tensor]:
    """For `fitting.fit`: draws some of the texts x, (B, T) tokens, and says what a model pays.

    y: what follows each token, either the tokens themselves, (B, T), or a teacher's probabilities,
    (B, T, V), and then the loss is the divergence from them.
    """

    def batch_loss() -> Tensor:
        some = torch.randint(len(x), (batch_size,))
        logits = model(x[some])[0]
        if y.dim() == 2:
            return token_loss(logits, y[some])
        return distillation_loss(logits, y[some].log())

    return batch_loss
