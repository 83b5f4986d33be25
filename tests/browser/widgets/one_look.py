import torch

from helpers.views.widgets import one_look

x = torch.tensor([[2.0, 1.0], [0.0, 3.0], [2.0, -1.0]])
W_q, W_k = torch.tensor([[0.0, 1.0]]), torch.tensor([[1.0, 0.0]])
both = {"dog bites man": x, "man bites dog": x.flip(0)}
one_look(both, W_q, W_k, ["living"], ["living", "dog or man"], asks=1)
