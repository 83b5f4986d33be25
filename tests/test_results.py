"""Results that are kept: renewed between two marks, in order, and nothing else touched."""

import json

import pytest
from results import Results

NAMES = ("first", "second")


@pytest.fixture
def results(tmp_path):
    (tmp_path / "page.md").write_text("before\n<<\nold\n>>\nafter\n", encoding="utf-8")
    return Results(
        file=tmp_path / "results.json",
        page=tmp_path / "page.md",
        marks=("<<", ">>"),
        names=NAMES,
        lines=lambda known: [f"{name} {result['n']}" for name, result in known.items()],
    )


def test_a_result_stands_between_the_marks_and_the_rest_of_the_page_stays(results):
    results.keep("second", {"n": 2})
    assert results.page.read_text(encoding="utf-8") == "before\n<<\nsecond 2\n>>\nafter\n"


def test_results_stand_in_the_order_of_their_names_and_the_last_one_counts(results):
    for name, n in (("second", 2), ("first", 1), ("second", 3)):
        results.keep(name, {"n": n})
    assert json.loads(results.file.read_text()) == {"first": {"n": 1}, "second": {"n": 3}}
    assert "<<\nfirst 1\nsecond 3\n>>" in results.page.read_text(encoding="utf-8")


def test_keeping_the_same_again_changes_no_byte(results):
    results.keep("first", {"n": 1})
    before = results.page.read_bytes(), results.file.read_bytes()
    results.keep("first", {"n": 1})
    assert (results.page.read_bytes(), results.file.read_bytes()) == before


def test_all_are_chosen_unless_some_are_named(results, monkeypatch):
    monkeypatch.setattr("sys.argv", ["program"])
    assert results.chosen("") == ["first", "second"]
    monkeypatch.setattr("sys.argv", ["program", "second"])
    assert results.chosen("") == ["second"]
