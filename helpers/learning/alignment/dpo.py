"""Direct preference optimization: a policy is fitted to comparisons, without a reward model.

Source: Rafailov et al. 2023, equation 7. Built in the notebook *Alignment*.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.basics.borders import takes
from helpers.learning.alignment.answers import answer_log_probs
from helpers.learning.alignment.closed_form import margin, positive_beta
from helpers.learning.fitting import fit
from helpers.models.modes import evaluating


def dpo_loss(policy_w, policy_l, reference_w, reference_l, beta: float) -> Tensor:
    """-ln σ(β [ln(π_w / ref_w) - ln(π_l / ref_l)]), the mean over pairs of winner and loser.

    All four are log-probabilities of whole answers: (B,) or numbers. ln 2 where policy and
    reference agree. Only the *margin* counts: the loss can fall while the preferred answer gets
    rarer. ValueError unless β > 0.
    """
    policy, reference = margin(policy_w, policy_l), margin(reference_w, reference_l)
    return -F.logsigmoid(positive_beta(beta) * margin(policy, reference)).mean()


@takes(
    model="model",
    prompt="tokens 1 T",
    winners="tokens N A",
    losers="tokens N A",
    beta="positive",
    batch_size="count",
)
def train(
    model: nn.Module,
    prompt: Tensor,
    winners: Tensor,
    losers: Tensor,
    *,
    beta: float,
    steps: int,
    batch_size: int = 32,
    lr: float = 2e-4,
    seed: int = 0,
) -> list[float]:
    """Fine-tune in place on comparisons; the reference is the model as it comes. Returns losses.

    winners, losers: (N, A) tokens of answers to the one prompt (1, T). Without dropout: the two are
    compared, so the first loss is ln 2.
    """
    with evaluating(model), torch.no_grad():  # once: the reference never changes
        reference = [answer_log_probs(model, prompt, part) for part in (winners, losers)]

    def batch_loss() -> Tensor:
        rows = torch.randint(len(winners), (batch_size,))
        both = torch.cat([winners[rows], losers[rows]])
        with evaluating(model):  # without dropout, as the reference was asked
            w, l = answer_log_probs(model, prompt, both).chunk(2)  # noqa: E741
        return dpo_loss(w, l, reference[0][rows], reference[1][rows], beta)

    settings = {"steps": steps, "lr": lr, "seed": seed, "weight_decay": 0.0}
    return fit(model, batch_loss, progress=False, **settings)
