"""What the notebook Generate plots: whole, plausible, and made again by the same recipe."""

import json

import pytest
from kernel_environment import ROOT
from recipes import sampling

NAME = "sampling_playwright"
SETTINGS = sampling.RECIPES[NAME]
ROWS = json.loads((ROOT / "data" / "runs" / f"{NAME}.json").read_text())["rows"]


def test_there_is_a_row_for_every_cut_and_temperature_and_no_text_is_longer_than_written():
    expected = [(cut, T) for cut in SETTINGS["cuts"] for T in SETTINGS["temperatures"]]
    assert [(row["cut"], row["temperature"]) for row in ROWS] == expected
    for row in ROWS:
        assert len(row["right"]) == len(SETTINGS["seeds"])
        assert all(0 < right <= SETTINGS["characters"] for right in row["right"])


def test_a_seed_comes_out_again(monkeypatch):
    """Nearly: another processor may draw another character where two chances lie close together."""
    monkeypatch.chdir(ROOT)
    (row,) = [r for r in ROWS if (r["cut"], r["temperature"]) == ("no cut", 1.5)]
    assert sampling.one(SETTINGS, 0, 1.5, "no cut") == pytest.approx(row["right"][0], abs=12)
