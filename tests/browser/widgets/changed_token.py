import torch

from helpers.views.widgets import changed_token

causal = torch.ones(8, 8, dtype=torch.bool).triu()
changed_token({"B": causal, "C": torch.ones(8, 8, dtype=torch.bool).triu(-2)}, "to be or")
