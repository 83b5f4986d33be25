import torch

from helpers.models.config import GPTConfig
from helpers.views.widgets import block_lab

ids = torch.arange(400) % 5
config = GPTConfig(4, 5, n_layer=1, n_head=1, n_embd=8, activation="relu", tied=False)
block_lab(ids, ids, config, {"even": 1.6})
