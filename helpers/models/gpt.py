"""GPT: a Transformer decoder that gives P(next token | tokens so far), at every position at once.

Sources: Radford et al. 2018 and 2019 (§2.3: pre-norm, residual initialisation scaled by depth).
Built in notebook 07.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from helpers.models import checkpoint, initialise, pretrained
from helpers.models.attention import LayerCache
from helpers.models.bigram import next_token_loss
from helpers.models.block import block
from helpers.models.config import GPTConfig


class GPT(nn.Module):
    """P(x_1 … x_T) = Π P(x_t | x_<t), every factor a softmax over the vocabulary."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.config = config
        self.token_embedding = nn.Embedding(config.vocab_size, config.n_embd)
        self.position_embedding = nn.Embedding(config.block_size, config.n_embd)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(block(config) for _ in range(config.n_layer))
        self.final_norm = nn.LayerNorm(config.n_embd) if config.norm == "pre" else nn.Identity()
        self.head = nn.Linear(config.n_embd, config.vocab_size, bias=not config.tied)
        if config.tied:
            self.head.weight = self.token_embedding.weight
        initialise.gpt2(self)

    def forward(
        self, idx: Tensor, targets: Tensor | None = None, cache: list[LayerCache] | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """idx (B, T), targets (B, T) or None -> logits (B, T, V), loss (nats per token) or None.

        logits[:, t] depend on idx[:, :t+1] only. With a cache (`new_cache`), idx holds only the
        tokens that follow those already read. ValueError when the context exceeds block_size.
        """
        x = self._embed(idx, past=cache[0].length if cache else 0)
        for i, layer in enumerate(self.blocks):
            x = layer(x, cache[i] if cache else None)
        logits = self.head(self.final_norm(x))  # (B, T, V)
        return logits, None if targets is None else next_token_loss(logits, targets)

    def new_cache(self, batch_size: int) -> list[LayerCache]:
        """An empty key-value cache for `batch_size` sequences, one entry per layer."""
        like = self.token_embedding.weight
        return [LayerCache(self.config, batch_size, like) for _ in self.blocks]

    def save(self, folder: str | Path, tokenizer=None) -> None:
        """Write the weights, the config and the tokenizer into a folder, each file atomically."""
        checkpoint.save(folder, self, tokenizer)

    @classmethod
    def load(cls, folder: str | Path) -> "GPT":
        """The model that `save` wrote, in eval mode. ValueError for a damaged or foreign file."""
        return checkpoint.load(folder, cls)

    @classmethod
    def from_pretrained(cls, source: str | Path, download: bool = False) -> "GPT":
        """GPT-2 with its published weights, by name ("gpt2" … "gpt2-xl") or from a folder.

        Nothing is fetched unless `download` says so. In eval mode. ValueError for a missing,
        damaged or foreign file, ConnectionError when the weights are not to be had.
        """
        config, tensors = pretrained.read(source, download)
        return checkpoint.build(cls, config, tensors, Path(source))

    def _embed(self, idx: Tensor, past: int) -> Tensor:
        """Token plus position: (B, T) -> (B, T, C); the first token stands at position `past`."""
        end = past + idx.shape[1]
        if end > self.config.block_size:
            raise ValueError(
                f"The context may hold at most block_size = {self.config.block_size} tokens; "
                f"got {end}. Pass the last ones only: idx[:, -{self.config.block_size}:]."
            )
        positions = torch.arange(past, end, device=idx.device)
        return self.dropout(self.token_embedding(idx) + self.position_embedding(positions))
