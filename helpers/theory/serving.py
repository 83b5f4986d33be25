"""What a mixture of experts costs to hold, to run and to spread over machines.

Each token computes with k of E experts, but *all* experts must be in memory; how many of them are
read in one step depends on how many tokens are decoded together. Sources: Jiang et al. 2024
(Mixtral), Fedus et al. 2022 (Switch), Lepikhin et al. 2021 (GShard).
Notebook *Mixture of experts in GPT*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.basics.borders import takes
from helpers.basics.kinds import need
from helpers.basics.numbers import checked, whole
from helpers.models.balance import expected_experts_hit
from helpers.models.config import GPTConfig
from helpers.theory.scaling import count_parameters, feed_forward_parameters

BF16 = 2  # bytes of a number


@dataclass(frozen=True)
class SparseModel:
    """The sizes of a decoder with experts in every block, in the style of Mixtral: no biases.

    An expert is three matrices of n_embd × expert_width: two before the gated activation, one
    after it. Keys and values are kv_width wide. Embedding and head are two matrices.
    """

    n_embd: int
    expert_width: int
    n_layer: int
    kv_width: int
    vocab_size: int
    n_expert: int
    n_expert_active: int

    @property
    def expert_parameters(self) -> int:
        """One expert in one layer."""
        return 3 * self.n_embd * self.expert_width

    def parameters(self, n_experts: float) -> float:
        """The model with only so many experts in each layer; all else is used by every token."""
        attention = 2 * self.n_embd * (self.n_embd + self.kv_width)
        layer = attention + self.n_embd * self.n_expert + 2 * self.n_embd  # a router, two norms
        used = self.n_layer * layer + 2 * self.vocab_size * self.n_embd + self.n_embd
        return used + self.n_layer * self.expert_parameters * n_experts

    @property
    def total(self) -> int:
        """Parameters that must be in memory: with all experts."""
        return self.parameters(self.n_expert)

    @property
    def active(self) -> int:
        """Parameters that one token computes with."""
        return self.parameters(self.n_expert_active)

    def bytes_per_step(self, batch: int) -> float:
        """Weights read to decode one token for each of `batch` texts, in bf16, expected.

        An expert is read if any of the tokens is sent to it; routing uniform and independent.
        """
        hit = expected_experts_hit(self.n_expert, self.n_expert_active, batch)
        return BF16 * self.parameters(hit)


MIXTRAL_8X7B = SparseModel(4096, 14_336, 32, 1024, 32_000, 8, 2)


@takes(config="with n_embd")
def active_parameters(config: GPTConfig) -> int:
    """What one token computes with in GPT(config): of each block's experts only the active ones.

    Equal to count_parameters for a dense config; 2 operations per number make a forward pass.
    """
    idle = max(0, config.n_expert - config.n_expert_active) if config.n_expert else 0
    return count_parameters(config) - config.n_layer * idle * feed_forward_parameters(config)


@takes(n_tokens="whole")
def experts_hit(shares: Sequence[float], n_tokens: int) -> float:
    """How many experts n_tokens need together when a share q_i of all tokens needs expert i.

    Σ 1 - (1 - q_i)^n, tokens independent. shares: (E,), summing to k. Never above the uniform
    case, since the function is concave in q. ValueError for a share outside [0, 1].
    """
    within = "lie in [0, 1]", "Try load / n_tokens."
    q = checked("A share of tokens", shares, lambda q: (q >= 0) & (q <= 1), *within)
    need(q.size, "A share of tokens", "lie in [0, 1]", shares, "Try load / n_tokens.")
    return float((1 - (1 - q) ** n_tokens).sum())


@takes(n_embd="count", k="count", bytes_per_number="count")
def all_to_all_bytes(n_embd: int, k: int, devices: int, bytes_per_number: int = BF16) -> float:
    """Bytes a token sends per MoE layer and forward pass: its vector to k experts, k answers back.

    The experts are spread evenly, so a share of 1 / devices need not travel. ValueError unless
    devices is a whole number ≥ 1.
    """
    devices = whole("devices", devices, advice="Try 8.")
    return 2 * k * n_embd * bytes_per_number * (devices - 1) / devices
