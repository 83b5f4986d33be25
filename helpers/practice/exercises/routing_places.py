"""Exercise of notebook *Mixture of experts in GPT*: the places of a full expert."""

import torch
from torch.nn import functional as F

from helpers.practice.exercise import Exercise


def kept(experts, n_expert, places):
    asked = torch.nn.functional.one_hot(experts, n_expert)  # (N, E)
    before = asked.cumsum(0) - asked  # how many asked each expert before this token
    return (before * asked).sum(1) < places


SLIPS_OF_THE_PLACES = {
    "this is the wrong way round: True where a token is dropped.": lambda *given: ~kept(*given),
    "the places are counted for all experts together; each has its own.": (
        lambda experts, E, places: torch.arange(len(experts)) < places
    ),
    "four experts share their places here; each has its own.": (
        lambda experts, E, places: torch.arange(len(experts)) < E * places
    ),
    "one place stays empty: a token counts itself among those before it.": (
        lambda experts, E, places: kept(experts, E, places - 1)
    ),
    "one too many is kept: the next token would be number places + 1.": (
        lambda experts, E, places: kept(experts, E, places + 1)
    ),
    "who comes last is kept; who comes first should be.": (
        lambda experts, E, places: kept(experts.flip(0), E, places).flip(0)
    ),
    "all tokens are kept.": lambda experts, E, places: experts >= 0,
    "an expert's place is not the token's: look at the expert that it asked.": (
        lambda experts, E, places: (F.one_hot(experts, E).cumsum(0) <= places).all(1)
    ),
    "one answer for each token is asked for, (N,).": (
        lambda experts, E, places: F.one_hot(experts, E) * kept(experts, E, places)[:, None]
    ),
    "the number of places is given; yours is always 2.": lambda experts, E, _: kept(experts, E, 2),
}
ASKED = torch.tensor([0, 2, 0, 0, 1, 2, 0, 2, 1, 1, 2])
check_kept = Exercise(
    "15 Who finds a place",
    "experts (N,), in order of arrival, n_expert, places per expert -> (N,), True where kept.",
    kept,
    cases={f"the answer for places = {places}": (ASKED, 4, places) for places in (2, 1, 3)},
    slips=SLIPS_OF_THE_PLACES,
    right=[
        lambda asked, E, places: [sum(asked[:t] == e) < places for t, e in enumerate(asked)],
        lambda experts, E, places: (experts[:, None] == experts).tril(-1).sum(1) < places,
    ],
    hints=[
        "A token finds a place if fewer than `places` tokens before it asked the same expert.",
        "`torch.nn.functional.one_hot(experts, n_expert)` is (N, E); its cumsum over the tokens, "
        "less itself, counts those before.",
        "A loop does as well: count for each expert how many have come.",
    ],
)
