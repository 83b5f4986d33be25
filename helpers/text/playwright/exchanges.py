"""What is going on: the kind of exchange that each character of a Playwright text stands in.

The author knows this label; a reader has to infer it from the words.
Used in notebooks *BERT, GPT and the mask* and *Mixture of experts in GPT*.
"""

from helpers.basics.borders import takes
from helpers.text.playwright import SPEECHES, grammar
from helpers.text.playwright.pens import Reader

HEADING, END = "enter", "exeunt"
KINDS = (HEADING, *SPEECHES, END)
PARTS_OF = {"more": "couplet", "praise": "couplet"}  # passages that go on with an exchange
UNDECIDED = "turn"  # the speaker's name; the words that show the kind come after it


@takes(text="text")
def passages(text: str) -> list[str]:
    """The name of the passage each character belongs to; see `playwright.PASSAGES`.

    ValueError unless the text is whole scenes by the Playwright.
    """
    if not text.endswith("Exeunt.\n\n"):
        raise ValueError(
            f"The text must be whole scenes, for only then is all of it known; it ends with "
            f"{text[-12:]!r}. Try playwright.write(n_chars, seed), uncut."
        )
    reader = Reader(text)
    reader.follow(grammar())
    begins = [*reader.passages, (len(text), "")]
    ends = [at for at, _ in begins[1:]]
    return [name for (at, name), end in zip(begins, ends, strict=False) for _ in range(end - at)]


@takes(text="text")
def exchanges(text: str) -> list[str]:
    """The kind of exchange each character stands in, one of KINDS.

    A speaker's name belongs to the exchange that it opens. ValueError as for `passages`.
    """
    kinds, following = [], ""
    for name in reversed(passages(text)):  # from the end, so that a name finds the kind after it
        following = following if name == UNDECIDED else PARTS_OF.get(name, name)
        kinds.append(following)
    return kinds[::-1]
