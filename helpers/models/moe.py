"""Mixture of experts: many MLPs in the place of one, of which each token uses a few.

y = Σ_e G_e(x) E_e(x): a mixture of *vectors*, made for the layers above; no P(Y|X) is mixed. Every
expert is stored, few are computed: parameters and work per token come apart.
Sources: Shazeer et al. 2017, equation 1; Jiang et al. 2024 (Mixtral), §2.1.
Notebook *Mixture of experts in GPT* builds it.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from helpers.basics.borders import explains, takes
from helpers.basics.numbers import real, whole
from helpers.models.config import GPTConfig
from helpers.models.mlp import MLP
from helpers.models.modes import evaluating, hooked
from helpers.models.routing import Router, Switch, TopK


@explains(config="with n_embd", x="stream ... C")
class MoE(nn.Module):
    """A router, a gate and E experts, for use where an MLP stands: (..., C) -> (..., C).

    router, gate: parts of `routing`; the plain ones by default. With one expert per token that is
    the Switch gate, with more the renormalised one: each is the gate whose router can learn.
    expert: what one expert is. ValueError for a config without experts.
    """

    def __init__(
        self,
        config: GPTConfig,
        router: nn.Module | None = None,
        gate: nn.Module | None = None,
        expert: Callable[[GPTConfig], nn.Module] = MLP,
    ):
        super().__init__()
        advice = "Try dataclasses.replace(config, n_expert=8, n_expert_active=2)."
        whole("n_expert of an MoE layer", config.n_expert, advice=advice)
        k = config.n_expert_active
        self.router = router or Router(config)
        self.gate = gate or (Switch(k) if k == 1 else TopK(k))
        self.experts = nn.ModuleList(expert(config) for _ in range(config.n_expert))

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., C) -> (..., C): what the chosen experts make of each token, weighted and added.

        Auxiliary losses are not in it: `observed` shows what the router said.
        """
        tokens = x.reshape(-1, x.shape[-1])  # (N, C)
        gates = self.gate(self.router(tokens))  # (N, E)
        return mix(self.experts, tokens, gates).view(x.shape)


@takes(experts="rows", tokens="stream N C", gates="numbers N E")
def mix(experts: Iterable[nn.Module], tokens: Tensor, gates: Tensor) -> Tensor:
    """Σ_e G[n, e] · expert_e(token n), where each expert reads only the tokens that ask for it.

    tokens: (N, C), gates: (N, E). Returns (N, C); a token that nobody takes gets 0.
    """
    expert, token = gates.T.nonzero(as_tuple=True)  # (M,) each, sorted by expert
    # experts get their own tokens only: k of E are computed for each token, not all E
    groups = tokens.index_select(0, token).split((gates != 0).sum(0).tolist())
    answers = torch.cat([e(group) for e, group in zip(experts, groups, strict=True)])  # (M, C)
    weighted = answers * gates[token, expert].unsqueeze(-1)
    return torch.zeros_like(tokens, dtype=weighted.dtype).index_add(0, token, weighted)


@explains(config="with n_embd", x="stream ... C")
class SharedExpert(nn.Module):
    """One expert that every token asks, beside those it chooses. Dai et al. 2024 (DeepSeekMoE)."""

    def __init__(self, config: GPTConfig, routed: MoE | None = None):
        super().__init__()
        self.shared, self.routed = MLP(config), routed or MoE(config)

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., C) -> (..., C)."""
        return self.shared(x) + self.routed(x)


@explains(logits="stream N E")
class Scaled(nn.Module):
    """A gate whose weights all count `factor` times as much. DeepSeek-AI 2024 (V3), §2.1.2.

    Next to a residual stream the size of the answers matters: with one of 16 experts a Switch
    weight starts near 1/16 and a sigmoid near 1/2, so that they only compare at equal size.
    """

    def __init__(self, gate: nn.Module, factor: float):
        super().__init__()
        above = "be a number above 0", "Try 8."
        self.factor = real("A routed scaling factor", factor, lambda x: x > 0, *above)
        self.gate = gate

    def forward(self, logits: Tensor) -> Tensor:
        """logits: (N, E) -> gates (N, E), the gate's own times the factor."""
        return self.factor * self.gate(logits)


class Routing(NamedTuple):
    """What a layer's router said and what its gate made of it: logits (…, E) and gates (…, E)."""

    logits: Tensor
    gates: Tensor


@takes(model="model")
def layers(model: nn.Module) -> list[MoE]:
    """The MoE layers of a model, from input to output. ValueError if it is dense."""
    found = [module for module in model.modules() if isinstance(module, MoE)]
    if not found:
        raise ValueError(
            "The model must have experts to look at; it has none. Try GPTConfig(…, n_expert=8)."
        )
    return found


@contextmanager
def observed(model: nn.Module) -> Iterator[list[Routing]]:
    """Inside, every forward pass adds one Routing of (N, E) per MoE layer, gradients included."""
    seen: list[Routing] = []

    def record(gate: nn.Module, inputs: tuple[Tensor], gates: Tensor) -> None:
        seen.append(Routing(*inputs, gates))

    gates = dict.fromkeys(layer.gate for layer in layers(model))  # one gate may serve many layers
    with hooked(gates, record, after=True):
        yield seen


@torch.no_grad()
@takes(model="model")
def routes(model: nn.Module, idx: Tensor) -> Routing:
    """How each token of a text is routed in each layer, in eval mode; the mode is restored.

    idx: (B, T). Returns logits and gates, (L, B, T, E) each; a gate of 0: that expert is not asked.
    """
    with evaluating(model), observed(model) as seen:
        model(idx)
    return Routing(*(torch.stack(part).unflatten(1, idx.shape) for part in zip(*seen, strict=True)))


@takes(model="model", n_expert="count", n_expert_active="count")
def upcycle(model: nn.Module, n_expert: int, n_expert_active: int = 2) -> nn.Module:
    """A trained dense model turned sparse: every expert starts as a copy of the MLP it replaces.

    The output stays the same as long as a token's gates sum to 1, as they do for n_expert_active of
    2 or more. With one, the Switch gate scales each MLP by p. Komatsuzaki et al. 2023.
    """
    if model.config.n_expert:
        raise ValueError(
            f"upcycle needs a dense model; this one has n_expert={model.config.n_expert}. "
            "Train it further as it is."
        )
    sizes = {"n_expert": n_expert, "n_expert_active": n_expert_active}
    others = {
        kind: partial(MoE, expert=part) if kind == "feed_forward" else part
        for kind, part in model.parts.others.items()
    }
    sparse = type(model)(dataclasses.replace(model.config, **sizes), **others)
    sparse.load_state_dict(model.state_dict(), strict=False)  # all but the MLPs
    for block, dense in zip(sparse.blocks, model.blocks, strict=True):
        for expert in block.mlp.experts:
            expert.load_state_dict(dense.mlp.state_dict())
    return sparse.to(next(model.parameters()).device).train(model.training)
