"""Recurrent networks: read one token after the other and keep what matters in a state.

The state is the only road from the past to the future, and it has the same C numbers after two
tokens and after two thousand. Sources: Elman 1990 (the simple recurrence); Cho et al. 2014 (the
gated one, and the encoder-decoder); Luong et al. 2015, §3.1 (attention by scalar products over the
encoder's states, after Bahdanau et al. 2015). Built in notebook *From RNN to attention*.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from helpers.basics.borders import explained, explains
from helpers.basics.kinds import need
from helpers.basics.numbers import whole
from helpers.models import masks
from helpers.models.attention import attention_weights
from helpers.models.losses import token_loss


@explains(x="stream B T C", state="stream B C None")
class Recurrence(nn.Module):
    """The loop over time: state t = step(input t, state t - 1). Subclasses say what a step does.

    gates: how many vectors of C numbers a step computes from the input, and from the state.
    """

    gates = 1

    def __init__(self, n_embd: int):
        super().__init__()
        n_embd = whole("n_embd", n_embd)
        self.from_input = nn.Linear(n_embd, self.gates * n_embd)
        self.from_state = nn.Linear(n_embd, self.gates * n_embd)

    def forward(self, x: Tensor, state: Tensor | None = None) -> Tensor:
        """x (B, T, C), the state before it (B, C) or None for zeros -> every state (B, T, C).

        States up to t depend on x[:, :t+1] only. ValueError for a sequence of no tokens.
        """
        if x.shape[1] == 0:
            raise ValueError(
                f"A recurrent network must read at least one token; got shape {tuple(x.shape)}. "
                "Try a start token."
            )
        state = torch.zeros_like(x[:, 0]) if state is None else state
        need(
            state.shape == x[:, 0].shape, "state", "be (B, C), as x is", state, "Try states[:, -1]."
        )
        states = []
        for from_input in self.from_input(x).unbind(1):  # the part that need not wait, at once
            state = self.step(from_input, self.from_state(state), state)
            states.append(state)
        return torch.stack(states, dim=1)

    def step(self, from_input: Tensor, from_state: Tensor, state: Tensor) -> Tensor:
        """The next state (B, C); the first two (B, gates · C) are the step's linear maps."""
        raise NotImplementedError


class Elman(Recurrence):
    """tanh(W x + U h + b): the whole state is written anew at every step."""

    def step(self, from_input: Tensor, from_state: Tensor, state: Tensor) -> Tensor:
        """The next state: (B, C) three times -> (B, C), values in (-1, 1)."""
        return torch.tanh(from_input + from_state)


class GRU(Recurrence):
    """A gate decides, number by number, how much of the state is kept and how much is written."""

    gates = 3

    def step(self, from_input: Tensor, from_state: Tensor, state: Tensor) -> Tensor:
        """The next state: (B, 3C), (B, 3C), (B, C) -> (B, C)."""
        reset_x, keep_x, new_x = from_input.chunk(3, dim=-1)
        reset_h, keep_h, new_h = from_state.chunk(3, dim=-1)
        keep, reset = torch.sigmoid(keep_x + keep_h), torch.sigmoid(reset_x + reset_h)
        # where keep is 1 the old number stays untouched, and so does the gradient on its way back
        return keep * state + (1 - keep) * torch.tanh(new_x + reset * new_h)


CELLS = {"elman": Elman, "gru": GRU}


@dataclass(frozen=True)
class RNNConfig:
    """vocab_size: number of tokens. n_embd: width of the state. block_size: tokens in a training
    window; a recurrent network can read any number. cell: "elman" or "gru".

    ValueError when a number is not a whole one ≥ 1, or for another cell.
    """

    vocab_size: int
    n_embd: int
    block_size: int = 32
    cell: str = "gru"

    def __post_init__(self):
        for name in ("vocab_size", "n_embd", "block_size"):
            value = whole(name, getattr(self, name), advice="Try 64.")
            object.__setattr__(self, name, value)  # the plain int it is, also of a numpy one
        if self.cell not in CELLS:
            raise ValueError(f"cell must be one of {[*CELLS]}; got {self.cell!r}. Try 'gru'.")


@explains(config="with cell", idx="tokens B T <V", targets="targets B T <V None")
class RNN(nn.Module):
    """A language model: P(x_t | x_<t) = softmax(head(state after x_<t))."""

    def __init__(self, config: RNNConfig):
        super().__init__()
        self.config = config
        self.token_embedding = nn.Embedding(config.vocab_size, config.n_embd)
        self.recurrence = CELLS[config.cell](config.n_embd)
        self.head = nn.Linear(config.n_embd, config.vocab_size)

    def forward(self, idx: Tensor, targets: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """idx (B, T), targets (B, T) or None -> logits (B, T, V), loss (nats per token) or None.

        logits[:, t] depend on idx[:, :t+1] only, by way of one state of C numbers.
        """
        logits = self.head(self.recurrence(self.token_embedding(idx)))
        return logits, None if targets is None else token_loss(logits, targets)


@explains(config="with cell", source="tokens B S <V", targets="tokens B T <V")
class Seq2Seq(nn.Module):
    """P(y | x) = Π P(y_t | y_<t, state after x): one network reads, hands its state on, one writes.

    The state is all that the writer learns about x: a bottleneck of C numbers, however long x is.
    """

    def __init__(self, config: RNNConfig):
        super().__init__()
        self.config = config
        self.token_embedding = nn.Embedding(config.vocab_size + 1, config.n_embd)  # V: the start
        self.encoder = CELLS[config.cell](config.n_embd)
        self.decoder = CELLS[config.cell](config.n_embd)
        self.head = nn.Linear(config.n_embd, config.vocab_size)

    def forward(self, source: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """source (B, S), targets (B, T) -> logits (B, T, V), loss (nats per token).

        logits[:, t] depend on the source and on targets[:, :t]: the right answers so far are given
        (teacher forcing), the next is asked for.
        """
        logits = self.head(self.look_back(*self.states(source, targets)))
        return logits, token_loss(logits, targets)

    def states(self, source: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The decoder's states (B, T, C) and the encoder's (B, S, C)."""
        memory = self.encoder(self.token_embedding(source))
        start = torch.full_like(targets[:, :1], self.config.vocab_size)
        shifted = torch.cat([start, targets[:, :-1]], dim=1)  # (B, T)
        return self.decoder(self.token_embedding(shifted), memory[:, -1]), memory

    def look_back(self, states: Tensor, memory: Tensor) -> Tensor:
        """What the head reads at every step: here the decoder's state alone."""
        return states


@explains(config="with cell")
class AttentiveSeq2Seq(Seq2Seq):
    """The same, but every step may look back at all states of the encoder, not only the last."""

    def __init__(self, config: RNNConfig):
        super().__init__(config)
        self.head = nn.Linear(2 * config.n_embd, config.vocab_size)

    def look_back(self, states: Tensor, memory: Tensor) -> Tensor:
        """The state beside the average of the memory, weighted by similarity: (B, T, 2C)."""
        return torch.cat([states, cross_weights(states, memory) @ memory], dim=-1)


@explained(states="stream B T C alike", memory="stream B S C alike")
def cross_weights(states: Tensor, memory: Tensor) -> Tensor:
    """Where every step of the decoder looks: (B, T, C), (B, S, C) -> (B, T, S); rows sum to 1."""
    everywhere = masks.full(states.shape[1], memory.shape[1]).to(states.device)
    return attention_weights(states, memory, everywhere)
