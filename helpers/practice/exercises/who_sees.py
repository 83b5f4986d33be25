"""Exercise of the notebook *Summary*: which tokens an output may depend on."""

import torch

from helpers.practice.exercise import Exercise


def who_sees(reader, T):
    everything = torch.ones(T, T, dtype=torch.bool)
    return everything if reader in ("encoder", "BERT") else everything.tril()


def _masked(*readers, mask=torch.Tensor.tril):
    """An answer in which these readers are masked, and no others."""

    def sees(reader, T):
        everything = torch.ones(T, T, dtype=torch.bool)
        return mask(everything) if reader in readers else everything

    return sees


SLIPS_OF_SIGHT = {
    "the Transformer's own decoder is masked as well: it writes from left to right.": (
        _masked("GPT")
    ),
    "GPT is a decoder: no output of it may see what comes later.": _masked("decoder"),
    "BERT is an encoder: it sees both sides.": _masked("decoder", "GPT", "BERT"),
    "the encoder sees the whole source at once.": _masked("decoder", "GPT", "encoder"),
    "a row is an output, a column is a token that it sees; yours see the future only.": (
        _masked("decoder", "GPT", mask=torch.Tensor.triu)
    ),
    "output t is what follows token t, so it may depend on token t itself.": (
        _masked("decoder", "GPT", mask=lambda table: table.tril(-1))
    ),
}
check_who_sees = Exercise(
    "21 Who may see what",
    "reader ('encoder', 'decoder', 'BERT' or 'GPT'), T -> a table (T, T) of True and False.",
    who_sees,
    cases={
        f"the table of {reader}": (reader, 4) for reader in ("encoder", "decoder", "BERT", "GPT")
    },
    slips=SLIPS_OF_SIGHT,
    right=[
        _masked("decoder", "GPT"),
        lambda reader, T: [
            [s <= t or reader in "encoder BERT" for s in range(T)] for t in range(T)
        ],
    ],
    hints=[
        "Two of the four write a text from left to right; the other two read a whole one.",
        "Where all is seen, the table is True everywhere; else row t is True up to column t.",
        "`torch.ones(T, T, dtype=torch.bool)`, and `.tril()` for the two that write.",
    ],
)
