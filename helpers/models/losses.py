"""The loss of every model that guesses tokens: what the right answers cost."""

from torch import Tensor
from torch.nn import functional as F

from helpers.basics.borders import takes

IGNORED = -100  # the target of a position that is not asked about: PyTorch's own sign for it


@takes(logits="stream B T V", targets="targets B T <V")
def token_loss(logits: Tensor, targets: Tensor, ignore: int = IGNORED) -> Tensor:
    """The mean of -ln P(target) over the targets that are not `ignore`; 0 where there are none.

    logits: (B, T, V), targets: (B, T). Returns nats per token.
    """
    flat = targets.flatten()
    total = F.cross_entropy(logits.flatten(0, 1), flat, ignore_index=ignore, reduction="sum")
    return total / (flat != ignore).sum().clamp(min=1)  # no target: 0/1, not 0/0
