"""What is going on: the kind of exchange that each character of a Playwright text stands in.

A label that a reader must find out, and that the author knows. Used in notebook 02.
"""

from helpers.text.playwright.pens import Reader
from helpers.text.playwright.play import SPEECHES, grammar

HEADING, END = "enter", "exeunt"
KINDS = (HEADING, *SPEECHES, END)
PARTS_OF = {"more": "couplet", "praise": "couplet"}  # passages that go on with an exchange
UNDECIDED = "turn"  # somebody's name; what is said, and so the kind, comes after it


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


def exchanges(text: str) -> list[str]:
    """The kind of exchange each character stands in, one of KINDS; errors as above.

    A speaker's name belongs to the exchange that it opens, so there the kind is still to come.
    """
    kinds, following = [], ""
    for name in reversed(passages(text)):
        following = following if name == UNDECIDED else PARTS_OF.get(name, name)
        kinds.append(following)
    return kinds[::-1]
