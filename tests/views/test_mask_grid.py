"""The grid of a mask: each cell says who may look at whom, each row what it costs."""

import re

import pytest
import torch

from helpers.models import masks
from helpers.views.pictures.mask_grid import mask_grid

TEXT = "to <b"
WEIGHTS = torch.tensor([[1, 0, 0, 0], [0.3, 0.7, 0, 0], [0, 0, 1, 0], [0.25, 0.25, 0.25, 0.25]])
LOSSES, FLOORS = [2.0, 0.1, 1.5, 0.4], [0.5, 0.5, 0.5, 0.5]
BELOW = [False, True, False, False]


def cells(picture, row):
    """The cells of a row as (title, style, what is written)."""
    line = picture.markup.split("<tr")[row + 2]
    return re.findall(r'<td title="(.*?)" data-set=".*?" style="(.*?)">(.*?)</td>', line)


def grid(visible=None, weights=WEIGHTS, losses=LOSSES, floors=FLOORS, below=BELOW, **options):
    visible = masks.causal(4) if visible is None else visible
    return mask_grid(visible, weights, TEXT, losses, floors, below, **options)


def test_every_cell_tells_who_may_look_at_whom_and_how_much_is_taken():
    picture = grid()
    assert [written for *_, written in cells(picture, 1)] == [".30", ".70", "·", "·"]
    titles = [title for title, *_ in cells(picture, 1)]
    assert (
        titles[0]
        == "position 1 &#x27;o&#x27; may look at position 0 &#x27;t&#x27; and takes 0.30 from it"
    )
    assert titles[2].endswith("may not look at position 2 space")
    assert [written for *_, written in cells(picture, 0)][:1] == ["1"]


def test_a_view_of_the_future_is_framed_and_only_that():
    picture = grid(masks.prefix(4, 2))
    framed = [["solid rgb" in style for _, style, _ in cells(picture, t)] for t in range(4)]
    assert framed == (masks.prefix(4, 2).triu(1)).tolist()


def test_a_loss_that_is_too_low_says_how_far_below_the_truth_it_lies():
    rows = grid().markup.split("<tr")[2:]
    assert ["leak" in row for row in rows] == BELOW
    assert "<b>−0.40 leak</b>" in rows[1] and "+1.50" in rows[0] and "2.00" in rows[0]
    assert "leak" not in grid(below=None).markup


def test_bars_are_as_long_as_the_losses():
    widths = [
        int(w) for w in re.findall(r"height:12px;width:(\d+)px;back", grid(floors=None).markup)
    ]
    assert widths == [30, 2, 22, 6]  # 90 pixels are six nats


def test_the_distance_from_the_truth_has_a_scale_of_its_own():
    found = re.findall(r"top:3px;left:(\d+)px;height:12px;width:(\d+)px", grid().markup)
    # 45 pixels are one nat, more is cut: 1.5 above, .4 below, 1 above, .1 below
    assert [tuple(map(int, f)) for f in found] == [(45, 45), (27, 18), (45, 45), (40, 4)]
    assert "nats below | above the truth" in grid().markup
    assert "truth" not in grid(floors=None).markup.partition("<p")[0]


def test_the_columns_say_what_a_row_reads_and_what_it_predicts():
    head = grid().markup.split("<tr")[1]
    assert "reads, sees" in head and "predicts" in head


def test_the_description_tells_the_selected_row_the_means_and_the_remark():
    assert grid(selected=1, remark="All is well.").alt == (
        "Position 1 'o' may look at 0 't' and 1 'o'. Mean loss 1 nats, the truth pays 0.500. "
        "All is well."
    )
    blind = masks.causal(4)
    blind[2] = False
    alt = grid(blind, None, None, None, selected=2, remark="Position 2 sees nobody.").alt
    assert alt == "Position 2 space may look at nobody. Position 2 sees nobody."


def test_a_mask_that_cannot_be_used_shows_who_may_look_and_no_numbers():
    picture = grid(masks.causal(4).tril(-1), None, None, None)
    assert [written for *_, written in cells(picture, 2)] == ["●", "●", "·", "·"]
    assert "height:12px" not in picture.markup


def test_characters_that_mean_something_in_html_are_escaped():
    assert "&lt;" in grid().markup and "<</" not in grid().markup


def test_a_text_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"for 5 characters must be 4 by 4.*got \(3, 3\)"):
        grid(masks.causal(3))
