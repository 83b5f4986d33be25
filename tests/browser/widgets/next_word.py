import torch

from helpers.views.widgets import next_word

names = [f" word{i}" for i in range(12)]
logits = {"Once upon a": -torch.arange(40.0) / 4, "Two and two make": -torch.arange(40.0)}
next_word({text: (z, names) for text, z in logits.items()})
