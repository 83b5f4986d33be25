"""The numbers that define a GPT, checked when they are written down.

Sources: GPT-0 is the lecture's model; Radford et al. 2018 (GPT-1), 2019 (GPT-2, table 2);
Brown et al. 2020 (GPT-3, table 2.1). Built in notebook 07; the sizes return in notebook 09.
"""

from dataclasses import asdict, dataclass

ACTIVATIONS = ("gelu", "relu")
NORMS = ("pre", "post")


@dataclass(frozen=True)
class GPTConfig:
    """Everything needed to rebuild a GPT except its weights.

    block_size: the longest context in tokens. vocab_size: number of different tokens.
    n_layer: Transformer blocks; 0 leaves embeddings and head. n_head must divide n_embd.
    activation: "gelu" (the tanh form of GPT-2) or "relu". norm: LayerNorm "pre" or "post" the
    sublayer. tied: the head shares the token embedding's matrix; an untied head has a bias.
    qkv_bias: whether queries, keys and values have one. n_expert: MLPs per block to choose from, of
    which each token uses n_expert_active; 0 is dense: one MLP, no choice (n_expert_active is idle).
    Change a config with `dataclasses.replace`. ValueError when a number is impossible.
    """

    block_size: int
    vocab_size: int
    n_layer: int
    n_head: int
    n_embd: int
    dropout: float = 0.0
    activation: str = "gelu"
    norm: str = "pre"
    tied: bool = True
    qkv_bias: bool = True
    n_expert: int = 0
    n_expert_active: int = 2

    def __post_init__(self):
        for name in ("block_size", "vocab_size", "n_head", "n_embd"):
            _check(_is_whole(value := getattr(self, name), 1), name, "a whole number ≥ 1", value)
        _check(_is_whole(self.n_layer, 0), "n_layer", "a whole number ≥ 0", self.n_layer)
        _check(_is_rate(self.dropout), "dropout", "a number in [0, 1)", self.dropout)
        _check(
            self.activation in ACTIVATIONS, "activation", f"one of {ACTIVATIONS}", self.activation
        )
        _check(self.norm in NORMS, "norm", f"one of {NORMS}", self.norm)
        _check(_is_whole(self.n_expert, 0), "n_expert", "a whole number ≥ 0", self.n_expert)
        if self.n_expert:
            fits = _is_whole(k := self.n_expert_active, 1) and k <= self.n_expert
            _check(fits, "n_expert_active", f"a whole number in 1 … n_expert = {self.n_expert}", k)
        if self.n_embd % self.n_head:
            raise ValueError(
                f"n_embd must be a multiple of n_head, so that every head gets the same width; "
                f"got n_embd={self.n_embd}, n_head={self.n_head}. "
                f"Try n_embd={self.n_head * max(1, round(self.n_embd / self.n_head))}."
            )

    @property
    def head_size(self) -> int:
        """hs: the width of one head, n_embd / n_head."""
        return self.n_embd // self.n_head

    @classmethod
    def preset(cls, name: str) -> "GPTConfig":
        """The config of a published model by its name, e.g. `GPTConfig.preset("gpt2-medium")`."""
        if name not in PRESETS:
            raise ValueError(f"No preset is called {name!r}. Try one of: {', '.join(PRESETS)}.")
        return PRESETS[name]

    def to_dict(self) -> dict:
        """Plain numbers and strings, ready for JSON; `GPTConfig(**d)` restores the config."""
        return asdict(self)


def _is_whole(value, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _is_rate(value) -> bool:
    return isinstance(value, (int, float)) and 0 <= value < 1


def _check(holds: bool, name: str, rule: str, value) -> None:
    if not holds:
        raise ValueError(f"{name} must be {rule}; got {value!r}.")


def _gpt2(n_layer: int, n_head: int, n_embd: int) -> GPTConfig:
    return GPTConfig(1024, 50_257, n_layer, n_head, n_embd, dropout=0.1)


def _gpt3(n_layer: int, n_head: int, n_embd: int) -> GPTConfig:
    return GPTConfig(2048, 50_257, n_layer, n_head, n_embd)


PRESETS = {
    "gpt0": GPTConfig(8, 65, 4, 4, 64, activation="relu", tied=False),
    "final": GPTConfig(256, 65, 6, 6, 384, 0.2, activation="relu", tied=False, qkv_bias=False),
    "gpt1": GPTConfig(512, 40_478, 12, 12, 768, dropout=0.1, norm="post"),
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
