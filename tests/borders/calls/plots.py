"""Right calls of plots and of pictures made by hand, as notebooks show them."""

import torch

from helpers.learning.run import History
from helpers.views import plots
from helpers.views.drawing import pages
from helpers.views.drawing.picture import show
from helpers.views.pictures.clocks import turned_pair
from helpers.views.pictures.fetched import fetched
from helpers.views.pictures.judged_text import judged_text
from helpers.views.pictures.surprisal_text import surprisal_text
from helpers.views.pictures.text_arcs import text_arcs
from helpers.views.pictures.thin_change import thin_change
from helpers.views.pictures.token_strip import token_strip
from tests.borders.slips import call


def inside(*slips: str) -> str:
    """Slips of members that are none, however deep the lists."""
    return ", ".join(slip + " in it" * depth for slip in slips for depth in (1, 2, 3))


ANY_NUMBER, NAME = inside("negative", "zero"), inside("empty")  # of texts: a name may be empty


def of_plots():
    """One right call of each plot that notebooks show."""
    x, y = [1.0, 2.0, 4.0], [3.0, 2.0, 1.0]
    longer = {"x": ANY_NUMBER, "y": ANY_NUMBER, "ys": ANY_NUMBER, "curves": ANY_NUMBER}
    yield call(plots.bars, {"one": 1.0, "two": 2.0}, free={"values": ANY_NUMBER})
    yield call(plots.policies, "ab", {"p": [0.4, 0.6]}, free={"answers": "empty"})
    kinds = ["plain", "pre-norm"]
    yield call(plots.block_flows, kinds, free={"kinds": "one more"})
    yield call(plots.lines, x, {"loss": y}, free=longer)
    yield call(
        plots.repeats,
        x,
        {"loss": [y, y]},
        {"floor": 0.5},
        free=longer
        | {"floors": f"empty, none, {ANY_NUMBER}", "ys": f"{ANY_NUMBER}, one more in it"},
    )
    yield call(
        plots.cuts,
        {"a": 0.7, "b": 0.3},
        {"top-k 1": 1},
        ["a"],
        free={"possible": f"empty, one more, {NAME}", "kept": "empty"},
    )
    curves = ([0.3, 0.2, 0.1], [0.5, 0.4, 0.3], [0.2, 0.2, 0.2])
    yield call(plots.diversity, x, curves, free={"c": ANY_NUMBER, "curves": ANY_NUMBER})
    yield call(plots.diversity_panels, {"a": (x, curves)}, free={"panels": ANY_NUMBER})
    yield call(plots.error_parts, {"two": (0.1, 0.2, 0.3)})
    yield call(plots.stochastic_selector, [0.3, 0.7], 1, free={"chosen": "zero"})
    yield call(plots.expert_tree, [0.3, 0.7], [[0.5, 0.5], [0.1, 0.9]])
    yield call(
        plots.forward_pass,
        ["7", "2"],
        ["<start>", "seven", "<end>"],
        8,
        43,
        1,
        free={"source": f"one more, {NAME}", "target": f"one more, {NAME}"},
    )
    yield call(
        plots.frontier, [0.0, 1.0, 2.0], {"true": [0.0, 1.0, 1.5]}, free={"rewards": ANY_NUMBER}
    )
    yield call(plots.token_graphs, ["a", "b"], {"g": [[0, 0], [1, 0]]}, free={"tokens": NAME})
    yield call(
        plots.images,
        torch.rand(2, 4, 4),
        ["one", "two"],
        free={"titles": f"none, {NAME}", "sheets": "one more, transposed"},
    )
    yield call(
        plots.ladder,
        {"a": [1.0, 2.0], "b": [1.5]},
        {"floor": 0.5},
        free={"losses": f"{ANY_NUMBER}, one more in it", "floors": f"empty, none, {ANY_NUMBER}"},
    )
    history = History(steps=[0, 10], train_loss=[3.0, 2.0], val_loss=[3.0, 2.1], seconds=[0.0, 1.0])
    yield call(plots.losses, history, {"floor": 0.5}, free={"floors": f"empty, none, {ANY_NUMBER}"})
    yield call(
        plots.heatmap,
        [[0.1, 0.9], [0.5, 0.5]],
        ["a", "b"],
        ["c", "d"],
        free={
            "matrix": inside("negative", "zero", "NaN"),
            "rows": f"none, {NAME}",
            "columns": f"none, {NAME}",
        },
    )
    yield call(
        plots.heatmaps,
        {"one": [[0.1, 0.9], [0.5, 0.5]]},
        free={
            "matrices": inside("negative", "zero", "NaN", "one more"),
        },
    )
    yield call(plots.mask_panels, {"m": ([[True, False], [True, True]], ["a", "b"], ["a", "b"])})
    at = [0.0, 1.0]
    yield call(
        plots.density,
        at,
        at,
        [[1.0, 0.0], [0.0, 1.0]],
        free={"at": "negative in it", "heights": "negative in it"},
    )
    yield call(
        plots.points,
        x,
        y,
        x,
        {"line": y},
        free=longer | {"at": ANY_NUMBER, "curves": f"empty, none, {ANY_NUMBER}"},
    )
    yield call(
        plots.named_points,
        {"a": (1.0, 2.0), "b": (2.0, 1.0)},
        ["a"],
        free={"values": ANY_NUMBER, "marked": "empty, one more"},
    )
    laws = {"short": (1.0, 10.0, 0.3)}
    yield call(
        plots.power_laws,
        [1e3, 1e4],
        {"short": [[2.0, 2.1], [1.5]]},
        laws,
        0.25,
        free={
            "floor": "negative",
            "losses": inside("one more", "negative"),
            "laws": "negative in it in it",
        },
    )
    yield call(plots.encoder_decoder, "ab", "cd", torch.eye(2), free={"weights": "batch for one"})
    yield call(plots.unrolled, ["a", "b"], ["b", "c"], free={"inputs": NAME, "outputs": NAME})
    yield call(
        plots.family_tree,
        {"A": (2017, "one", ""), "B": (2018, "one", "A")},
        free={"members": "zero in it in it"},
    )


def of_pictures():
    """One right call of each picture made by hand that notebooks show."""
    yield call(
        turned_pair,
        0.3,
        0.2,
        3,
        (2, 7),
        free={
            "turn": "negative, swapped",
            "between": "negative",
            "starts": inside("zero"),
            "distance": "zero",
        },
    )
    yield call(fetched, [[0.0, 1.0], [1.0, 0.0]], "ab", "c")
    yield call(judged_text, {"greedy": ("abc", [1.0, 2.0])})
    yield call(surprisal_text, "abc", [1.0, 2.0, 0.5])
    yield call(
        text_arcs,
        ["a", "b"],
        [(1, 0, 0.5)],
        free={"tokens": f"one more, {NAME}", "arcs": f"empty, one more, {inside('zero')}"},
    )
    yield call(thin_change, 8, 6, 2)
    yield call(token_strip, [b"a", b"b"], [1, 2], free={"ids": "zero in it"})
    yield call(
        pages.folded,
        {"head": [("words", "name", "#there")]},
        free={"groups": f"{NAME}, one more in it"},
    )
    yield call(
        pages.tabulate,
        ["a", "b"],
        [["1", "2"]],
        free={"header": NAME, "rows": f"one more, {NAME}, {inside('none', 'number')}"},
    )
    yield call(show, plots.bars({"a": 1.0}), "words", free={"alt": "empty, none"})
