"""The feed-forward network: what every position does on its own with what attention has brought.

Source: Vaswani et al. 2017, §3.3, equation 2. Built by hand in notebook *The block*.
"""

from torch import Tensor, nn

from helpers.basics.borders import explains
from helpers.models.config import GPTConfig


@explains(config="with n_embd", x="stream ... C")
class MLP(nn.Module):
    """The feed-forward network of a block: four times wider, a bend, and back."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.expand = nn.Linear(config.n_embd, 4 * config.n_embd)
        self.activation = nn.ReLU() if config.activation == "relu" else nn.GELU("tanh")
        self.projection = nn.Linear(4 * config.n_embd, config.n_embd)

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., C) -> (..., C); every position by itself, all by the same two matrices."""
        # without the bend between them the two matrices would be no more than one
        return self.projection(self.activation(self.expand(x)))
