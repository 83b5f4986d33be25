"""What may come next, everywhere in a text at once: the truth as a teacher.

`playwright.next_char_probs` answers for the end of one text; here one reading answers for all
places. Notebook *Adapt a model*.
"""

import torch
from torch import Tensor

from helpers.basics.borders import takes
from helpers.text import playwright
from helpers.text.playwright.grammar import Options
from helpers.text.playwright.pens import EndOfText, Reader


class Foresight(Reader):
    """A Reader that also notes, before every character, which ones were possible."""

    def __init__(self, text: str):
        super().__init__(text)
        self.possible: list[dict[str, float]] = []

    def literal(self, text: str) -> None:
        """What is no choice has probability 1, character by character."""
        super().literal(text)
        self.possible += [{character: 1.0} for character in text]

    def choose(self, options: Options) -> str:
        """Before each character of the string that stands here: all that could follow."""
        string = super().choose(options)
        self.possible += _steps(options, string)
        return string

    def _stop(self, options: Options) -> None:
        begun = self.at
        try:
            super()._stop(options)
        except EndOfText:
            self.possible += _steps(options, self.text[begun : self.at])
            raise


def _steps(options: Options, string: str) -> list[dict[str, float]]:
    return [options.following(string[:k]) for k in range(len(string))]


@takes(text="text", tokenizer="with characters")
def next_probs(text: str, tokenizer) -> Tensor:
    """P(character | all before it) for every character of a text: (N, V), exactly.

    Row n is the distribution before character n; each sums to 1. tokenizer: a CharTokenizer, whose
    ids number the columns. ValueError for a text that the Playwright cannot write.
    """
    reader = Foresight(text)
    reader.follow(playwright.grammar())
    probs = torch.zeros(len(text), tokenizer.vocab_size, dtype=torch.float64)
    for n, possible in enumerate(reader.possible):
        probs[n, tokenizer.encode("".join(possible))] = torch.tensor(
            [*possible.values()], dtype=torch.float64
        )
    return probs
