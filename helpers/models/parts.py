"""Parts: what a GPT is put together from. A config names them; here each name gets its class.

A new kind of part is a class and an entry here. To try one out without a name, pass it:
`GPT(config, attention=MyAttention)`. Each entry is called with the config and returns a layer;
an attention part is also given `turn` (see `helpers.models.positions`), a block its three parts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice

from torch import nn

from helpers.models import block
from helpers.models.attention import CausalSelfAttention, full_attention
from helpers.models.config import GPTConfig
from helpers.models.grouped import GroupedAttention, QKNormAttention, SlidingAttention
from helpers.models.mlp import MLP, SwiGLU
from helpers.models.moe import MoE
from helpers.models.norms import layer_norm, rms_norm
from helpers.models.positions import Learned, Positions, Rotary, Sinusoidal, no_positions

KINDS = {
    "positions": {
        "learned": Learned,
        "sinusoidal": Sinusoidal,
        "rotary": Rotary,
        "none": no_positions,
    },
    "norm": {"layer": layer_norm, "rms": rms_norm, "none": nn.Identity},
    "attention": {
        "causal": CausalSelfAttention,
        "full": full_attention,
        "grouped": GroupedAttention,
        "qk-norm": QKNormAttention,
        "sliding": SlidingAttention,
    },
    "feed_forward": {"mlp": MLP, "swiglu": SwiGLU},
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

        With experts, n_expert feed-forward networks of the named kind stand behind a router; one
        that is passed takes the place of the whole layer, router included. ValueError for a name,
        or a kind of part, that does not exist, and for a part that cannot be called.
        """
        if unknown := sorted(others.keys() - KINDS.keys()):
            raise ValueError(
                f"A part must be one of {', '.join(KINDS)}; got {unknown[0]!r}. "
                "Try GPT(config, attention=…)."
            )
        for kind, part in others.items():
            if not callable(part):
                raise ValueError(
                    f"A part must be something that takes the config; got {kind}={part!r}. "
                    f"Try its name in the config: GPTConfig(…, {kind}={part!r})."
                )
        found = {kind: _named(kind, getattr(config, kind)) for kind in KINDS if kind != "attention"}
        found["attention"] = _in_turn(config.attention)
        if config.n_expert:
            found["feed_forward"] = partial(MoE, expert=found["feed_forward"])
        others = {kind: part for kind, part in others.items() if part is not found[kind]}
        return cls(**(found | others), others=others)

    def blocks(self, config: GPTConfig, positions: Positions) -> nn.ModuleList:
        """The n_layer blocks of a model; their attention turns queries and keys as positions do.

        ValueError if the config names experts and the feed-forward part that was passed has none.
        """
        layers = {"norm": self.norm, "feed_forward": self.feed_forward}
        several = self.attention if isinstance(self.attention, list) else [self.attention]
        blocks = nn.ModuleList(
            self.block(config, attention=partial(attention, turn=positions.turn), **layers)
            for attention in islice(cycle(several), config.n_layer)
        )
        replaced = config.n_expert and len(blocks) and "feed_forward" in self.others
        if replaced and not any(isinstance(layer, MoE) for layer in blocks.modules()):
            raise ValueError(
                f"With n_expert={config.n_expert} the feed-forward part must hold experts; got "
                f"{self.feed_forward}, which has no MoE layer. Try partial(MoE, expert=…)."
            )
        return blocks

    def final_norm(self, config: GPTConfig, blocks: nn.ModuleList) -> nn.Module:
        """What stands between the last block and the head: no norm where a block ends with one."""
        last = blocks[-1] if len(blocks) else self.block
        return nn.Identity() if getattr(last, "ends_normalised", False) else self.norm(config)


def _in_turn(names: str) -> Callable | list[Callable]:
    """The attention of a name; of several, as in "sliding/grouped", those that layers share."""
    found = [_named("attention", name) for name in names.split("/")]
    return found if len(found) > 1 else found[0]


def _named(kind: str, name: str) -> Callable:
    if name not in KINDS[kind]:
        raise ValueError(
            f"{kind} must be one of {', '.join(KINDS[kind])}; got {name!r}. "
            f"Try GPTConfig(…, {kind}={next(iter(KINDS[kind]))!r}), or pass a part of your own: "
            f"GPT(config, {kind}=…)."
        )
    return KINDS[kind][name]
