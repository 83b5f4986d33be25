"""What a model's size costs, counted on paper before anything is built.

Sources: the parameter formula follows from the architecture (Radford et al. 2019); 6·N·D floating
point operations: Kaplan et al. 2020, §2.1; a loss of the form E + A/N^a + B/D^b: Hoffmann et al.
2022, §3.3; Besiroglu et al. 2024. Notebooks *Train a GPT*, *From GPT-1 to GPT-3*.
"""

from dataclasses import dataclass

from helpers.basics.borders import takes
from helpers.basics.numbers import real
from helpers.models.config import GPTConfig


@takes(config="with n_embd")
def count_parameters(config: GPTConfig) -> int:
    """The number of trainable numbers in GPT(config), equal to sum(p.numel()), a tied head once.

    V·C + T·C embeddings, L blocks of 12·C² + 13·C, a final norm of 2·C when the norms come first.
    With E experts a block has E feed-forward networks of 8·C² + 5·C, and a router of E·C. Modern
    parts have their own numbers: see `parameter_parts`.

    >>> count_parameters(GPTConfig.preset("gpt2"))
    124439808
    """
    return sum(parameter_parts(config).values())


@takes(config="with n_embd")
def parameter_parts(config: GPTConfig) -> dict[str, int]:
    """Where the parameters of GPT(config) are, by part; the parts sum to `count_parameters`."""
    V, T, L, C = config.vocab_size, config.block_size, config.n_layer, config.n_embd
    parts = {
        "token embedding": V * C,
        "positions": T * C if config.positions == "learned" else 0,
        "attention": attention_parameters(config),
        "feed-forward": L * feed_forward_parameters(config) * max(1, config.n_expert),
        "norms": (2 * L + (config.block != "post-norm")) * norm_parameters(config),
    }
    parts |= {"routers": L * config.n_expert * C} if config.n_expert else {}
    return parts if config.tied else parts | {"head": C * V + V * config.bias}


def attention_parameters(config: GPTConfig) -> int:
    """Of all layers: C rows for every head of queries, keys and values, and the way back.

    Plain attention has 4·C² + 4·C in a layer; where queries and keys are normalised, each of the
    two norms has hs weights.
    """
    C, hs = config.n_embd, config.head_size
    qkv, back = (config.n_head + 2 * config.kv_heads) * hs, config.n_head * hs
    layer = qkv * (C + config.qkv_bias) + C * (back + config.bias)
    kinds = config.attention.split("/")  # taken in turn
    normed = sum(kinds[i % len(kinds)] == "qk-norm" for i in range(config.n_layer))
    return config.n_layer * layer + normed * 2 * hs


def feed_forward_parameters(config: GPTConfig) -> int:
    """Of one network: two matrices of C × 4·C, or three of C × 8/3·C where it is gated."""
    C, into = config.n_embd, 2 if config.feed_forward == "swiglu" else 1  # matrices on the way in
    hidden = config.n_hidden or (round(8 * C / 3) if into == 2 else 4 * C)
    return (into + 1) * C * hidden + (into * hidden + C) * config.bias


def norm_parameters(config: GPTConfig) -> int:
    """Of one norm: a weight for each channel, and in LayerNorm a bias."""
    kinds = {"none": 0, "rms": 1, "layer": 1 + config.bias}
    return kinds[config.norm] * config.n_embd


@takes(n_params="amount", n_tokens="amount")
def training_flops(n_params: float, n_tokens: float) -> float:
    """Floating point operations of a training: 6 for each parameter and token.

    2 forward (a product and a sum), 4 backward (the same for inputs and for weights). Attention
    scores come on top: a small part until the context is longer than 6·C.

    >>> f"{training_flops(174.6e9, 3e11):.3e}"  # GPT-3
    '3.143e+23'
    """
    return 6 * n_params * n_tokens


@takes(config="with n_embd")
def attention_flops_per_token(config: GPTConfig) -> int:
    """Forward operations of q·k and of weights · v for the last token of a full context: 4·L·T·C.

    The average over a causal context is half of it. Where heads have a width of their own, C is
    nh·hs.
    """
    return 4 * config.n_layer * config.block_size * config.n_head * config.head_size


@takes(n_params="amount")
def optimizer_bytes(n_params: int) -> int:
    """Bytes that training in mixed precision keeps for the parameters alone: 16 each.

    Weight and gradient in 2 bytes; a 4-byte weight and Adam's two moments. Activations come on top.
    """
    return n_params * (2 + 2 + 4 + 4 + 4)


@takes(config="with n_embd", bytes_per_number="count")
def kv_cache_bytes_per_token(config: GPTConfig, bytes_per_number: int = 2) -> int:
    """Bytes a key-value cache keeps for one token of one sequence: keys and values of all layers.

    >>> kv_cache_bytes_per_token(GPTConfig.preset("gpt2"))
    36864
    """
    return 2 * config.n_layer * config.kv_heads * config.head_size * bytes_per_number


@dataclass(frozen=True)
class LossLaw:
    """L(N, D) = E + A / N^a + B / D^b: nats per token of N parameters trained on D tokens.

    E is what remains with endless parameters and data: an estimate of the text's entropy.
    """

    E: float
    A: float
    B: float
    a: float
    b: float

    def __post_init__(self):
        for name, value in vars(self).items():
            real(name, value, lambda v: v >= 0, "be a number ≥ 0", "Try scaling.HOFFMANN.")

    @takes(n_params="amount", n_tokens="amount")
    def loss(self, n_params: float, n_tokens: float) -> float:
        """Nats per token; ∞ is allowed for either."""
        return self.E + self.A / n_params**self.a + self.B / n_tokens**self.b

    @takes(flops="amount")
    def best_size(self, flops: float) -> float:
        """The N that makes the loss least when 6·N·D = flops; it grows as flops^(b / (a + b)).

        Where the derivative along the curve vanishes, a·A / N^a = b·B / D^b.
        """
        ratio = self.a * self.A / (self.b * self.B)
        return (ratio * (flops / 6) ** self.b) ** (1 / (self.a + self.b))


HOFFMANN = LossLaw(1.69, 406.4, 410.7, 0.34, 0.28)  # Hoffmann et al. 2022, equation 10
BESIROGLU = LossLaw(1.8172, 482.01, 2085.43, 0.3478, 0.3658)  # the same runs, fitted again, 2024
