"""What was recorded of adapting, chatting and distilling: whole, and begun again."""

import json

import pytest
from kernel_environment import ROOT
from recipes import adapting, adapting_english, chatting, distilling

from helpers.text import smollm

RUNS = ROOT / "data" / "runs"
FAMILIES = {
    "adapting_playwright": adapting,
    "chatting_playwright": chatting,
    "distilling_playwright": distilling,
    "adapting_english": adapting_english,
}


def record(name):
    return json.loads((RUNS / f"{name}.json").read_text())


@pytest.mark.parametrize("name", FAMILIES)
def test_a_record_tells_its_recipe_and_its_command(name):
    assert record(name)["recipe"] == FAMILIES[name].RECIPES[name]
    assert record(name)["command"] == f"python tools/record_runs.py {name}"


def test_every_method_was_run_at_every_rate_and_at_its_best_from_every_seed():
    found = record("adapting_playwright")
    for method, rates in found["recipe"]["methods"].items():
        rows = [r for r in found["rows"] if r["method"] == method and not r["old_text"]]
        first = {row["rate"]: row["new"][-1] for row in rows if row["seed"] == 0}
        assert {*first} == {*rates}
        best = min(first, key=first.get)
        assert sorted(r["seed"] for r in rows if r["rate"] == best) == found["recipe"]["seeds"]
        assert min(rates) < best < max(rates)  # the best is no end of what was tried


def test_all_begin_at_one_place_and_nothing_is_below_a_truth():
    rows = record("adapting_playwright")["rows"]
    assert len({(row["new"][0], row["old"][0]) for row in rows}) == 1
    assert all(min(row["new"]) > 0 and min(row["old"]) >= 0 for row in rows)


def test_a_short_run_comes_out_again():
    """The first 20 of 60 steps cannot be run alone: the rate falls with all of them."""
    settings = adapting.RECIPES["adapting_playwright"]
    world = adapting.World(settings)
    told = next(r for r in record("adapting_playwright")["rows"] if r["method"] == "rank 4")
    assert world.start == pytest.approx((told["new"][0], told["old"][0]), abs=0.003)
    stop = KeyboardInterrupt  # after the first look

    def measured(model):
        seen.append(adapting.World.measured(world, model))
        raise stop

    seen, world.measured = [], measured
    with pytest.raises(stop):
        adapting.tune(settings, world, "rank 4", told["rate"], 0)
    # Other processors, other digits; another seed or rate moves it by more
    assert seen[0] == pytest.approx((told["new"][1], told["old"][1]), abs=0.02)


def test_what_may_change_is_what_the_method_says():
    world = adapting.World(adapting.RECIPES["adapting_playwright"] | {"own_texts": 2})
    numbers = {row["method"]: row["numbers"] for row in record("adapting_playwright")["rows"]}
    for method in ("last layer", "rank 1"):
        model = adapting.opened(world.before, method)
        assert sum(p.numel() for p in model.parameters() if p.requires_grad) == numbers[method]


def test_a_chat_ends_if_and_only_if_the_end_was_a_target():
    for row in record("chatting_playwright")["rows"]:
        assert row["ended"] == (row["way"] not in ("before", "no end"))
        assert row["right"] <= row["begun"]


def test_the_ways_of_a_chat_differ_in_one_thing():
    exchanges = chatting.split(chatting.RECIPES["chatting_playwright"], 0)[0][:3]
    full, bare, endless, open_ = (
        chatting.lesson(way, exchanges) for way in ("all three", "no template", "no end", "no mask")
    )
    assert full[0].equal(endless[0]) and full[0].equal(open_[0])
    assert (full[1] != endless[1]).sum() == 3  # one end in each row
    counted = full[1] != -100
    assert open_[1][counted].equal(full[1][counted]) and (open_[1] != -100).sum() > counted.sum()
    assert bare[0].shape[1] == full[0].shape[1] - 2


def test_what_is_learned_and_what_is_asked_are_other_sums():
    learned, asked = chatting.split(chatting.RECIPES["chatting_playwright"], 1)
    assert not {*learned} & {*asked} and len({*learned, *asked}) == 48 + 64


def test_students_of_all_teachers_read_the_same_texts():
    settings = distilling.RECIPES["distilling_playwright"]
    lessons = [distilling.lesson(settings, 5, teacher, 0) for teacher in settings["teachers"]]
    assert all(x.equal(lessons[0][0]) for x, _ in lessons)
    by_characters, by_truth, by_gpt = (said for _, said in lessons)
    possible = by_truth.gather(-1, by_characters[..., None])
    assert (possible > 0).all()  # what is written was possible
    assert by_gpt.gather(-1, by_characters[..., None]).log().mean() > -1.5


def test_the_beginning_of_a_student_comes_out_again():
    settings = distilling.RECIPES["distilling_playwright"]
    told = next(r for r in record("distilling_playwright")["rows"] if r["teacher"] == "the truth")
    few = settings | {"looks": [10, 20]}
    unseen = distilling.texts(10, settings["length"], 1000)
    kl = distilling.learn(few, told["texts"], "the truth", told["rate"], 0, unseen)["kl"]
    assert told["kl"][0] < kl[1] < kl[0]


def test_the_english_model_reads_the_text_that_the_record_tells(needs_smollm):
    found = record("adapting_english")
    ids = smollm.load().encode(adapting_english.playwright.write(4000, seed=100))
    assert len(ids) == found["tokens"]


def test_the_english_model_learns_the_new_text_and_stays_above_its_truth():
    found = record("adapting_english")
    before, *after = found["rows"]
    assert before["forgotten"] == 0
    assert all(found["truth"] < row["bits"] < before["bits"] / 1.3 for row in after)
