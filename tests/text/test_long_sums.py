"""Long sums: the layouts hold the same answer, at the place that is said."""

import pytest
import torch

from helpers.text.tasks import long_sums

DAYS = torch.tensor([[4, 6, 5, 3], [0, 0, 1, 6]])


def test_the_partial_sums_by_hand():
    # 10, 15, 18 and 0, 1, 7 less the weeks
    assert long_sums.partial_sums(DAYS).tolist() == [[3, 1, 4], [0, 1, 0]]


@pytest.mark.parametrize("layout", long_sums.LAYOUTS)
@pytest.mark.parametrize("terms", [2, 3, 6])
def test_the_answer_stands_where_it_is_said_to(layout, terms):
    days = long_sums.draw(50, terms, torch.Generator().manual_seed(0))
    question, tail = long_sums.rows(days, layout)
    assert (tail[:, long_sums.answer_at(terms, layout)] == days.sum(1) % 7).all()
    assert (question[:, -1] == long_sums.EQUALS).all() and question.shape[1] == terms + 1
    assert tail.shape[1] == (1 if layout == "at once" else terms - 1)


def test_the_layouts_read_as_one_writes_them():
    def written(layout):
        return long_sums.spelled(torch.cat(long_sums.rows(DAYS[:1], layout), dim=1)[0])

    assert [written(layout) for layout in long_sums.LAYOUTS] == [
        "4653=4", "4653=..4", "4653=431", "4653=314",
    ]  # fmt: skip


def test_every_day_is_equally_likely():
    days = long_sums.draw(7_000, 2, torch.Generator().manual_seed(0))
    counts = torch.bincount(days.flatten(), minlength=7)  # 2,000 each, a deviation of 41
    assert len(counts) == 7 and (counts - 2000).abs().max() < 5 * 41


def test_it_refuses_an_unknown_layout_and_a_single_term():
    with pytest.raises(ValueError, match="layout must be one of"):
        long_sums.rows(DAYS, "by heart")
    with pytest.raises(ValueError, match="terms must be a whole number"):
        long_sums.draw(3, 1)
