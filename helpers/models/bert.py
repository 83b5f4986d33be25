"""BERT: the encoder alone. It reads from both sides and guesses what has been hidden from it.

Source: Devlin et al. 2019, §3 and §3.1 (masked tokens; here without segments, sentence pairs and
the extra layer before the head). Notebook: *BERT, GPT and the mask*.
"""

import copy
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn

from helpers.basics.borders import explained, explains, takes
from helpers.basics.numbers import whole
from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.models.losses import IGNORED, token_loss
from helpers.models.parts import Parts
from helpers.models.positions import places

SELECTED, MASKED, REPLACED = 0.15, 0.8, 0.1  # of all tokens; of the selected; of the selected


@explains(config="with n_embd", idx="tokens B T <V", targets="targets B T <V None")
class Bert(nn.Module):
    """P(x_t | all other tokens), for the tokens that are hidden.

    Takes the config of a GPT with block="post-norm" and is put together from the same parts. What
    differs: attention sees everything, the embeddings are normalised, and there is one more token,
    [MASK], whose id is vocab_size. parts: as for GPT.
    """

    def __init__(self, config: GPTConfig, **parts: Callable):
        super().__init__()
        self.config, self.mask_token = _checked(config), config.vocab_size
        self.parts = Parts.named(replace(config, attention="full"), **parts)
        self.token_embedding = nn.Embedding(config.vocab_size + 1, config.n_embd)
        self.position_embedding = self.parts.positions(config)
        self.embedding_norm = self.parts.norm(config)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = self.parts.blocks(config, self.position_embedding)
        self.head = nn.Linear(config.n_embd, config.vocab_size + 1)
        # BERT's own start, N(0, 0.02), is for 768 channels: 64 would learn slowly
        initialise.xavier(self, std=config.n_embd**-0.5)
        self.head.weight = self.token_embedding.weight

    def forward(self, idx: Tensor, targets: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """idx (B, T), targets (B, T) or None -> logits (B, T, V + 1), loss or None.

        Every logit depends on every token. The loss is the mean over the targets that are not
        IGNORED, 0 where there are none. ValueError when the text exceeds block_size.
        """
        logits = self.head(self.encode(idx))
        return logits, None if targets is None else token_loss(logits, targets, IGNORED)

    def encode(self, idx: Tensor) -> Tensor:
        """What the head reads: every token in the light of all others, (B, T) -> (B, T, C)."""
        x = self.embed(idx)
        for block in self.blocks:
            x = block(x)
        return x

    def embed(self, idx: Tensor) -> Tensor:
        """Token plus position, normalised: (B, T) -> (B, T, C)."""
        where = places(0, idx.shape[1], self.config, like=idx)
        x = self.token_embedding(idx) + self.position_embedding(where)
        return self.dropout(self.embedding_norm(x))


def _checked(config: GPTConfig) -> GPTConfig:
    if config.block != "post-norm" or not config.tied or not config.qkv_bias:
        raise ValueError(
            "BERT normalises after the sum, ties its head and has biases; got "
            f"block={config.block!r}, tied={config.tied}, qkv_bias={config.qkv_bias}. "
            "Try dataclasses.replace(config, block='post-norm', tied=True, qkv_bias=True)."
        )
    return config


@takes(vocab_size="count", idx="tokens B T <vocab_size", generator="generator")
def mask_tokens(
    idx: Tensor, vocab_size: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Hide some tokens: what BERT reads, and what it is asked: idx (B, T) -> two of (B, T).

    Each token is selected with probability 0.15; of these 80 % become [MASK], 10 % any token,
    and 10 % stay as they are, so that the model cannot trust what it reads. The target is the
    token that was there, or IGNORED where it was not selected.
    """
    selected, fate = torch.rand(2, *idx.shape, generator=generator).to(idx.device)
    anything = torch.randint(vocab_size, idx.shape, generator=generator).to(idx.device)
    selected = selected < SELECTED
    # a second draw says what happens to a selected token: hidden, replaced, or left as it is
    seen = torch.where(fate < MASKED, vocab_size, anything)
    seen = torch.where(selected & (fate < MASKED + REPLACED), seen, idx)
    return seen, idx.masked_fill(~selected, IGNORED)


@torch.no_grad()
@explained(tokens="tokens B 2 <V", others="tokens B 2 <V")
@takes(
    model="model",
    idx="tokens B T",
    place="whole",
    other="whole",
    tokens="tokens B 2",
    others="tokens B 2",
)
def log_odds_ratio(
    model: Bert, idx: Tensor, place: int, other: int, tokens: Tensor, others: Tensor
) -> Tensor:
    """How the guess at one place depends on another: ln of p(a|b) p(a'|b') / (p(a'|b) p(a|b')).

    idx: (B, T). tokens: (B, 2), the pair a, a' that may stand at `place`, which is hidden; others:
    (B, 2), the pair b, b' put at `other`. Returns (B,) nats. Were all guesses the conditionals of
    one joint distribution, the two places could change their roles and nothing would change.
    """
    odds = []
    for i in range(2):
        read = idx.clone()
        read[:, other], read[:, place] = others[:, i], model.mask_token
        log_probs = model(read)[0][:, place].log_softmax(-1).gather(-1, tokens)  # (B, 2)
        odds.append(log_probs[:, 0] - log_probs[:, 1])
    return odds[0] - odds[1]


@takes(model="model")
def with_classes(model: nn.Module, n_classes: int) -> nn.Module:
    """A copy of a BERT or a GPT whose head, a new one, names a class at every position.

    Called as before; logits are (B, T, n_classes), targets (B, T) classes.
    """
    model, n_classes = copy.deepcopy(model), whole("n_classes", n_classes)
    model.head = nn.Linear(model.config.n_embd, n_classes).to(model.head.weight.device)
    return model
