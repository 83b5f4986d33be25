"""The numbers that define a GPT, checked when they are written down.

Sources: GPT-0 is the lecture's model; Radford et al. 2018 (GPT-1), 2019 (GPT-2, table 2);
Brown et al. 2020 (GPT-3, table 2.1).
Built in notebook *Train a GPT*; the sizes return in notebook *From GPT-1 to GPT-3*.
"""

import math
from dataclasses import asdict, dataclass

import numpy as np

from helpers.basics.numbers import real, whole

ACTIVATIONS = ("gelu", "relu")
LEAST = {"block_size": 1, "vocab_size": 1, "n_layer": 0, "n_head": 1, "n_embd": 1, "n_expert": 0}
LEAST |= dict.fromkeys(("n_kv_head", "head_width", "n_hidden", "window"), 0)  # 0: not said
ABOVE_0 = {"rotary_base": 10_000.0, "norm_eps": 1e-5}
PARTS = ("positions", "norm", "attention", "feed_forward", "block")


@dataclass(frozen=True)
class GPTConfig:
    """Everything needed to rebuild a GPT except its weights.

    block_size: the longest context in tokens. vocab_size: number of different tokens.
    n_layer: Transformer blocks; 0 leaves embeddings and head. n_head must divide n_embd.
    activation: "gelu" (the tanh form of GPT-2) or "relu". positions, norm, attention, feed_forward,
    block: names of the parts it is put together from (`helpers.models.parts` lists them); the block
    says where the norm stands: "pre-norm" or "post-norm". tied: the head shares the token
    embedding's matrix. qkv_bias: whether queries, keys and values have a bias; bias: whether all
    else has that can have one (of the heads, an untied one). n_expert: feed-forward networks per
    block to choose from, of which each token uses n_expert_active; 0 is dense: one network, no
    choice (n_expert_active is idle).
    What modern parts ask for besides: n_kv_head: heads of keys and values, each shared by as many
    queries (0: as many as n_head). head_width: channels of a head (0: n_embd / n_head). n_hidden:
    width inside the feed-forward network (0: its own choice). window: positions that sliding
    attention sees. rotary_base: of the powers that the frequencies of rotary positions are.
    norm_eps: what a norm adds to the variance.
    Change a config with `dataclasses.replace`. ValueError when a number is impossible.
    """

    block_size: int
    vocab_size: int
    n_layer: int
    n_head: int
    n_embd: int
    dropout: float = 0.0
    activation: str = "gelu"
    positions: str = "learned"
    norm: str = "layer"
    attention: str = "causal"
    feed_forward: str = "mlp"
    block: str = "pre-norm"
    tied: bool = True
    qkv_bias: bool = True
    n_expert: int = 0
    n_expert_active: int = 2
    bias: bool = True
    n_kv_head: int = 0
    head_width: int = 0
    n_hidden: int = 0
    window: int = 0
    rotary_base: float = 10_000.0
    norm_eps: float = 1e-5

    def __post_init__(self):
        for name, least in LEAST.items():
            self._keep(name, whole(name, getattr(self, name), least))
        least, most = min(1, self.n_expert), self.n_expert or None
        self._keep("n_expert_active", whole("n_expert_active", self.n_expert_active, least, most))
        rate = "be a number in [0, 1)", "Try dropout=0.1."
        self._keep("dropout", real("dropout", self.dropout, lambda p: 0 <= p < 1, *rate))
        for name, usual in ABOVE_0.items():
            above = lambda x: x > 0, "be a number > 0", f"Try {name}={usual:g}."
            self._keep(name, real(name, getattr(self, name), *above))
        for name in ("tied", "qkv_bias", "bias"):
            value = getattr(self, name)
            _check(isinstance(value, (bool, np.bool_)), name, "True or False", value, True)
            self._keep(name, bool(value))
        known = self.activation in ACTIVATIONS
        _check(known, "activation", f"one of {ACTIVATIONS}", self.activation, "gelu")
        if self.norm in ("pre", "post"):  # what this field meant in older versions
            raise ValueError(
                f'norm must name a kind of norm, "layer" or "none"; got {self.norm!r}. '
                f'Where it stands the block says: try block="{self.norm}-norm".'
            )
        for kind in PARTS:
            value, plain = getattr(self, kind), getattr(GPTConfig, kind)
            _check(isinstance(value, str) and value, kind, "the name of a part", value, plain)
        self._check_heads()

    def _check_heads(self) -> None:
        """The numbers of heads and channels must fit together, and somebody must read them."""
        if self.n_head % self.kv_heads:
            raise ValueError(
                f"n_head must be a multiple of n_kv_head, so that every head of keys serves as "
                f"many queries; got n_head={self.n_head}, n_kv_head={self.n_kv_head}. "
                f"Try n_kv_head={math.gcd(self.n_head, self.n_kv_head)}."
            )
        idle = [name for name in ("n_kv_head", "head_width", "window") if getattr(self, name)]
        if idle and self.attention in ("causal", "full"):
            raise ValueError(
                f"{idle[0]} must be 0 where attention does not read it; got {idle[0]}="
                f"{getattr(self, idle[0])} with attention={self.attention!r}. "
                f"Try attention={'sliding' if idle[0] == 'window' else 'grouped'!r}."
            )
        if not self.head_width and self.n_embd % self.n_head:
            raise ValueError(
                f"n_embd must be a multiple of n_head, so that every head gets the same width; "
                f"got n_embd={self.n_embd}, n_head={self.n_head}. "
                f"Try n_embd={self.n_head * max(1, round(self.n_embd / self.n_head))}."
            )

    @property
    def head_size(self) -> int:
        """hs: the width of one head, n_embd / n_head unless head_width says another."""
        return self.head_width or self.n_embd // self.n_head

    @property
    def kv_heads(self) -> int:
        """How many heads of keys and values there are, n_head unless n_kv_head says fewer."""
        return self.n_kv_head or self.n_head

    @classmethod
    def preset(cls, name: str) -> "GPTConfig":
        """The config of a published model by its name, e.g. `GPTConfig.preset("gpt2-medium")`."""
        known = PRESETS | LATER
        if name not in known:
            raise ValueError(
                f"A preset must be one of {', '.join(known)}; got {name!r}. Try 'gpt2'."
            )
        return known[name]

    def _keep(self, name: str, value) -> None:
        """Replace a field by the plain number it is: numpy's would not go into JSON."""
        object.__setattr__(self, name, value)

    def to_dict(self) -> dict:
        """Plain numbers and strings, ready for JSON; `GPTConfig(**d)` restores the config."""
        return asdict(self)


def _check(holds: bool, name: str, rule: str, value, example) -> None:
    if not holds:
        raise ValueError(f"{name} must be {rule}; got {value!r}. Try {name}={example!r}.")


def _gpt2(n_layer: int, n_head: int, n_embd: int) -> GPTConfig:
    return GPTConfig(1024, 50_257, n_layer, n_head, n_embd, dropout=0.1)


def _gpt3(n_layer: int, n_head: int, n_embd: int) -> GPTConfig:
    return GPTConfig(2048, 50_257, n_layer, n_head, n_embd)


PRESETS = {
    # The lecture's two: the model it builds step by step, and the one it trains in the end, on a
    # GPU: 6 layers of 6 heads, 384 channels, 256 characters of context.
    "gpt0": GPTConfig(8, 65, 4, 4, 64, activation="relu", tied=False),
    "final": GPTConfig(256, 65, 6, 6, 384, 0.2, activation="relu", tied=False, qkv_bias=False),
    "gpt1": GPTConfig(512, 40_478, 12, 12, 768, dropout=0.1, block="post-norm"),
    "gpt2": _gpt2(12, 12, 768),
    "gpt2-medium": _gpt2(24, 16, 1024),
    "gpt2-large": _gpt2(36, 20, 1280),
    "gpt2-xl": _gpt2(48, 25, 1600),
    "gpt3-small": _gpt3(12, 12, 768),
    "gpt3-medium": _gpt3(24, 16, 1024),
    "gpt3-large": _gpt3(24, 16, 1536),
    "gpt3-xl": _gpt3(24, 16, 2048),  # the paper's table prints 24 heads of 128: 3,072, not 2,048
    "gpt3-2.7b": _gpt3(32, 32, 2560),
    "gpt3-6.7b": _gpt3(32, 32, 4096),
    "gpt3-13b": _gpt3(40, 40, 5120),  # the paper's table prints 5,140, which 40 heads cannot share
    "gpt3-175b": _gpt3(96, 96, 12_288),
}


def _llama(*sizes: int, **numbers) -> GPTConfig:
    parts = {"positions": "rotary", "norm": "rms", "feed_forward": "swiglu", "attention": "grouped"}
    return GPTConfig(*sizes, **parts | {"bias": False, "qkv_bias": False} | numbers)


# Models after GPT-3 that are made of the same parts, from the config.json that was published with
# each; SmolLM2's from its own file.
LATER = {
    "smollm2-135m": _llama(
        8192, 49_152, 30, 9, 576, n_kv_head=3, n_hidden=1536, rotary_base=1e5
    ),
    "llama3-8b": _llama(
        8192, 128_256, 32, 32, 4096, n_kv_head=8, n_hidden=14_336, rotary_base=5e5, tied=False
    ),
    "mixtral-8x7b": _llama(
        32_768, 32_000, 32, 32, 4096, n_kv_head=8, n_hidden=14_336, rotary_base=1e6, tied=False,
        n_expert=8, n_expert_active=2,
    ),
    "qwen3-0.6b": _llama(
        40_960, 151_936, 28, 16, 1024, n_kv_head=8, n_hidden=3072, rotary_base=1e6,
        attention="qk-norm", head_width=128, norm_eps=1e-6,
    ),
}  # fmt: skip
