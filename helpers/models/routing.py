"""Routing: which experts each token asks, and how much each answer counts.

A *router* turns tokens (N, C) into logits (N, E); a *gate* turns logits into G (N, E), where
G[n, e] is the weight of expert e's answer to token n, and 0 means that e is not asked; it refuses
what `check_logits` refuses. Variants are other routers and gates, or one wrapped around another.
N tokens, E experts, k per token.
Sources: Shazeer et al. 2017, §2.1 (the sparse gate); Fedus et al. 2022 (top-1); Jiang et al. 2024,
§2.1 (top-2). Built by hand in notebook *Mixture of experts in GPT*.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.basics.borders import explains, takes
from helpers.basics.kinds import check_tensor
from helpers.basics.numbers import real, whole
from helpers.models.config import GPTConfig


def route(logits: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k largest logits and the softmax over these alone: which experts, and their weights.

    logits: (..., E). Returns experts (..., k) int64, best first, and weights (..., k), which sum to
    1: for k = 1 the weight is 1 whatever the logits, so no gradient reaches the router. ValueError
    unless 1 ≤ k ≤ E, no logit is NaN and the best of a token is finite; -∞ is an absent expert.

    >>> [x.tolist() for x in route(torch.tensor([0.0, 9.0, 9.0]), 2)]
    [[1, 2], [0.5, 0.5]]
    """
    check_logits(logits, k)
    values, experts = logits.topk(k, dim=-1)
    # over the chosen ones alone: their weights sum to 1, however unlikely they were among all E
    return experts, values.softmax(-1)


def check_logits(logits: Tensor, k: int = 1) -> None:
    """ValueError unless logits are (..., E) numbers and k a whole number in 1 … E."""
    check_tensor("Router logits", logits, "logits", ["...", "E"], {})
    whole("k", k, 1, (E := logits.shape[-1]), advice=f"Try 1 or 2; there are E = {E} experts.")


class Router(nn.Linear):
    """One logit per expert, linear in the token: (N, C) -> (N, E)."""

    def __init__(self, config: GPTConfig):
        super().__init__(config.n_embd, config.n_expert, bias=False)


class Spread(Router):
    """How far the noise reaches, before softplus: (N, C) -> (N, E), all 0 at first."""

    own_start = True  # noise that differs between experts from the start would favour some

    def reset_parameters(self) -> None:
        """Zero, whatever start the rest of a model gets."""
        nn.init.zeros_(self.weight)


class NoisyRouter(Router):
    """Training adds noise, so that experts that are rarely asked get a chance. Shazeer et al. 2017.

    The noise of expert e has the standard deviation softplus(spread(x)_e), learned, ln 2 at first.
    """

    def __init__(self, config: GPTConfig):
        super().__init__(config)
        self.spread = Spread(config)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C) -> logits (N, E), with noise while it trains."""
        logits = super().forward(x)
        if not self.training:
            return logits
        return logits + torch.randn_like(logits) * F.softplus(self.spread(x))


class ExpertDropout(nn.Module):
    """Every batch in training does without a share of the experts, drawn anew; k always remain."""

    @takes(router="model", k="count")
    def __init__(self, router: Router, rate: float, k: int):
        super().__init__()
        share = "be a share in [0, 1) of the experts", "Try 0.1."
        self.rate = real("rate", rate, lambda x: 0 <= x < 1, *share)
        self.router, self.k = router, k

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C) -> logits (N, E), while it trains -∞ for the absent experts."""
        logits = self.router(x)
        E = logits.shape[-1]
        n_absent = min(math.floor(self.rate * E), E - self.k) if self.training else 0
        absent = torch.randperm(E)[:n_absent].to(logits.device)
        return logits.index_fill(-1, absent, float("-inf"))


class TopK(nn.Module):
    """Ask the k best and share 1 among them: G = softmax over the k largest logits (Mixtral)."""

    @takes(k="count")
    def __init__(self, k: int):
        super().__init__()
        self.k = k

    def forward(self, logits: Tensor) -> Tensor:
        """logits: (N, E) -> gates (N, E), of which k per row are above 0; a row sums to 1."""
        experts, weights = route(logits, self.k)
        return place(experts, weights, like=logits)

    def extra_repr(self) -> str:
        """What `print` shows of it."""
        return f"k={self.k}"


class Switch(TopK):
    """Ask the k best, each with its probability among *all* experts: G sums to less than 1.

    With k = 1 this is the Switch Transformer's gate; the factor p is how its router learns.
    """

    def forward(self, logits: Tensor) -> Tensor:
        """logits: (N, E) -> gates (N, E), of which k per row are above 0."""
        check_logits(logits, self.k)
        probs, experts = logits.softmax(-1).topk(self.k, dim=-1)
        return place(experts, probs, like=logits)


class Biased(TopK):
    """Choose by score + bias, weigh by the score alone: balance without a loss. Wang et al. 2024.

    The score is sigmoid(logit). The bias (E,) takes no gradient: `adjust` moves it after a batch.
    It is a parameter only so that a resumed run finds it again.
    """

    @takes(n_expert="count")
    def __init__(self, k: int, n_expert: int):
        super().__init__(k)
        self.bias = nn.Parameter(torch.zeros(n_expert), requires_grad=False)

    def forward(self, logits: Tensor) -> Tensor:
        """logits: (N, E) -> gates (N, E), of which k per row are above 0, each in (0, 1)."""
        check_logits(logits, self.k)
        scores = logits.sigmoid()
        experts = (scores + self.bias).topk(self.k, dim=-1).indices
        return place(experts, scores.gather(-1, experts), like=logits)

    @torch.no_grad()
    def adjust(self, expert_load: Tensor, rate: float) -> None:
        """A step of `rate` up for experts that got less than the mean, down for those with more.

        expert_load: (E,) tokens per expert.
        """
        self.bias += rate * (expert_load.float().mean() - expert_load).sign()


@explains(logits="stream N E")
class ExpertChoice(nn.Module):
    """The experts choose: each takes the N · factor / E tokens that want it most. Zhou et al. 2022.

    The load is equal by construction; a token may be taken by several experts or by none. Whether
    a token is taken depends on all tokens of the batch, *later ones too*: not for a causal model.
    """

    def __init__(self, factor: float):
        super().__init__()
        self.factor = _checked_factor(factor)

    def forward(self, logits: Tensor) -> Tensor:
        """logits: (N, E) -> gates (N, E), of which equally many per *column* are above 0."""
        check_logits(logits)
        probs = logits.softmax(-1)
        most = min(len(probs), capacity(self.factor, *logits.shape))  # not more than there are
        tokens = probs.topk(most, dim=0).indices  # (capacity, E)
        return torch.zeros_like(probs).scatter(0, tokens, probs.gather(0, tokens))


@explains(logits="stream N E")
class Capacity(nn.Module):
    """In training, an expert takes the first tokens that ask for it, up to its capacity.

    A token that comes too late is dropped by that expert: its weight becomes 0 and the others'
    stay, so that a token dropped by all keeps its residual only. At evaluation nothing is dropped:
    a limit shared by the batch would let a token's fate depend on the tokens beside it.
    """

    def __init__(self, gate: TopK, factor: float):
        super().__init__()
        self.gate, self.factor = gate, _checked_factor(factor)

    def forward(self, logits: Tensor) -> Tensor:
        """logits: (N, E) -> gates (N, E), 0 for tokens that came too late."""
        gates, (N, E) = self.gate(logits), logits.shape
        most = capacity(self.factor, N * self.gate.k, E)
        return first_come(gates, most) if self.training else gates


@takes(gates="numbers N E", most="count")
def first_come(gates: Tensor, most: int) -> Tensor:
    """Gates (N, E) with the weight 0 where `most` tokens before this one asked the same expert."""
    return gates.masked_fill((gates != 0).cumsum(0) > most, 0.0)


@takes(n_choices="whole", n_expert="count")
def capacity(factor: float, n_choices: int, n_expert: int) -> int:
    """How many tokens an expert takes at most: ⌊factor · choices / E⌋, and at least one.

    n_choices: tokens times experts per token. ValueError unless the factor is above 0.
    """
    return max(1, math.floor(_checked_factor(factor) * n_choices / n_expert))


def place(experts: Tensor, weights: Tensor, like: Tensor) -> Tensor:
    """Write each token's k weights under its k experts: (N, k), (N, k) -> (N, E), 0 elsewhere."""
    return torch.zeros_like(like, dtype=weights.dtype).scatter(-1, experts, weights)


def _checked_factor(factor: float) -> float:
    return real("A capacity factor", factor, lambda x: x > 0, "be a number above 0", "Try 1.25.")
