"""How much of a written text stands word for word in another one: recited, not composed.

Notebook *Mixture of experts in GPT*.
"""

from helpers.basics.kinds import need
from helpers.basics.signature import signed


@signed()
def longest_runs(written: str, text: str) -> list[int]:
    """For every place of `written`, how many of the next characters stand together in `text`.

    One number per character; after a run of n a run of at least n - 1 follows. ValueError without
    a text to look in.

    >>> longest_runs("to see", "to be or not to see")
    [6, 5, 4, 3, 2, 1]
    >>> longest_runs("to bee", "to be or not")
    [5, 4, 3, 2, 1, 1]
    """
    need(text, "text", "have at least one character", text, "Try the text of the training.")
    runs, length = [], 0
    for start in range(len(written)):
        length = max(length - 1, 0)
        while start + length < len(written) and written[start : start + length + 1] in text:
            length += 1
        runs.append(length)
    return runs


@signed()
def recited_share(written: str, text: str, least: int = 50) -> float:
    """The share of the characters that lie inside a run of `least` or more that `text` has, too.

    From 0, and 0 for an empty text, to 1 for a piece of `text` at least so long. ValueError for
    a `least` below 1, and without a text to look in.

    >>> recited_share("to be!", "to be or not", least=4)  # all but the last of six
    0.8333333333333334
    """
    need(least >= 1, "least", "be a whole number from 1 on", least, "Try 50.")
    inside, end = 0, 0
    for start, length in enumerate(longest_runs(written, text)):
        if length >= least:
            inside, end = inside + start + length - max(end, start), start + length
    return inside / max(len(written), 1)
