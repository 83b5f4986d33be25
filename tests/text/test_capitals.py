"""A hundred countries with a capital each."""

from helpers.text.tasks.capitals import CAPITALS


def test_there_are_a_hundred_and_each_is_a_name():
    assert len(CAPITALS) == 100
    for name in (*CAPITALS, *CAPITALS.values()):
        assert name == name.strip() and name[0].isupper() and ":" not in name


def test_some_are_known():
    known = {"France": "Paris", "Australia": "Canberra", "Madagascar": "Antananarivo"}
    assert known.items() <= CAPITALS.items()
