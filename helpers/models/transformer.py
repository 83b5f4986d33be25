"""The Transformer: an encoder reads a whole sequence, a decoder writes another one after it.

It takes no parts: encoder and decoder of 2017 are one fixed model here, the one that GPT and BERT
are halves of. Source: Vaswani et al. 2017, §3 and figure 1. Built by hand in *The Transformer*.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.basics.borders import explains, takes
from helpers.models import initialise, masks
from helpers.models.attention import MultiHeadAttention
from helpers.models.config import GPTConfig
from helpers.models.losses import token_loss
from helpers.models.mlp import MLP
from helpers.models.modes import evaluating, hooked
from helpers.models.positions import Sinusoidal
from helpers.text.tasks.pairs import PAD


@dataclass(frozen=True)
class TransformerConfig:
    """The numbers that define a Transformer; the names are those of `GPTConfig`.

    n_layer: blocks in the encoder, and as many in the decoder. Its base model (table 3) is
    TransformerConfig(37_000, 6, 8, 512). ValueError when a number is impossible.
    """

    vocab_size: int
    n_layer: int
    n_head: int
    n_embd: int
    dropout: float = 0.1
    activation: str = "relu"

    def __post_init__(self):
        self.gpt()  # the same numbers obey the same rules

    def gpt(self) -> GPTConfig:
        """The same numbers as a GPT's, for the parts that both have."""
        return GPTConfig(1, **vars(self))


class AddNorm(nn.Module):
    """How every sublayer ends: LayerNorm(x + Dropout(Sublayer(x))), §5.4."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.norm, self.dropout = nn.LayerNorm(config.n_embd), nn.Dropout(config.dropout)

    def forward(self, x: Tensor, output: Tensor) -> Tensor:
        """What a sublayer read and what it computed from it: (B, T, C) twice -> (B, T, C)."""
        return self.norm(x + self.dropout(output))


@explains(config="with n_embd", x="stream B S C")
class EncoderBlock(nn.Module):
    """Every position looks at all others, then its feed-forward network works on what it saw."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.attention = MultiHeadAttention(config.n_embd, config.n_head)
        self.mlp = MLP(config.gpt())
        self.add_attention, self.add_mlp = AddNorm(config), AddNorm(config)

    def forward(self, x: Tensor, visible: Tensor | None = None) -> Tensor:
        """x: (B, S, C) -> (B, S, C). visible: (B, 1, 1, S), False where there is only padding."""
        x = self.add_attention(x, self.attention(x, x, visible))
        return self.add_mlp(x, self.mlp(x))


@explains(config="with n_embd", y="stream B T C", memory="stream B S C")
class DecoderBlock(nn.Module):
    """Every position looks at itself and the past, then at the source; then feed-forward."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.attention = MultiHeadAttention(config.n_embd, config.n_head)
        self.cross_attention = MultiHeadAttention(config.n_embd, config.n_head)
        self.mlp = MLP(config.gpt())
        self.add_attention, self.add_cross, self.add_mlp = (AddNorm(config) for _ in range(3))

    def forward(self, y: Tensor, memory: Tensor, visible: Tensor | None = None) -> Tensor:
        """y: (B, T, C), memory: (B, S, C) -> (B, T, C). visible: the source without padding."""
        past = masks.causal(y.shape[1], device=y.device)  # made here: T differs from call to call
        y = self.add_attention(y, self.attention(y, y, past))
        y = self.add_cross(y, self.cross_attention(y, memory, visible))
        return self.add_mlp(y, self.mlp(y))


class Stack(nn.Module):
    """n_layer blocks of one kind on top of each other: the encoder reads, the decoder writes."""

    def __init__(self, block: type, config: TransformerConfig):
        super().__init__()
        self.blocks = nn.ModuleList(block(config) for _ in range(config.n_layer))

    def forward(self, x: Tensor, *seen: Tensor | None) -> Tensor:
        """x: (B, T, C) -> (B, T, C). seen: what every block is given beside it, see its forward."""
        for block in self.blocks:
            x = block(x, *seen)
        return x


@explains(
    config="with n_embd", source="tokens B S <V", idx="tokens B T <V", targets="targets B T <V None"
)
class Transformer(nn.Module):
    """P(Y | X) = Π P(y_t | y_<t, X), every factor a softmax over the vocabulary.

    One matrix serves three times (§3.4): it embeds the source, embeds the target, and turns the
    decoder's answer into logits.
    """

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.n_embd)
        self.dropout = nn.Dropout(config.dropout)
        self.position_embedding = Sinusoidal(config)
        self.encoder, self.decoder = Stack(EncoderBlock, config), Stack(DecoderBlock, config)
        # The paper does not say how it begins. Times √C, an embedding has variance 1, as a position
        # has about; used as the head, it makes logits of variance 1.
        initialise.xavier(self, std=config.n_embd**-0.5)

    def forward(
        self, source: Tensor, idx: Tensor, targets: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """source (B, S), idx (B, T), targets (B, T) or None -> logits (B, T, V), loss or None.

        logits[:, t] depend on all of the source and on idx[:, :t+1]; neither the source's <pad>
        nor idx's has any effect on the others. The loss (nats per token) leaves <pad> out.
        """
        logits = self.decode(idx, *self.encode(source))
        return logits, None if targets is None else token_loss(logits, targets, PAD)

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """What the decoder looks at: memory (B, S, C), and what of it is no <pad> (B, 1, 1, S)."""
        visible = (source != PAD)[:, None, None]
        return self.encoder(self.embed(source), visible), visible

    def decode(self, idx: Tensor, memory: Tensor, visible: Tensor) -> Tensor:
        """Logits for the token after each prefix of idx: (B, T) -> (B, T, V)."""
        return F.linear(self.decoder(self.embed(idx), memory, visible), self.embedding.weight)

    def embed(self, idx: Tensor) -> Tensor:
        """Token times √C plus position: (B, T) -> (B, T, C), of any length T."""
        C = self.config.n_embd
        positions = self.position_embedding(torch.arange(idx.shape[1], device=idx.device))
        return self.dropout(math.sqrt(C) * self.embedding(idx) + positions)


@torch.no_grad()
@takes(model="model")
def cross_maps(model: Transformer, source: Tensor, idx: Tensor) -> Tensor:
    """The cross-attention's weights, as pictures need them: which token looked where in the source.

    source: (B, S), idx: (B, T). Returns (L, B, nh, T, S); rows sum to 1, zero on <pad>. In eval
    mode; the model's mode is restored.
    """
    asked: list[tuple[MultiHeadAttention, tuple]] = []
    layers = [block.cross_attention for block in model.decoder.blocks]
    with evaluating(model), hooked(layers, lambda m, args: asked.append((m, args))):
        model(source, idx)
    return torch.stack([layer.weights(*args) for layer, args in asked])
