"""changed_token: what is coloured is what the table says, and orange is what a leak looks like."""

import pytest
import torch

from helpers.views.widgets import changed_token

TEXT = "ab\nd"
CAUSAL = torch.ones(4, 4, dtype=torch.bool).triu()  # row: the changed token, column: the answer
LEAKY = torch.ones(4, 4, dtype=torch.bool).triu(-1)
BLUE, ORANGE = 'fill="#0072B2"', 'fill="#E69F00"'


def test_by_hand_a_causal_model_moves_no_answer_before_the_change():
    explorer = changed_token({"B": CAUSAL, "C": LEAKY}, TEXT, changed=2)
    said = "B: token 2, newline, is changed. Of the answers from it on 2 move, none before it."
    assert explorer.picture.alt == said
    assert explorer.picture.markup.count(BLUE) == 2 and ORANGE not in explorer.picture.markup


def test_by_hand_a_leak_is_orange_and_is_said():
    explorer = changed_token({"B": CAUSAL, "C": LEAKY}, TEXT, "C", changed=2)
    assert explorer.picture.alt.endswith("from it on 2 move, 1 before it: a leak.")
    assert explorer.picture.markup.count(ORANGE) == 1


def test_the_map_holds_every_row_of_the_table():
    one, other = (changed_token({"E": table}, TEXT, changed=0) for table in (CAUSAL, LEAKY))
    assert one.picture.alt == other.picture.alt  # row 0 is the same
    assert one.picture.markup != other.picture.markup


def test_every_control_changes_the_picture():
    assert min(changed_token({"B": CAUSAL, "C": LEAKY}, TEXT).answers().values()) > 1


def test_it_refuses_a_table_of_another_text():
    with pytest.raises(ValueError, match=r"a table \(3, 3\).*got shapes .*Try it with the text"):
        changed_token({"B": CAUSAL}, "abc")
