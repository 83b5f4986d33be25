"""A text under several tokenizers: characters, our merges as many as you like, published ones."""

import functools
from collections.abc import Mapping

import ipywidgets

from helpers.basics.signature import signed
from helpers.text.bpe import BPETokenizer
from helpers.views.drawing.given import must
from helpers.views.drawing.picture import Picture
from helpers.views.pictures.token_strip import token_strip
from helpers.views.widgets import reading
from helpers.views.widgets.explorer import Explorer

CHARACTERS, OURS = "characters", "our merges"
STOPS = (0, 1, 2, 3, 5, 8, 12, 20, 35, 60, 100, 170, 300, 500, 900, 1500, 2500, 4500, 8000, 15_000)


@signed()
def tokenizer_explorer(
    ours: BPETokenizer, text: str, published: Mapping[str, object] | None = None
) -> Explorer:
    """Cut a text of the reader's into tokens, and count what each way of cutting it costs.

    published: name -> tokenizer with .encode and .token_bytes, say GPT-2's where it is at hand.
    The slider stops our own training after so many merges.
    """
    merges = len(ours.tokens) - 256
    stops = [*(stop for stop in STOPS if stop < merges), merges]
    published = published or {}
    return Explorer(
        _drawing(ours, published),
        pairs=[("tokenizer", "merges")],
        text=ipywidgets.Textarea(value=text, rows=4, description="text"),
        tokenizer=ipywidgets.Dropdown(options=[OURS, CHARACTERS, *published], value=OURS),
        merges=ipywidgets.SelectionSlider(options=stops, value=merges, description="merges"),
    )


def _drawing(ours: BPETokenizer, published: Mapping[str, object]):
    stopped = functools.cache(lambda merges: ours.first(256 + merges))

    def cut(name: str, text: str, merges: int) -> tuple[list[bytes], list[int]]:
        if name == CHARACTERS:
            return [c.encode() for c in text], [ord(c) for c in text]
        tokenizer = stopped(merges) if name == OURS else published[name]
        ids = reading.tokens_of(tokenizer, text)
        return tokenizer.token_bytes(ids), ids

    def draw(text: str, tokenizer: str, merges: int) -> Picture:
        must(text, "The text must have at least one character", "an empty text", "Type some.")
        cuts = {name: cut(name, text, merges) for name in (CHARACTERS, OURS, *published)}
        titles = {name: f"{merges:,} merges" if name == OURS else name for name in cuts}
        others = {titles[name]: len(ids) for name, (_, ids) in cuts.items() if name != tokenizer}
        return token_strip(*cuts[tokenizer], titles[tokenizer], others)

    return draw
