"""Decoding: from P(Y | X) to one Y, greedily or with a beam. Notebook: *The Transformer*.

Source: Vaswani et al. 2017, §6.1 (beam search); the search itself goes back to Lowerre 1976.
"""

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.learning.beam import Hypothesis, search
from helpers.models.modes import evaluating
from helpers.text.tasks.pairs import END, PAD, START


@torch.no_grad()
@takes(model="model", source="tokens B S", max_new_tokens="whole")
def greedy(model: nn.Module, source: Tensor, max_new_tokens: int) -> Tensor:
    """The likeliest token each time: source (B, S) -> (B, ≤ max_new_tokens + 1).

    Rows begin with START; behind END there is only <pad>. The source is read once. In eval mode;
    the model's mode is restored.
    """
    with evaluating(model):
        read = model.encode(source)
        idx = torch.full((len(source), 1), START, device=source.device)
        ended = torch.zeros_like(idx, dtype=torch.bool)
        while idx.shape[1] <= max_new_tokens and not ended.all():
            best = model.decode(idx, *read)[:, -1:].argmax(-1)  # (B, 1)
            idx = torch.cat([idx, best.masked_fill(ended, PAD)], dim=1)
            ended |= best == END
    return idx


@torch.no_grad()
@takes(model="model", source="tokens B S")
def beam(model: nn.Module, source: Tensor, width: int, max_new_tokens: int) -> list[Hypothesis]:
    """The `width` likeliest targets that were found for one source (1, S), likeliest first.

    In every round the hypotheses that have not ended are continued by every token, and the `width`
    best of all stay, ended ones included; so width 1 is greedy, and a beam as wide as there are
    targets finds them all. Sums of ln P favour short targets. In eval mode, mode restored.
    """
    if source.dim() != 2 or len(source) != 1:
        raise ValueError(
            f"A beam searches for one source (1, S) at a time; got shape {tuple(source.shape)}. "
            "Try source[:1]."
        )
    with evaluating(model):
        memory, visible = model.encode(source)

        def next_log_probs(ids: Tensor) -> Tensor:
            copies = memory.expand(len(ids), -1, -1)  # every hypothesis reads the one source
            return model.decode(ids.to(source.device), copies, visible)[:, -1].log_softmax(-1)

        return search(next_log_probs, [START], width, max_new_tokens, end=END)
