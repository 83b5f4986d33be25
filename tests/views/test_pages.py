"""Pages: lists that fold and tables, whole in HTML and in plain text."""

import pytest

from helpers.views.drawing import pages

GROUPS = {
    "A & B": [("x < y", "a section", "n.ipynb#a?b&c")],
    "C": [("1", "s", "u"), ("2", "s", "u")],
}


def test_a_folded_list_counts_escapes_and_links():
    page = pages.folded(GROUPS)
    assert page.text == "3 claims in 2 groups. A & B: 1 claim; C: 2 claims."
    assert "<summary>A &amp; B: 1 claim</summary>" in page.html
    assert (
        '<li>x &lt; y <small>(<a href="n.ipynb#a?b&amp;c">a section</a>)</small></li>' in page.html
    )
    assert page.html.count("<li>") == 3 and page.html.count("<details style") == 2


def test_a_list_can_be_shown_open_and_of_other_things():
    page = pages.folded(GROUPS, noun="idea", unfold=True)
    assert page.html.count("<details open") == 2 and page.text.startswith("3 ideas in 2 groups")


@pytest.mark.parametrize("groups", [{}, {"a": []}])
def test_a_list_of_nothing_is_refused(groups):
    with pytest.raises(ValueError, match="at least one item"):
        pages.folded(groups)


def test_a_table_names_columns_and_rows_and_marks_what_differs():
    page = pages.tabulate(
        ["", "one", "two"], [("size", "1 < 2", "40,478\n≠ said: 40,000"), ("x", 3, 4)]
    )
    assert page.html.count('scope="col"') == 3 and page.html.count('scope="row"') == 2
    assert page.html.count("<td") == 4 and "1 &lt; 2" in page.html
    assert "40,478<br><small><b>≠ said: 40,000</b></small>" in page.html
    assert page.text.splitlines() == [
        "      one    two",
        "size  1 < 2  40,478 ≠ said: 40,000",
        "x     3      4",
    ]


def test_small_print_that_does_not_differ_is_not_bold():
    assert "1<br><small>note</small>" in pages.tabulate(["", "a"], [("x", "1\nnote")]).html


@pytest.mark.parametrize("rows", [[], [("x",)], [("x", 1, 2)]])
def test_a_table_with_a_row_of_another_length_is_refused(rows):
    with pytest.raises(ValueError, match="Every row needs 2 cells"):
        pages.tabulate(["", "a"], rows)


def test_a_page_shows_html_and_plain_text():
    page = pages.tabulate(["", "a"], [("x", "1")])
    assert page._repr_mimebundle_() == {"text/html": page.html, "text/plain": page.text}
