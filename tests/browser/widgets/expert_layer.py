import torch

from helpers.views.widgets import expert_layer

expert_layer(list("O Hamlet! "), torch.randn(10, 8, generator=torch.Generator().manual_seed(0)))
