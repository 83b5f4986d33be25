"""lora_rank: the picture says what the record says, and what was not run is said to be so."""

import json

import pytest
from kernel_environment import ROOT

from helpers.views.widgets import lora_rank
from helpers.views.widgets.lora_rank import grouped

ROWS = json.loads((ROOT / "data" / "runs" / "adapting_playwright.json").read_text())["rows"]


def test_the_end_of_a_way_is_the_mean_of_its_seeds():
    found = [r for r in ROWS if (r["method"], r["rate"], r["old_text"]) == ("rank 16", 0.01, False)]
    new, old = (sum(row[text][-1] for row in found) / 3 for text in ("new", "old"))
    assert f"rank 16, rate 0.01: new {new:.2f}, forgotten {old:.2f} (3 seeds)" in (
        lora_rank(ROWS).picture.alt
    )


def test_before_the_first_step_all_stand_at_one_place():
    explorer = lora_rank(ROWS)
    explorer.controls["steps"].value = 0
    assert explorer.picture.alt.count("new 1.99, forgotten 0.00") == 2


def test_the_best_rate_has_the_lowest_new_loss_and_the_others_stand_beside_it():
    runs = grouped(ROWS)
    rates = [runs["all weights", name][0]["rate"] for name in ("lower", "the best", "higher")]
    assert rates == [1e-3, 2e-3, 4e-3]


def test_what_was_not_run_is_said_to_be_so():
    explorer = lora_rank(ROWS)
    explorer.controls["learns"].value = "rank 16, with old text"
    assert "was not run" not in explorer.picture.alt
    explorer.controls["rate"].value = "higher"
    assert "rank 16, with old text was not run at such a rate" in explorer.picture.alt


def test_every_control_changes_the_picture():
    assert min(lora_rank(ROWS).answers().values()) > 1


@pytest.mark.parametrize("rows, start", [(ROWS, "rank 3"), ([], "rank 16")])
def test_an_impossible_start_is_refused(rows, start):
    with pytest.raises(ValueError, match="Try"):
        lora_rank(rows, start)
