"""Norms: every position's vector brought to the same size, before a sublayer reads it.

Sources: Ba et al. 2016 (LayerNorm); Zhang & Sennrich 2019, equation 4 (RMSNorm). Built by
hand in notebooks *The block* and *The modern block*.
"""

import torch
from torch import Tensor, nn

from helpers.basics.borders import explains
from helpers.basics.numbers import whole
from helpers.models.config import GPTConfig


def layer_norm(config: GPTConfig) -> nn.LayerNorm:
    """LayerNorm over the C channels of every position."""
    return nn.LayerNorm(config.n_embd, config.norm_eps, bias=config.bias)


@explains(x="stream ... N")
class RMSNorm(nn.Module):
    """A vector divided by the root of the mean of its squares; then each channel has its weight.

    LayerNorm without the mean taken off and without a bias. eps keeps a vector of zeros from 0/0.
    """

    def __init__(self, width: int, eps: float = 1e-5):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(whole("width", width))), eps

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., N) -> (..., N), N its width; before the weights the mean of the squares is 1."""
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)

    def reset_parameters(self) -> None:
        """All weights 1, as they start."""
        nn.init.ones_(self.weight)

    def extra_repr(self) -> str:
        """Width and eps, so that two norms that differ in one are told apart."""
        return f"{len(self.weight)}, eps={self.eps}"


def rms_norm(config: GPTConfig) -> RMSNorm:
    """RMSNorm over the C channels of every position."""
    return RMSNorm(config.n_embd, config.norm_eps)
