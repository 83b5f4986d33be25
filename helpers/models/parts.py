"""Parts: what a GPT is put together from. A config names them; here each name gets its class.

A new kind of part is a class and an entry here. To try one out without a name, pass it:
`GPT(config, attention=MyAttention)`. Each entry is called with the config and returns a layer;
an attention part is also given `turn` (see `helpers.models.positions`), a block its three parts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from helpers.models import block
from helpers.models.attention import CausalSelfAttention, full_attention
from helpers.models.config import GPTConfig
from helpers.models.mlp import MLP
from helpers.models.moe import MoE
from helpers.models.positions import Learned, Positions, Sinusoidal, no_positions

KINDS = {
    "positions": {"learned": Learned, "sinusoidal": Sinusoidal, "none": no_positions},
    "norm": {"layer": block.layer_norm, "none": nn.Identity},
    "attention": {"causal": CausalSelfAttention, "full": full_attention},
    "feed_forward": {"mlp": MLP},
    "block": {
        "pre-norm": block.PreNormBlock,
        "post-norm": block.PostNormBlock,
        "plain": block.PlainBlock,
        "residual": block.ResidualBlock,
        "attention-only": block.AttentionBlock,
        "bare-attention": block.bare_attention,
    },
}


@dataclass(frozen=True)
class Parts:
    """The parts of one model. others: those of them that its config does not name."""

    positions: Callable
    norm: Callable
    attention: Callable
    feed_forward: Callable
    block: Callable
    others: dict[str, Callable]

    @classmethod
    def named(cls, config: GPTConfig, **others: Callable) -> "Parts":
        """The parts that a config names, some of them replaced by others.

        With experts, n_expert feed-forward networks of the named kind stand behind a router.
        ValueError for a name, or a kind of part, that does not exist.
        """
        if unknown := sorted(others.keys() - KINDS.keys()):
            raise ValueError(
                f"A part must be one of {', '.join(KINDS)}; got {unknown[0]!r}. "
                "Try GPT(config, attention=…)."
            )
        found = {kind: _named(kind, getattr(config, kind)) for kind in KINDS}
        if config.n_expert:
            found["feed_forward"] = partial(MoE, expert=found["feed_forward"])
        others = {kind: part for kind, part in others.items() if part is not found[kind]}
        return cls(**(found | others), others=others)

    def blocks(self, config: GPTConfig, positions: Positions) -> nn.ModuleList:
        """The n_layer blocks of a model; their attention turns queries and keys as positions do."""
        layers = {
            "norm": self.norm,
            "attention": partial(self.attention, turn=positions.turn),
            "feed_forward": self.feed_forward,
        }
        return nn.ModuleList(self.block(config, **layers) for _ in range(config.n_layer))

    def final_norm(self, config: GPTConfig) -> nn.Module:
        """What stands between the last block and the head: no norm where a block ends with one."""
        ends_normalised = getattr(self.block, "ends_normalised", False)
        return nn.Identity() if ends_normalised else self.norm(config)


def _named(kind: str, name: str) -> Callable:
    if name not in KINDS[kind]:
        raise ValueError(
            f"{kind} must be one of {', '.join(KINDS[kind])}; got {name!r}. "
            f"Try GPTConfig(…, {kind}={next(iter(KINDS[kind]))!r}), or pass a part of your own: "
            f"GPT(config, {kind}=…)."
        )
    return KINDS[kind][name]
