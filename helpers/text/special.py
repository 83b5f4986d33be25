"""Special tokens: names such as <|endoftext|> that stand for one token and are never plain text.

They say where a text ends, or who speaks. So they are kept whole where the program puts them, and
refused in a text that a user typed, unless the caller allows it. The two settings that decide this
are tiktoken's, and the same text gives the same ids there.
"""

import re
from collections.abc import Collection, Iterable

END = "<|endoftext|>"  # what GPT-2 puts behind every document
ALL = "all"


class WithSpecial:
    """A tokenizer some of whose tokens are special; a subclass has `encode_ordinary`.

    special: name -> id. The ids behind those of all other tokens, in the order of the names.
    """

    def __init__(self, names: Iterable[str], first: int):
        self.special = {name: first + i for i, name in enumerate(_checked(names))}

    @property
    def end_of_text(self) -> int | None:
        """The id of the token that ends a text; None where the vocabulary has none."""
        return self.special.get(END)

    def encode(
        self,
        text: str,
        allowed_special: Collection[str] | str = (),
        disallowed_special: Collection[str] | str = ALL,
    ) -> list[int]:
        """Text to ids. Special tokens that are allowed are kept whole, the longest where two begin.

        One that is disallowed is a ValueError; by default all are that are not allowed. What is
        neither is read as plain text. "all" means every special token.
        """
        if not self.special:
            return self.encode_ordinary(text)
        allowed = self.special if allowed_special == ALL else allowed_special
        refused = disallowed_special
        refuse(text, self.special.keys() - set(allowed) if refused == ALL else refused)
        pattern = names_pattern(self.special.keys() & set(allowed))
        ids: list[int] = []
        for i, part in enumerate(pattern.split(text) if pattern else [text]):
            ids += [self.special[part]] if i % 2 else self.encode_ordinary(part)
        return ids

    def encode_ordinary(self, text: str) -> list[int]:
        """Text to ids, special tokens read as plain text."""
        raise NotImplementedError


def names_pattern(names: Iterable[str]) -> re.Pattern | None:
    """What finds any of the names, the longest where two begin, in a group; None without names.

    >>> names_pattern(["<|end|>", "<|end|><|end|>"]).split("a<|end|><|end|><|end|>b")
    ['a', '<|end|><|end|>', '', '<|end|>', 'b']
    """
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest_first))})") if longest_first else None


def refuse(text: str, names: Iterable[str]) -> None:
    """ValueError if one of the names stands in the text."""
    pattern = names_pattern(names)
    if pattern and (found := pattern.search(text)):
        raise ValueError(
            f"A text must not hold special tokens that were not allowed; got {found[0]!r} at "
            f"position {found.start()}. Pass allowed_special={{{found[0]!r}}} to encode it as one "
            "token, or disallowed_special=() to read it as plain text."
        )


def _checked(names: Iterable[str]) -> list[str]:
    names = [names] if isinstance(names, str) else list(names)
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise ValueError(
            f"Special tokens must be names, none of them empty, each once; got {names}. "
            f"Try [{END!r}]."
        )
    return names
