"""BERT: the encoder alone. It reads from both sides and guesses what has been hidden from it.

Source: Devlin et al. 2019, §3 and §3.1 (masked tokens; here without segments, sentence pairs and
the extra layer before the head). Built in notebook 02.
"""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.models.config import GPTConfig
from helpers.models.transformer import AddNorm, Encoder, initialise

SELECTED, MASKED, REPLACED = 0.15, 0.8, 0.1  # of all tokens; of the selected; of the selected
IGNORED = -100  # the target of a token that nobody asks about: PyTorch's own sign for it


class Bert(nn.Module):
    """P(x_t | all other tokens), for the tokens that are hidden.

    Takes the config of a GPT with norm="post" and has its layers; what differs is the mask, and one
    more token, [MASK], whose id is vocab_size.
    """

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.config, self.mask_token = _checked(config), config.vocab_size
        self.token_embedding = nn.Embedding(config.vocab_size + 1, config.n_embd)
        self.position_embedding = nn.Embedding(config.block_size, config.n_embd)
        self.add_position, self.encoder = AddNorm(config), Encoder(config)
        self.head = nn.Linear(config.n_embd, config.vocab_size + 1)
        self.head.weight = self.token_embedding.weight
        initialise(self)  # N(0, 0.02), BERT's own, is for 768 channels: 64 would learn slowly

    def forward(self, idx: Tensor, targets: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """idx (B, T), targets (B, T) or None -> logits (B, T, V + 1), loss or None.

        Every logit depends on every token. The loss is the mean over the targets that are not
        IGNORED, 0 where there are none. ValueError when the text exceeds block_size.
        """
        logits = self.head(self.encoder(self.embed(idx)))
        return logits, None if targets is None else asked_loss(logits, targets)

    def embed(self, idx: Tensor) -> Tensor:
        """Token plus position, normalised: (B, T) -> (B, T, C)."""
        T, longest = idx.shape[1], self.config.block_size
        if longest < T:
            raise ValueError(
                f"The text may hold at most block_size = {longest} tokens; got {T}. "
                f"Try idx[:, :{longest}]."
            )
        places = self.position_embedding(torch.arange(T, device=idx.device))
        return self.add_position(self.token_embedding(idx), places)


def _checked(config: GPTConfig) -> GPTConfig:
    if config.norm != "post" or not config.tied or not config.qkv_bias:
        raise ValueError(
            f"BERT normalises after the sum, ties its head and has biases; got norm={config.norm!r}"
            f", tied={config.tied}, qkv_bias={config.qkv_bias}. "
            "Try dataclasses.replace(config, norm='post', tied=True, qkv_bias=True)."
        )
    return config


def mask_tokens(
    idx: Tensor, vocab_size: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Hide some tokens: what BERT reads, and what it is asked: idx (B, T) -> two of (B, T).

    Each token is selected with probability 0.15; of these 80 % become [MASK], 10 % any token,
    and 10 % stay as they are, so that nobody can trust what stands there. The target is the token
    that was there, or IGNORED where it was not selected.
    """
    selected, fate = torch.rand(2, *idx.shape, generator=generator).to(idx.device)
    anything = torch.randint(vocab_size, idx.shape, generator=generator).to(idx.device)
    selected = selected < SELECTED
    seen = torch.where(fate < MASKED, vocab_size, anything)
    seen = torch.where(selected & (fate < MASKED + REPLACED), seen, idx)
    return seen, idx.masked_fill(~selected, IGNORED)


def asked_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean of -ln P(target) where a target is asked for, else 0: (B, T, V), (B, T) -> nats."""
    total = F.cross_entropy(logits.mT, targets, ignore_index=IGNORED, reduction="sum")
    return total / (targets != IGNORED).sum().clamp(min=1)


@torch.no_grad()
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


def with_classes(model: nn.Module, n_classes: int) -> nn.Module:
    """A copy of a BERT or a GPT whose head, a new one, names a class at every position.

    Called as before; logits are (B, T, n_classes), targets (B, T) classes.
    """
    model = copy.deepcopy(model)
    model.head = nn.Linear(model.config.n_embd, n_classes).to(model.head.weight.device)
    return model
