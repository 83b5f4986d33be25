"""The feed-forward network: what every position does on its own with what attention has brought.

Sources: Vaswani et al. 2017, §3.3, equation 2; Shazeer 2020, equation 6 (SwiGLU). Built by hand in
notebooks *The block* and *The modern block*.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from helpers.basics.borders import explains
from helpers.models.config import GPTConfig


@explains(config="with n_embd", x="stream ... C")
class MLP(nn.Module):
    """The feed-forward network of a block: four times wider (or n_hidden), a bend, and back."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        hidden = config.n_hidden or 4 * config.n_embd
        self.expand = nn.Linear(config.n_embd, hidden, bias=config.bias)
        self.activation = nn.ReLU() if config.activation == "relu" else nn.GELU("tanh")
        self.projection = nn.Linear(hidden, config.n_embd, bias=config.bias)

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., C) -> (..., C); every position by itself, all by the same two matrices."""
        # without the bend between them the two matrices would be no more than one
        return self.projection(self.activation(self.expand(x)))


@explains(config="with n_embd", x="stream ... C")
class SwiGLU(nn.Module):
    """A feed-forward network in which one half of the hidden numbers says how much of the other.

    Three matrices in the place of two: as many parameters as an MLP when the hidden width is 8/3 C
    in the place of 4 C, which it is (rounded) unless the config says n_hidden.
    """

    def __init__(self, config: GPTConfig):
        super().__init__()
        hidden = config.n_hidden or round(8 * config.n_embd / 3)
        self.gate = nn.Linear(config.n_embd, hidden, bias=config.bias)
        self.expand = nn.Linear(config.n_embd, hidden, bias=config.bias)
        self.projection = nn.Linear(hidden, config.n_embd, bias=config.bias)

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., C) -> (..., C); every position by itself."""
        # silu(z) = z · sigmoid(z): about 0 below, about z above; the product bends, too
        return self.projection(F.silu(self.gate(x)) * self.expand(x))
