"""The family tree: a line to every parent, years upwards, branches side by side."""

import pytest

from helpers.views import plots

FAMILY = {
    "root": (2017, "both", ""),
    "left": (2018, "one", "root"),
    "right": (2018, "two", "root"),
    "twin": (2018, "two", "root"),
    "heir": (2020, "two", "right"),
}


def places(ax):
    return {text.get_text(): text.get_position() for text in ax.texts}


def test_every_child_is_joined_to_its_parent():
    ax = plots.family_tree(FAMILY)
    at = places(ax)
    lines = {tuple(zip(*line.get_data(), strict=True)) for line in ax.lines}
    assert lines == {(at[parent], at[name]) for name, (_, _, parent) in FAMILY.items() if parent}


def test_years_go_up_and_branches_stand_side_by_side():
    at = places(plots.family_tree(FAMILY))
    assert {name: at[name][1] for name in FAMILY} == {n: year for n, (year, *_) in FAMILY.items()}
    assert at["root"][0] < at["left"][0] < at["right"][0] < at["twin"][0]
    assert at["both"][0] < at["one"][0] < at["two"][0]


def test_no_line_passes_through_the_box_of_a_brother_or_sister():
    at = places(
        plots.family_tree(
            {**FAMILY, "second": (2019, "one", "left"), "third": (2020, "one", "left")}
        )
    )
    assert at["second"][0] < at["left"][0] < at["third"][0]
    assert at["heir"][0] == at["right"][0]  # an only child stands above its parent


def test_the_description_lists_the_branches():
    assert plots.family_tree(FAMILY).get_label() == (
        "Family tree. both: root (2017); one: left (2018); "
        "two: right (2018), twin (2018) and heir (2020)."
    )


@pytest.mark.parametrize("parent", ["nobody", "heir"])
def test_a_parent_unknown_or_younger_is_refused(parent):
    with pytest.raises(ValueError, match=f"child .2019. with the parent '{parent}'"):
        plots.family_tree({**FAMILY, "child": (2019, "two", parent)})


def test_a_family_of_nobody_is_refused():
    with pytest.raises(ValueError, match="at least one member"):
        plots.family_tree({})
