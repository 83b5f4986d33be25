"""GPT: a Transformer decoder that gives P(next token | tokens so far), at every position at once.

It is put together from the parts that its config names (`helpers.models.parts`). Sources: Radford
et al. 2018 and 2019 (§2.3: pre-norm, residual initialisation scaled by depth). Built in notebook
*Train a GPT*.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from helpers.basics.borders import explains
from helpers.basics.signature import signed
from helpers.models import checkpoint, initialise, pretrained
from helpers.models.cache import LayerCache
from helpers.models.config import GPTConfig
from helpers.models.losses import token_loss
from helpers.models.parts import Parts
from helpers.models.positions import places
from helpers.models.rebuild import adopted, build, undrawn


@explains(
    config="with n_embd",
    idx="tokens B T <V",
    targets="targets B T <V None",
    x="stream B T C",
    past="whole",
)
class GPT(nn.Module):
    """P(x_1 … x_T) = Π P(x_t | x_<t), every factor a softmax over the vocabulary.

    parts: what takes the place of a part that the config names, e.g. GPT(config, attention=…).
    """

    def __init__(self, config: GPTConfig, **parts: Callable):
        super().__init__()
        self.config, self.parts = config, Parts.named(config, **parts)
        self.token_embedding = nn.Embedding(config.vocab_size, config.n_embd)
        self.position_embedding = self.parts.positions(config)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = self.parts.blocks(config, self.position_embedding)
        self.final_norm = self.parts.final_norm(config, self.blocks)
        self.head = nn.Linear(
            config.n_embd, config.vocab_size, bias=config.bias and not config.tied
        )
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
        x = self.embed(idx, past=cache[0].length if cache else 0)  # (B, T, C)
        logits = self.answer(x, cache)  # at every position at once: T predictions from one pass
        return logits, None if targets is None else token_loss(logits, targets)

    def embed(self, idx: Tensor, past: int = 0) -> Tensor:
        """Token plus position: (B, T) -> (B, T, C); the first token stands at place `past`."""
        return self.place(self.token_embedding(idx), past)

    def place(self, x: Tensor, past: int = 0) -> Tensor:
        """Each vector plus that of the place where it stands: (B, T, C) -> (B, T, C)."""
        where = places(past, x.shape[1], self.config, like=x)  # (T,)
        return self.dropout(x + self.position_embedding(where))

    def answer(self, x: Tensor, cache: list[LayerCache] | None = None) -> Tensor:
        """Through all blocks to the next token: (B, T, C) -> logits (B, T, V)."""
        for i, block in enumerate(self.blocks):
            x = block(x, cache[i] if cache else None)  # the shape stays, so blocks can be stacked
        return self.head(self.final_norm(x))

    def with_parts(self, **parts: Callable) -> "GPT":
        """A copy with the same weights, device and mode, some of whose parts are others.

        The caller's random numbers stay as they are. ValueError unless the new parts have the same
        parameters.
        """
        with torch.random.fork_rng(devices=[]):
            other = type(self)(self.config, **(self.parts.others | parts))
        try:
            other.load_state_dict(self.state_dict())
        except RuntimeError:
            raise ValueError(
                "New parts must have the parameters of the old ones, for a copy keeps the weights; "
                f"got others in {', '.join(parts)}. Try {type(self).__name__}(config, …): it "
                "starts anew."
            ) from None
        like = self.token_embedding.weight
        return other.to(like.device, like.dtype).train(self.training)

    def new_cache(self, batch_size: int) -> list[LayerCache]:
        """An empty key-value cache for `batch_size` sequences, one entry per layer."""
        layers = [getattr(block, "attention", block) for block in self.blocks]  # one may be a block
        kinds = [getattr(layer, "cache", LayerCache) for layer in layers]
        return [kind(self.config, batch_size) for kind in kinds]

    def save(self, folder: str | Path, tokenizer=None) -> None:
        """Write the weights, the config and the tokenizer into a folder, together or not at all."""
        checkpoint.save(folder, self, tokenizer)

    @classmethod
    @signed()
    def load(cls, folder: str | Path) -> "GPT":
        """The model that `save` wrote, in eval mode. ValueError for a damaged or foreign file."""
        return checkpoint.load(folder, cls)

    @classmethod
    @signed()
    def from_pretrained(cls, source: str | Path, download: bool = False) -> "GPT":
        """A model with its published weights: by name, from a folder or from a GGUF file.

        Names: "gpt2" … "gpt2-xl", and "smollm2-135m". A folder holds config.json and
        model.safetensors of a GPT-2, Llama, Mistral, Qwen3 or Mixtral. Nothing is fetched unless
        `download` says so. In eval mode. ValueError for a missing, damaged or foreign file,
        ConnectionError when the weights are not to be had.
        """
        config, tensors = pretrained.read(source, download)
        with undrawn():  # every number is read: to draw others first would take longer than that
            return build(cls, config, tensors, Path(source), adopted)
