"""How far each step goes: a learning rate that rises and falls, and AdamW.

Sources: Loshchilov & Hutter 2019 (AdamW); Brown et al. 2020, appendix B (warm-up, cosine decay,
weight decay 0.1); decay on matrices only is Karpathy's minGPT's. The second beta is 0.99, a longer
memory than GPT-3's 0.95, since small batches have noisy gradients.
"""

import math

import torch
from torch import nn

from helpers.basics.borders import takes


@takes(step="whole", steps="count", peak="positive", warmup="whole")
def learning_rate(step: int, steps: int, peak: float, warmup: int) -> float:
    """The rate at step 0 … steps - 1: a line up to `peak`, then half a cosine down to 5 %."""
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    return peak * (0.05 + 0.95 * (1 + math.cos(math.pi * progress)) / 2)


@takes(model="model", lr="positive", weight_decay="least0")
def optimizer(model: nn.Module, lr: float, weight_decay: float = 0.1) -> torch.optim.AdamW:
    """AdamW with decay on matrices only: biases and norms gain nothing from being small."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    fused = all(p.device.type in ("cpu", "cuda") for p in parameters)  # one kernel for all updates
    return torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.99), fused=fused)
