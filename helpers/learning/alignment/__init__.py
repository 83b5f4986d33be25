"""Alignment: move a model towards what people prefer, but not too far from what it was."""

from helpers.learning.alignment.closed_form import (
    bradley_terry,
    dpo_loss,
    optimal_policy,
    optimal_value,
    reward_loss,
)

__all__ = ["bradley_terry", "dpo_loss", "optimal_policy", "optimal_value", "reward_loss"]
