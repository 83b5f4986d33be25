import torch

from helpers.views.widgets import one_copy

tokens = list("K7XQAB3MZK7XQAB3MZK7X")
T = len(tokens)
before, finding = torch.zeros(T, T), torch.zeros(T, T)
for t in range(T):
    before[t, max(0, t - 1)], finding[t, max(0, t - 8)] = 1.0, 1.0
one_copy(tokens, before, finding, torch.full((T, T), 0.9))
