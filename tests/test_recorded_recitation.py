"""The recorded recitation: three trainings that differ in one thing each, and a control."""

import json

import pytest
import torch
from kernel_environment import ROOT
from recipes import recitation

from helpers.text import playwright

NAME = "recitation_playwright"
SETTINGS = recitation.RECIPES[NAME]
FEW, DROPPED, MUCH = SETTINGS["models"]


@pytest.fixture(scope="module")
def record():
    return json.loads((ROOT / "data" / "runs" / f"{NAME}.json").read_text())


def test_every_model_has_every_number_from_every_seed(record):
    assert list(record["models"]) == list(SETTINGS["models"])
    for run in (*record["models"].values(), *record["controls"].values()):
        assert {len(values) for values in run.values()} == {len(SETTINGS["seeds"])}


def test_the_models_begin_alike_and_differ_in_one_thing():
    few, dropped, much = (recitation.build(SETTINGS, name, 0) for name in SETTINGS["models"])
    for one, other in ((few, dropped), (few, much)):
        for a, b in zip(one.parameters(), other.parameters(), strict=True):
            assert torch.equal(a, b)
    assert (few.config.dropout, dropped.config.dropout, much.config.dropout) == (0, 0.2, 0)
    assert recitation.text_of(1_000_000).startswith(recitation.text_of(4_000))


def test_only_who_reads_little_over_and_over_recites(record):
    models = record["models"]
    assert min(models[FEW]["share"]) > 3 * max(models[DROPPED]["share"])
    honest = [share for run in record["controls"].values() for share in run["share"]]
    assert min(models[FEW]["share"]) > 3 * max(models[MUCH]["share"] + honest)


def test_the_new_texts_come_out_again(record):
    texts = recitation.composed(SETTINGS, 0)
    assert len(set(texts)) == SETTINGS["texts"]
    assert not {*texts} & {*recitation.composed(SETTINGS, 1)}
    assert min(len(text) for text in texts) >= SETTINGS["written"]
    control = record["controls"]["new text, in 4,000"]
    found = recitation.verbatim(texts, recitation.text_of(4_000), SETTINGS["least"])
    assert found == {key: values[0] for key, values in control.items()}


def test_texts_are_counted_without_the_newline_before_them():
    torch.manual_seed(0)
    small = SETTINGS | {"texts": 2, "written": 5}
    texts = recitation.written(recitation.build(small, FEW, 0), small, 0)
    assert [len(text) for text in texts] == [5, 5]
    text = playwright.write(300, 5)
    assert recitation.verbatim([text[:100], "§" * 100], text, 50) == {"longest": 100, "share": 0.5}
