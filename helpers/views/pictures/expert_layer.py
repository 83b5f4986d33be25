"""A layer of experts as a drawing: tokens, the router's weights, the experts' places, the sum.

Left to right, in the order in which the layer works. A line carries a token to an expert and the
answer back; the thicker it is, the more the answer counts. A frame is a place, a × a token that
found none.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from helpers.views.drawing import Picture, counted, given, glyph, listed, spoken, svg
from helpers.views.drawing.palette import GRID, INK, QUIET, VERMILLION
from helpers.views.pictures.routed_text import TINTS

STAGES = ("tokens", "router", "places", "sum")
WIDTH, TOP, ROW = 940, 76, 32  # CSS pixels: the sheet, where the rows begin, a row
TOKEN, GRID_LEFT, EXPERT, ANSWER = 46, 112, 500, 846  # where each part begins
CELL, PLACE, SLOTS = 34, 24, 10  # a weight, a place, and how many places fit
MOST_TOKENS, MOST_EXPERTS = 12, 8


class Routed(NamedTuple):
    """What one layer does with a text: probs, gates and taken, (N, E) each, and places per expert.

    probs: the router's softmax; gates: the weights of the chosen; taken: the same, 0 where a token
    found no place. places None: no limit.
    """

    probs: Tensor
    gates: Tensor
    taken: Tensor
    places: int | None


def expert_layer(tokens: Sequence[str], routed: Routed, stage: int = 4, token: int = 0) -> Picture:
    """The layer up to a stage (1 tokens, 2 router, 3 places, 4 sum), one token picked out.

    tokens: N ≤ 12 symbols. ValueError unless the routing is (N, E) with E ≤ 8, and stage and token
    exist.
    """
    shapes, (N, E) = [tuple(part.shape) for part in routed[:3]], routed.gates.shape
    rule = f"{counted(len(tokens), 'token')} (at most {MOST_TOKENS}) need weights of 1 to 8 experts"
    fits = shapes == 3 * [(len(tokens), E)] and 0 < N <= MOST_TOKENS and 0 < E <= MOST_EXPERTS
    given.must(fits, rule, shapes, "Try the first 10 tokens and their logits.")
    rule = f"There are {len(STAGES)} stages, counted from 1, and {N} tokens, counted from 0"
    inside = 1 <= stage <= len(STAGES) and 0 <= token < N
    given.must(inside, rule, (stage, token), "Try stage=4, token=0.")
    parts = _tokens(tokens, token)
    parts += _router(routed, token) if stage > 1 else []
    parts += _places(tokens, routed, token, answers=stage > 3) if stage > 2 else []
    parts += _sums(tokens, routed, token) if stage > 3 else []
    parts += _stream(TOP + ROW * max(N, E) + 12) if stage > 3 else []
    foot = TOP + ROW * max(N, E) + 48
    said = _say(tokens, routed, stage, token)
    parts.append(svg.words(12, foot, said, 14))
    return Picture(_alt(tokens, routed, stage, said), markup=svg.document(WIDTH, foot + 16, parts))


def _middle(row: int) -> float:
    return TOP + ROW * (row + 0.5)


def _head(x: float, text: str, below: str, **look) -> list[str]:
    return [
        svg.words(x, 28, text, 15, font_weight="bold", **look),
        svg.words(x, 47, below, 11.5, fill=QUIET, **look),
    ]


def _tokens(tokens: Sequence[str], token: int) -> list[str]:
    parts = _head(12, "tokens", "out of attention")
    for row, each in enumerate(tokens):
        if row == token:
            parts.append(svg.rect(TOKEN - 15, _middle(row) - 14, 30, 28, "none", VERMILLION))
        parts.append(svg.touched([_symbol(TOKEN, row, each)], token=row))
    return parts


def _symbol(x: float, row: int, token: str, fill: str = INK, size: float = 16) -> str:
    return svg.words(x, _middle(row) + 5, glyph(token), size, fill=fill, text_anchor="middle")


def _router(routed: Routed, token: int) -> list[str]:
    """A cell for every token and expert: its probability, and a frame round the chosen ones."""
    parts = _head(GRID_LEFT, "router", "a probability per expert; framed: chosen")
    for e in range(routed.gates.shape[1]):
        parts.append(_number(GRID_LEFT + CELL * (e + 0.5), TOP - 8, str(e), QUIET))
    for row, (probs, gates) in enumerate(zip(routed.probs, routed.gates, strict=True)):
        for e, (p, gate) in enumerate(zip(probs.tolist(), gates.tolist(), strict=True)):
            parts += _cell(row, e, p, chosen=gate > 0, strong=row == token)
    return parts


def _cell(row: int, e: int, p: float, chosen: bool, strong: bool) -> list[str]:
    x, y = GRID_LEFT + CELL * e, _middle(row) - 12
    border = INK if chosen and strong else QUIET if chosen else "none"
    fill = f"rgba({TINTS[e]},{0.08 + 0.72 * p:.2f})"
    shown = f"{p:.2f}".removeprefix("0") if p < 0.995 else "1"
    box = svg.rect(x + 2, y, CELL - 4, 24, fill, border)
    return [box, _number(x + CELL / 2, _middle(row) + 4, shown, INK if chosen else QUIET)]


def _number(x: float, y: float, text: str, fill: str) -> str:
    return svg.words(x, y, text, 11, fill=fill, text_anchor="middle")


def _places(tokens: Sequence[str], routed: Routed, token: int, answers: bool) -> list[str]:
    """Every expert with its places, and a line from each token to those that it asks."""
    E, end = routed.gates.shape[1], GRID_LEFT + CELL * routed.gates.shape[1]
    back = EXPERT + 34 + PLACE * min(SLOTS, _widest(routed))
    limit = "no limit" if routed.places is None else f"{routed.places} each"
    parts = _head(EXPERT, "experts", f"places: {limit}")
    for n, e in routed.gates.nonzero().tolist():
        parts.append(_line((end + 2, n), (EXPERT - 4, e), routed, n, e, n == token))
        if answers and routed.taken[n, e]:
            parts.append(_line((back, e), (ANSWER - 20, n), routed, n, e, n == token))
    return parts + [part for e in range(E) for part in _expert(e, tokens, routed, token)]


def _widest(routed: Routed) -> int:
    """The most places that an expert has or is asked for."""
    return max(routed.places or 0, int(torch.count_nonzero(routed.gates, 0).max()))


def _line(start, end, routed: Routed, n: int, e: int, strong: bool) -> str:
    """A bent line between two rows, as thick as the weight; dashed to an expert that is full."""
    (x, y), (to_x, to_y) = (start[0], _middle(start[1])), (end[0], _middle(end[1]))
    half = (x + to_x) / 2
    bend = f"M{x:g} {y:g} C{half:g} {y:g} {half:g} {to_y:g} {to_x:g} {to_y:g}"
    wide = 1 + 5 * min(1.0, routed.gates[n, e].item())
    dash = "" if routed.taken[n, e] else ' stroke-dasharray="3 4"'
    look = f'stroke="rgb({TINTS[e]})" stroke-opacity="{0.95 if strong else 0.28}"'
    return f'<path d="{bend}" fill="none" stroke-width="{wide:.1f}" {look}{dash}/>'


def _expert(e: int, tokens: Sequence[str], routed: Routed, token: int) -> list[str]:
    """The expert's number, its places, and in each the token that has it; × for one too many."""
    y, asked = _middle(e), routed.gates[:, e].nonzero().flatten().tolist()
    n_places = len(asked) if routed.places is None else routed.places
    parts = [
        svg.rect(EXPERT, y - 13, 26, 26, f"rgb({TINTS[e]})"),
        _number(EXPERT + 13, y + 4, str(e), "white"),
    ]
    for i in range(min(SLOTS, max(n_places, len(asked)))):
        x = EXPERT + 30 + PLACE * i
        if i < n_places:
            parts.append(svg.rect(x + 1, y - 11, PLACE - 3, 22, "white", GRID))
        if i < len(asked):
            kept = routed.taken[asked[i], e] > 0
            fill = VERMILLION if not kept else INK if asked[i] == token else QUIET
            shown = glyph(tokens[asked[i]]) + ("×" if not kept else "")
            parts.append(
                svg.words(x + PLACE / 2, y + 5, shown, 13, fill=fill, text_anchor="middle")
            )
    return parts


def _sums(tokens: Sequence[str], routed: Routed, token: int) -> list[str]:
    parts = _head(ANSWER - 14, "sum", "of the answers")
    for row, each in enumerate(tokens):
        lost = not routed.taken[row].any()
        parts.append(_symbol(ANSWER, row, each, VERMILLION if lost else INK))
        parts.append(
            svg.words(ANSWER + 16, _middle(row) + 5, "+ 0" if lost else "+ y", 13, fill=QUIET)
        )
    return parts


def _stream(y: float) -> list[str]:
    """The way of x past the layer: the residual connection."""
    path = f"M{TOKEN} {y - 8:g} V{y:g} H{ANSWER + 26:g} V{y - 8:g}"
    drawn = f'<path d="{path}" fill="none" stroke="{QUIET}" stroke-width="2"/>'
    words = svg.words(
        WIDTH / 2,
        y + 14,
        "x passes by: the residual stream",
        11.5,
        fill=QUIET,
        text_anchor="middle",
    )
    return [drawn, words]


def _say(tokens: Sequence[str], routed: Routed, stage: int, token: int) -> str:
    """What happens to the token picked out, in a sentence."""
    name, gates = spoken(tokens[token]), routed.gates[token]
    best = [(gates[e].item(), e) for e in gates.argsort(descending=True).tolist() if gates[e] > 0]
    if stage == 1:
        return f"Attention hands on a vector for every token. We follow {name}."
    if stage == 2:
        said = f"expert {best[0][1]} with {routed.probs[token, best[0][1]]:.2f}" if best else "none"
        return f"The router gives {name} a probability for each expert; the largest: {said}."
    lost = [f"expert {e}" for _, e in best if not routed.taken[token, e]]
    if stage == 3:
        asked = listed([f"expert {e}" for _, e in best])
        return f"{name} asks {asked}." + (f" No place left at {listed(lost)}." if lost else "")
    terms = " + ".join(f"{g:.2f} · E{e}(x)" for g, e in best if routed.taken[token, e]) or "0"
    dropped = f" It was dropped by {listed(lost)}." if lost else ""
    return f"For {name}: y = {terms}, and the stream becomes x + y.{dropped}"


def _alt(tokens: Sequence[str], routed: Routed, stage: int, said: str) -> str:
    load = torch.count_nonzero(routed.gates, 0).tolist()
    lost = int(torch.count_nonzero(routed.gates) - torch.count_nonzero(routed.taken))
    head = f"A layer of {len(load)} experts, drawn up to its {STAGES[stage - 1]}"
    facts = f"{counted(len(tokens), 'token')}; asked: {listed(map(str, load))}; dropped: {lost}"
    return f"{head}. {facts}. {said}"
