"""Masks side by side: a filled cell is a row that may look at a column."""

import pytest
import torch
from matplotlib.colors import to_rgba

from helpers.models import masks
from helpers.views import plots
from helpers.views.drawing import palette
from tests.views.drawn import area, pixels


def filled(ax):
    return [patch.get_facecolor() == to_rgba(palette.BLUE) for patch in ax.patches]


def test_cells_are_filled_where_the_row_may_look():
    mask = masks.prefix(3, 2)
    ax = plots.mask_panels({"prefix": (mask, "abc", "abc")})
    assert filled(ax) == mask.flatten().tolist()
    assert area(pixels(ax), palette.BLUE) > 1000


def test_rows_go_down_and_columns_go_right():
    ax = plots.mask_panels({"wide": (torch.ones(2, 3), ["one", "two"], "xyz")})
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places["one"][1] < places["two"][1] and ax.yaxis_inverted()
    assert places["x"][0] < places["y"][0] < places["z"][0]


def test_panels_do_not_overlap():
    ax = plots.mask_panels({n: (masks.full(2), ["thousand", "six"], "ab") for n in ("A", "B")})
    left, right = ax.patches[:4], ax.patches[4:]
    assert max(p.get_x() + p.get_width() for p in left) < min(p.get_x() for p in right)


def test_the_description_says_what_is_hidden():
    padded = torch.tensor([[1, 1, 0]] * 2)
    panels = {
        "encoder": (masks.full(2), "ab", "ab"),
        "decoder": (masks.causal(2), "ab", "ab"),
        "cross": (padded, "ab", ["4", "0", "<pad>"]),
    }
    assert plots.mask_panels(panels).get_label() == (
        "encoder: 2 by 2, everything may be looked at. decoder: 2 by 2, 3 of 4 cells may be looked "
        "at, those on the diagonal and below it. cross: 2 by 3, 4 of 6 cells may be looked at; "
        "hidden: <pad>."
    )


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"'m' of shape \(2, 2\) with 2 and 3 labels"):
        plots.mask_panels({"m": (masks.full(2), "ab", "abc")})
