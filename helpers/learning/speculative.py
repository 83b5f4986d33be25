"""Speculative decoding: a small model drafts several tokens, the large one checks them at once.

What comes out has exactly the large model's distribution, whatever the small one proposes. Source:
Leviathan et al. 2023 (algorithm 1, theorem 3.5, corollary 3.6); Chen et al. 2023 found the same.
Notebook *A model of English*.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.basics.numbers import whole
from helpers.learning.sampling import Sampling, check_prompt, draw
from helpers.models.modes import evaluating


class Speculated(NamedTuple):
    """A text (1, T), how often the large model read, and how many drafted tokens it kept."""

    ids: Tensor
    calls: int
    kept: int


@takes(p="chances ... V", q="chances ... V")
def acceptance(p: Tensor, q: Tensor) -> Tensor:
    """How likely a token drafted from q is kept by p: Σ min(p, q), (..., V) -> (...).

    1 where both agree; 1 less the total variation distance.
    """
    return torch.minimum(p, q).sum(-1)


@takes(p="chances ... V", q="chances ... V")
def leftover(p: Tensor, q: Tensor) -> Tensor:
    """What is drawn from after a refusal: (p - q)+ made to sum to 1; p where q leaves nothing."""
    rest = (p - q).clamp(min=0)
    total = rest.sum(-1, keepdim=True)
    return torch.where(total > 0, rest / total.clamp(min=1e-300), p)


@takes(p="chances V", q="chances V")
def after_a_check(p: Tensor, q: Tensor) -> Tensor:
    """The exact distribution of one checked token, over all drafts and decisions: it is p.

    p: of the large model, q: of the small one, (V,) each. A draft x has probability q(x) and is
    kept with probability min(1, p(x) / q(x)); else a token is drawn from what is left.
    """
    kept = q * (p / q.clamp(min=1e-300)).clamp(max=1)
    return kept + (1 - kept.sum()) * leftover(p, q)


@takes(alpha="share", drafted="count")
def tokens_per_call(alpha: float, drafted: int) -> float:
    """Tokens for each call of the large model, if every draft is kept with the same chance.

    1 + α + α² + … + α^γ = (1 - α^(γ + 1)) / (1 - α), γ drafted tokens a call.

    >>> tokens_per_call(0.5, 2)
    1.75
    """
    return float(sum(alpha**i for i in range(drafted + 1)))


@takes(model="model", draft="model", generator="generator")
def speculate(
    model: nn.Module,
    draft: nn.Module,
    idx: Tensor,
    max_new_tokens: int,
    drafted: int = 4,
    *,
    generator: torch.Generator | None = None,
    **settings,
) -> Speculated:
    """Continue one prompt (1, T) by max_new_tokens tokens that are distributed as the model's own.

    draft: a quicker model with the same tokens, which proposes `drafted` of them at a time.
    settings: those of `Sampling`, for both. They keep no cache; the draft reads as much as its
    context holds. ValueError for several prompts, a draft with other tokens, or a text that grows
    beyond the model's context.
    """
    sampling, drafted = Sampling(**settings), whole("drafted", drafted, 1, advice="Try 4.")
    check_prompt(model, idx, max_new_tokens)
    _check_pair(model, draft, idx, max_new_tokens)
    end, calls, kept = idx.shape[1] + max_new_tokens, 0, 0
    with evaluating(model), evaluating(draft), torch.inference_mode():
        while idx.shape[1] < end:
            before, most = idx.shape[1], min(drafted, end - idx.shape[1] - 1)
            idx = _one_call(model, draft, idx, most, sampling, generator)
            calls, kept = calls + 1, kept + idx.shape[1] - before - 1
    return Speculated(idx.clone(), calls, kept)


def _one_call(
    model: nn.Module,
    draft: nn.Module,
    idx: Tensor,
    most: int,
    sampling: Sampling,
    generator: torch.Generator | None,
) -> Tensor:
    """The prompt with the drafts that were kept, and one token more of the large model's."""
    start, q = idx.shape[1], []
    for _ in range(most):
        q.append(sampling.probs(draft(idx[:, -draft.config.block_size :])[0][:, -1]))
        idx = torch.cat([idx, draw(q[-1], generator)], dim=1)
    p = sampling.probs(model(idx)[0][:, start - 1 :])  # (1, most + 1, V), from one call
    for i in range(most):
        token = idx[0, start + i]
        if torch.rand((), generator=generator) >= p[0, i, token] / q[i][0, token]:
            new = draw(leftover(p[:, i], q[i]), generator)  # refused: what p has more of than q
            return torch.cat([idx[:, : start + i], new], dim=1)
    return torch.cat([idx, draw(p[:, most], generator)], dim=1)  # all kept: one more, for free


def _check_pair(model: nn.Module, draft: nn.Module, idx: Tensor, new: int) -> None:
    if len(idx) != 1:
        raise ValueError(
            f"One prompt is continued at a time, (1, T); got shape {tuple(idx.shape)}. Try idx[:1]."
        )
    if (V := model.config.vocab_size) != draft.config.vocab_size:
        raise ValueError(
            f"Both models must have the same tokens; got {V} and {draft.config.vocab_size} of "
            "them. Use a draft with the tokenizer of the large model."
        )
    most = model.config.block_size
    if idx.shape[1] + new > most:
        raise ValueError(
            f"The text must stay within the model's context, {most} tokens; got {idx.shape[1]} and "
            f"{new} more. Try max_new_tokens={max(0, most - idx.shape[1])}."
        )
