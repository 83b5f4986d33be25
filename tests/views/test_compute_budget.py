"""compute_budget: the best size is the lowest point, and a choice costs what the law says."""

import re

import pytest

from helpers.theory.scaling import BESIROGLU, HOFFMANN
from helpers.views.widgets import compute_budget
from helpers.views.widgets.compute_budget import BUDGETS, LAWS, SIZES

TOLD = r"{}: ([\d.,e+-]+) billion parameters, ([\d.,e+-]+) billion tokens, .*?; loss ([\d.]+)\."


def told(explorer, name):
    """Billions of parameters and of tokens, and the loss, as the description tells them."""
    found = re.search(TOLD.format(name), explorer.picture.alt).groups()
    return [float(n.replace(",", "")) for n in found]


def test_gpt3_at_its_own_budget_stands_above_the_lowest_point():
    explorer = compute_budget()
    size, tokens, loss = told(explorer, "Yours")
    assert (size, tokens) == pytest.approx((175, 300), rel=0.01)
    assert loss == pytest.approx(HOFFMANN.loss(175e9, 300e9), abs=0.0011)
    best, tokens, least = told(explorer, "Best")
    assert (best, tokens) == pytest.approx((24.5, 2140), rel=0.01) and least < loss


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("budget", [1e18, 5.76e23, 1e26])
def test_no_other_size_is_better_than_the_best(law, budget):
    explorer = compute_budget(budget, law=law)
    least = told(explorer, "Best")[2]
    assert least <= 0.0006 + min(LAWS[law].loss(N, budget / 6 / N) for N in SIZES)


def test_only_the_refitted_law_gives_chinchilla():
    best = [told(compute_budget(5.76e23, law=law), "Best")[0] for law in LAWS]
    assert best == pytest.approx([32, 72], rel=0.02)
    assert list(LAWS.values()) == [HOFFMANN, BESIROGLU]


def test_every_control_changes_the_picture():
    assert min(compute_budget().answers().values()) > 1


@pytest.mark.parametrize("start", [{"budget": 1e17}, {"size": 1e5}, {"law": "Kaplan"}])
def test_an_impossible_start_is_refused(start):
    with pytest.raises(ValueError, match="Try compute_budget"):
        compute_budget(**start)
    assert BUDGETS == (1e18, 1e26)
