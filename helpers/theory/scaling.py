"""What a model's size costs, counted on paper before anything is built.

Sources: the parameter formula follows from the architecture (Radford et al. 2019); 6·N·D floating
point operations: Kaplan et al. 2020, §2.1; a loss of the form E + A/N^a + B/D^b: Hoffmann et al.
2022, §3.3; Besiroglu et al. 2024. Notebooks *Train a GPT*, *From GPT-1 to GPT-3*.
"""

from dataclasses import dataclass

from helpers.basics.borders import takes
from helpers.models.config import GPTConfig


@takes(config="with n_embd")
def count_parameters(config: GPTConfig) -> int:
    """The number of trainable numbers in GPT(config), equal to sum(p.numel()), a tied head once.

    V·C + T·C embeddings, L blocks of 12·C² + 13·C, a final norm of 2·C when the norms come first.
    With E experts a block has E feed-forward networks of 8·C² + 5·C, and a router of E·C.

    >>> count_parameters(GPTConfig.preset("gpt2"))
    124439808
    """
    return sum(parameter_parts(config).values())


@takes(config="with n_embd")
def parameter_parts(config: GPTConfig) -> dict[str, int]:
    """Where the parameters of GPT(config) are, by part; the parts sum to `count_parameters`."""
    V, T, L, C = config.vocab_size, config.block_size, config.n_layer, config.n_embd
    final_norm = 0 if config.block == "post-norm" else 2 * C
    parts = {
        "token embedding": V * C,
        "positions": T * C if config.positions == "learned" else 0,
        "attention": L * (4 * C * C + C + (3 * C if config.qkv_bias else 0)),
        "feed-forward": L * (8 * C * C + 5 * C) * max(1, config.n_expert),
        "norms": L * 4 * C + final_norm,
    }
    parts |= {"routers": L * config.n_expert * C} if config.n_expert else {}
    return parts if config.tied else parts | {"head": C * V + V}


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

    The average over a causal context is half of it.
    """
    return 4 * config.n_layer * config.block_size * config.n_embd


@takes(n_params="amount")
def optimizer_bytes(n_params: int) -> int:
    """Bytes that training in mixed precision keeps for the parameters alone: 16 each.

    Weight and gradient in 2 bytes; a 4-byte weight and Adam's two moments. Activations come on top.
    """
    return n_params * (2 + 2 + 4 + 4 + 4)


@takes(config="with n_embd", bytes_per_number="count")
def kv_cache_bytes_per_token(config: GPTConfig, bytes_per_number: int = 2) -> int:
    """Bytes a key-value cache keeps for one token of one sequence: a key and a value per layer.

    >>> kv_cache_bytes_per_token(GPTConfig.preset("gpt2"))
    36864
    """
    return 2 * config.n_layer * config.n_embd * bytes_per_number


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
