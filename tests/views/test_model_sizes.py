"""model_sizes: exact numbers for any GPT, and one clear sentence where there can be none."""

import pytest

from helpers.models.config import PRESETS, GPTConfig
from helpers.theory.hardware import GPUS, training_seconds
from helpers.theory.scaling import (
    attention_flops_per_token,
    count_parameters,
    optimizer_bytes,
    parameter_parts,
    training_flops,
)
from helpers.views.drawing.palette import BLUE, VERMILLION
from helpers.views.pictures.size_card import percent, size_card
from helpers.views.widgets import model_sizes
from tests.views import svg_seen

PARTS = {"token embedding": 600, "attention": 100, "feed-forward": 300}


def card(needed=10e9, memory=40e9):
    return size_card("gpt", PARTS, needed, memory, "A100", ["A line."])


def rectangles(picture, colour):
    drawn = svg_seen.shapes(picture.markup, "rect")
    return [svg_seen.box(r) for r in drawn if r.get("fill") == colour or r.get("stroke") == colour]


def test_the_card_says_every_count_and_share():
    alt = card().alt
    assert alt.startswith("gpt: 1,000 parameters. In token embedding 600 (60.0 %), attention 100")
    assert alt.endswith("10 GB. One A100 has 40 GB: it fits, and activations come on top. A line.")
    assert {"gpt: 1,000 parameters", "600", "60.0 %", "A line."} <= {*svg_seen.said(card().markup)}


def test_the_bar_is_divided_as_the_parameters_are():
    drawn = [svg_seen.box(r) for r in svg_seen.shapes(card().markup, "rect")]
    bar = [box for box in drawn if box[3] == 34 and box[2] > 1]
    assert [box[2] / 720 for box in bar] == pytest.approx([0.6, 0.1, 0.3])
    assert [box[0] for box in bar] == pytest.approx([20, 20 + 432, 20 + 504])


def test_what_does_not_fit_is_said_and_drawn_beyond_the_frame():
    fits, not_so = card(), card(needed=80e9)
    assert "80 GB. One A100 has 40 GB: too little." in not_so.alt
    (frame,), (filled,) = (
        rectangles(fits, "#222222"),
        [box for box in rectangles(fits, BLUE) if box[3] == 18],
    )
    assert (frame[2], filled[2]) == (720, 180)
    (frame,), (filled,) = (
        rectangles(not_so, "#222222"),
        [box for box in rectangles(not_so, VERMILLION) if box[3] == 18],
    )
    assert (frame[2], filled[2]) == (360, 720)


def test_a_share_that_is_almost_nothing_is_not_written_as_nothing():
    assert [percent(share) for share in (0, 0.0003, 0.006, 0.31)] == [
        "0.0 %",
        "below 0.1 %",
        "0.6 %",
        "31.0 %",
    ]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_shown_with_its_exact_numbers(name):
    explorer = model_sizes()
    explorer.controls["preset"].value = name
    config, alt = GPTConfig.preset(name), explorer.picture.alt
    assert alt.startswith(f"{name}: {count_parameters(config):,} parameters.")
    for part, count in parameter_parts(config).items():
        assert f"{part} {count:,} (" in alt


def test_operations_memory_and_time_are_those_of_the_theory():
    alt = model_sizes("gpt2", "A100 40 GB (2020)", gpus=8).picture.alt
    config = GPTConfig.preset("gpt2")
    count = count_parameters(config)
    flops = training_flops(count, 3e11)
    more = 3 * attention_flops_per_token(config) / 2 * 3e11  # forward, twice back; half is masked
    days = training_seconds(flops + more, GPUS["A100 40 GB (2020)"], 8, 0.4) / 86_400
    assert f"{optimizer_bytes(count) / 1e9:.3g} GB. One A100" in alt and "1.99 GB." in alt
    assert "6 × 124,439,808 × 300 billion = 2.24 × 10²⁰; attention adds 7.6 %" in alt
    assert more / flops == pytest.approx(0.076, abs=5e-4)
    assert f": {days:.3g} days." in alt


@pytest.mark.parametrize(
    ("control", "value", "said"),
    [
        ("n_layer", 24, "gpt2 with other sizes: 209,494,272 parameters"),
        ("n_head", 24, "768 channels in 24 heads of 32"),
        ("vocab_size", 40_478, "116,929,536 parameters"),
        ("block_size", 2048, "125,226,240 parameters"),
        ("tokens", 10**12, "× 1 trillion = 7.47 × 10²⁰"),
        ("gpu", "T4 (2018)", "of 65 × 10¹² operations a second"),
        ("gpus", 1, "Time on 1 × A100"),
        ("utilisation", 80, "at 80 % of 312"),
    ],
)
def test_every_control_moves_its_number(control, value, said):
    explorer = model_sizes()
    explorer.controls[control].value = value
    assert said in explorer.picture.alt


def test_twice_the_cards_or_twice_the_share_take_half_the_time():
    explorer, times = model_sizes(gpus=8), []
    for gpus, share in ((8, 40), (16, 40), (8, 80)):
        explorer.controls["gpus"].value, explorer.controls["utilisation"].value = gpus, share
        times.append(float(explorer.picture.alt.split(": ")[-1].split()[0]))
    assert times[1] == times[2] == pytest.approx(times[0] / 2, rel=0.01)


def test_a_width_that_the_heads_cannot_share_gets_the_configs_own_message():
    explorer = model_sizes()
    explorer.controls["n_head"].value = 95
    assert explorer.picture.alt == (
        "n_embd must be a multiple of n_head, so that every head gets the same width; "
        "got n_embd=768, n_head=95. Try n_embd=760."
    )
    assert "Try n_embd=760" in explorer.front.scene["html"]
    explorer.controls["n_head"].value = 12
    assert explorer.picture.alt.startswith("gpt2: 124,439,808")


def test_moving_a_size_keeps_the_presets_kind_of_head_and_norm():
    explorer = model_sizes("gpt0")
    explorer.controls["n_layer"].value = 5
    assert "head 4,225" in explorer.picture.alt
    explorer = model_sizes("gpt1")
    explorer.controls["n_layer"].value = 1
    assert "norms 3,072 (" in explorer.picture.alt  # no final norm


def test_every_move_shows_another_picture():
    seen = {line.partition(": ")[2] for line in model_sizes().sweep()}
    assert len(seen) > 30


def test_an_unknown_card_or_preset_is_refused():
    with pytest.raises(ValueError, match="A GPU must be one of T4"):
        model_sizes(gpu="abacus")
    with pytest.raises(ValueError, match="A preset must be one of .*; got 'gpt5'"):
        model_sizes("gpt5")
