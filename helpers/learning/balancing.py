"""Balancing: what a training step does so that all experts of a mixture learn.

Each is meant for `training.train(auxiliary=…)`: it runs the model on a batch and returns the loss,
in nats per token, and what is to be minimised beside it. Notebook *Mixture of experts in GPT*.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from helpers.basics.kinds import check_plain
from helpers.models import moe
from helpers.models.balance import balance_loss, expert_load, z_loss


@dataclass(frozen=True)
class BalanceLoss:
    """Adds weight · balance_loss + z_weight · z_loss of every MoE layer. Fedus et al. 2022."""

    weight: float = 0.01
    z_weight: float = 0.0

    def __post_init__(self):
        check_plain("weight", self.weight, "least0", [], {})
        check_plain("z_weight", self.z_weight, "least0", [], {})

    def __call__(self, model: nn.Module, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        with moe.observed(model) as seen:
            loss = model(x, y)[1]
        return loss, sum(self.extra(layer.logits, model.config.n_expert_active) for layer in seen)

    def extra(self, logits: Tensor, k: int) -> Tensor:
        """One layer's part: logits (N, E) -> a scalar."""
        return self.weight * balance_loss(logits, k) + self.z_weight * z_loss(logits)


@dataclass(frozen=True)
class BiasSteps:
    """Adds nothing; moves the bias of every `routing.Biased` gate by `rate`. Wang et al. 2024."""

    rate: float = 0.001

    def __post_init__(self):
        check_plain("rate", self.rate, "least0", [], {})

    def __call__(self, model: nn.Module, x: Tensor, y: Tensor) -> tuple[Tensor, float]:
        with moe.observed(model) as seen:
            loss = model(x, y)[1]
        for layer, routed in zip(moe.layers(model), seen, strict=True):
            layer.gate.adjust(expert_load(routed.gates), self.rate)
        return loss, 0.0
