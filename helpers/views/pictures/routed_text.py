"""Text coloured by the expert each token asks, and how much work each expert gets.

A digit under every token says the same as its colour; a token that finds its expert full has a ×
and no colour. The colours lie thin over the page, as in `helpers.views.pictures.surprisal_text`.
"""

import html
from collections import Counter
from collections.abc import Mapping, Sequence

from helpers.views.drawing import Picture, counted, given, glyph, listed, spoken
from helpers.views.drawing.palette import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION, triple
from helpers.views.pictures.surprisal_text import SMALL_PRINT

TINTS = [*map(triple, (BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY, "#CDBE1E", "#808080"))]
# yellow and grey for the seventh and eighth expert; then again from the first
LONGEST = 260  # CSS pixels of the longest bar
TEXT = "font-family:monospace;font-size:14px;max-width:760px;margin:4px 0 10px;line-height:1"
CELL = "display:inline-block;text-align:center;min-width:9px;padding:1px 0 0;margin:0 1px 3px 0"
DIGIT = "font-size:11px;line-height:12px"
FULL = "border:1px dashed rgba(128,128,128,.9)"
EDGE = "border:1px solid transparent"  # as wide as a full expert's, so that no line is broken anew
NOBODY = -1  # the place of an expert where a token asks none


def routed_text(
    tokens: Sequence[str],
    experts: Sequence[int],
    kept: Sequence[bool],
    loads: Mapping[str, Sequence[int]],
    title: str = "",
    measures: Mapping[str, str] | None = None,
) -> Picture:
    """Each token on its expert's colour, and below it a bar for every expert's load.

    experts: one of 0 … E-1 per token, or NOBODY; kept: False where the expert was full. loads:
    "asked", choices per expert (E,), and "taken", those that found room. measures: name -> value,
    written beside the load. ValueError if the lengths do not fit.
    """
    _check(tokens, experts, kept, loads)
    asked, taken = sum(loads["asked"]), sum(loads["taken"])
    facts = [f"{name} {value}" for name, value in (measures or {}).items()]
    facts.append(f"{asked - taken} of {asked} choices dropped")
    often = _often(tokens, experts, len(loads["asked"]))
    body = "".join(_word(word) for word in _words(list(zip(tokens, experts, kept, strict=True))))
    markup = f'<p style="{SMALL_PRINT}"><b>{html.escape(title)}</b></p>' if title else ""
    markup += f'<div style="{TEXT}">{body}</div>'
    markup += f'<p style="{SMALL_PRINT}">{html.escape(" · ".join(facts))}</p>'
    alt = _say(title, len(tokens), facts, loads, often)
    return Picture(alt, markup=markup + _bars(loads, often))


def _say(title: str, n: int, facts: list[str], loads, often: list[list[str]]) -> str:
    """The alternative text: sizes, measures, each expert's share and favourite tokens."""
    asked, all_asked = loads["asked"], max(1, sum(loads["asked"]))
    tokens = f"{counted(n, 'token')}, {len(asked)} experts"
    shares = [f"{e} {count / all_asked:.0%}" for e, count in enumerate(asked)]
    mostly = [f"{e} mostly {listed(names)}" for e, names in enumerate(often) if names]
    head = f"{title or 'Text by expert'}. {tokens}. {'; '.join(facts)}."
    return f"{head} Load by expert: {', '.join(shares)}. {'; '.join(mostly)}."


def _check(tokens, experts, kept, loads) -> None:
    lengths = {"tokens": len(tokens), "experts": len(experts), "kept": len(kept)}
    E, taken = len(loads["asked"]), len(loads["taken"])
    fits = len(tokens) and set(lengths.values()) == {len(tokens)} and taken == E
    rule = f"Every token needs an expert below {E} and a word whether it was kept"
    got, advice = f"{lengths} and {taken} loads", "Try one layer's and one text's routing."
    given.must(fits and all(NOBODY <= e < E for e in experts), rule, got, advice)


def _words(cells: list[tuple[str, int, bool]]) -> list[list[tuple[str, int, bool]]]:
    """Cut after blanks and line ends, so that a line is never broken within a word.

    A blank line stands beside the line that it follows.
    """
    words: list[list] = [[]]
    for cell in cells:
        blank_line = cell[0] == "\n" and len(words) > 1 and not words[-1]
        words[-2 if blank_line else -1].append(cell)
        if cell[0].isspace() and not blank_line:
            words.append([])
    return [word for word in words if word]


def _word(cells: list[tuple[str, int, bool]]) -> str:
    ends_line = "\n" in cells[-1][0]
    body = "".join(_cell(*cell) for cell in cells)
    return f'<span style="white-space:nowrap">{body}</span>' + ("<br>" if ends_line else " ")


def _cell(token: str, expert: int, kept: bool) -> str:
    looks = FULL if not kept or expert == NOBODY else f"{EDGE};background-color:{_tint(expert)}"
    digit = "·" if expert == NOBODY else str(expert) if kept else "×"
    pale = ";opacity:.55" if token.isspace() else ""
    shown = f'<span style="line-height:14px{pale}">{html.escape(glyph(token))}</span>'
    mark = f'<span style="{DIGIT}">{digit}</span>'
    return f'<span style="{CELL};border-radius:3px;{looks}">{shown}<br>{mark}</span>'


def _tint(expert: int, opacity: float = 0.42) -> str:
    return f"rgba({TINTS[expert % len(TINTS)]},{opacity})"


def _often(tokens: Sequence[str], experts: Sequence[int], n_expert: int) -> list[list[str]]:
    """For each expert the three tokens that it is asked for most often, as words."""
    counts = [Counter() for _ in range(n_expert)]
    for token, expert in zip(tokens, experts, strict=True):
        if expert != NOBODY:
            counts[expert][token] += 1
    return [[t if t.isalnum() else spoken(t) for t, _ in each.most_common(3)] for each in counts]


def _bars(loads: Mapping[str, Sequence[int]], often: list[list[str]]) -> str:
    asked, taken = loads["asked"], loads["taken"]
    even = sum(asked) / len(asked)
    unit = LONGEST / max(*asked, even, 1)
    rows = [_row("even share", _bar(even * unit, "rgba(128,128,128,.45)"), f"{even:.0f}", "")]
    for e, (n, kept) in enumerate(zip(asked, taken, strict=True)):
        bar = _bar(kept * unit, _tint(e, 0.75)) + _bar((n - kept) * unit, "")
        count = f"{n}" if n == kept else f"{kept} of {n}"
        mostly = f"mostly {listed(often[e])}" if often[e] else ""
        rows.append(_row(f"expert {e}", bar, count, mostly))
    table = '<table style="font-size:13px;border:0;margin:4px 0 0"><tbody>'
    return f"{table}{''.join(rows)}</tbody></table>"


def _bar(width: float, colour: str) -> str:
    looks = f"background-color:{colour}" if colour else f"{FULL};box-sizing:border-box"
    if width < 0.5:
        return ""
    return f'<span style="display:inline-block;height:9px;width:{width:.0f}px;{looks}"></span>'


def _row(name: str, bar: str, count: str, often: str) -> str:
    cell = '<td style="padding:1px 10px 1px 0;text-align:left;white-space:nowrap'
    plain = "".join(f'{cell}">{each}</td>' for each in (name, bar, count))
    return f'<tr>{plain}{cell};opacity:.75">{html.escape(often)}</td></tr>'
