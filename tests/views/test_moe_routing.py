"""moe_routing: what the picture says is what the model's layers and the made-up cases do."""

import re

import pytest
import torch

from helpers.models import balance, moe
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.routing import Capacity, ExpertChoice, TopK
from helpers.text.tokenizers import CharTokenizer
from helpers.views.widgets import moe_routing
from helpers.views.widgets.moe_routing import (
    CASES,
    NO_LIMIT,
    TRAINED,
    balanced,
    collapsed,
    half_dead,
)

TEXT = "to be or not to be, that is the question"
TOKENIZER = CharTokenizer.from_text(TEXT + "\n")


@pytest.fixture
def model():
    torch.manual_seed(0)
    return GPT(GPTConfig(32, TOKENIZER.vocab_size, 2, 2, 16, n_expert=8)).eval()


@pytest.fixture
def explorer(model):
    return moe_routing(model, TOKENIZER, TEXT)


def digits(picture):
    return "".join(re.findall(r"font-size:11px[^>]*>([^<]*)<", picture.markup))


def said(picture, name):
    return re.search(rf"{name} ([^;.]*(?:\.\d+)?)", picture.alt)[1]


def routed(model, text=TEXT):
    return moe.routes(model, torch.tensor([TOKENIZER.encode(text)[:32]]))


def test_digits_are_the_experts_of_the_layer_and_the_choice(model, explorer):
    gates = routed(model).gates[:, 0]
    for layer in (1, 2):
        for choice in (0, 1):
            explorer.controls["layer"].value = layer
            explorer.controls["choice"].value = choice
            experts = gates[layer - 1].topk(2).indices[:, choice].tolist()
            assert digits(explorer.picture) == "".join(map(str, experts))
            assert f"layer {layer}, {('first', 'second')[choice]} choice" in explorer.picture.alt


def test_the_measures_are_those_of_the_layer(model, explorer):
    logits, gates = (part[0, 0] for part in routed(model))
    loss, load = balance.balance_loss(logits, 2).item(), balance.expert_load(gates)
    assert said(explorer.picture, "balance loss") == f"{loss:.3f}"
    assert said(explorer.picture, "load variation") == f"{balance.variation(load):.2f}"
    for e, n in enumerate(load.tolist()):
        assert re.search(rf"\b{e} {n / 64:.0%}", explorer.picture.alt)


@pytest.mark.parametrize("factor", [0.25, 0.75, 1.0])
def test_drops_are_those_of_a_capacity_in_training(model, explorer, factor):
    logits = routed(model).logits[0, 0]
    kept = Capacity(TopK(2), factor)(logits)
    explorer.controls["room"].value = factor
    first = logits.argmax(-1)
    expected = "".join(str(e) if kept[t, e] else "×" for t, e in enumerate(first.tolist()))
    assert digits(explorer.picture) == expected and "×" in expected
    dropped = 64 - int((kept != 0).sum())
    assert f"{dropped} of 64 choices dropped" in explorer.picture.alt
    assert said(explorer.picture, "capacity") == str(int(factor * 64 / 8))


def test_every_step_of_the_capacity_shows_even_where_nothing_is_dropped(explorer):
    room = explorer.controls["room"]
    seen = []
    for factor in room.options:
        room.value = factor
        seen.append((explorer.picture.alt, explorer.picture.markup))
    assert len(set(seen)) == len(room.options)
    assert said(explorer.picture, "capacity") == "no limit"


def test_only_the_first_block_of_a_long_text_is_read(explorer):
    assert len(digits(explorer.picture)) == 32 < len(TEXT)


def test_the_model_is_read_as_it_is_now(model, explorer):
    before = digits(explorer.picture)
    with torch.no_grad():
        model.blocks[0].mlp.router.weight.mul_(-1)
    explorer.controls["choice"].value = 1
    explorer.controls["choice"].value = 0
    assert digits(explorer.picture) != before


# The cases made up


@pytest.mark.parametrize(
    ("index", "loss", "idle"),
    [(1, "0.400", "4 of 8"), (2, "8.000", "7 of 8"), (3, "1.000", "0 of 8")],
)
def test_a_case_shows_its_loss_beside_its_load(explorer, index, loss, idle):
    explorer.controls["routing"].index = index
    assert said(explorer.picture, "balance loss") == loss
    assert said(explorer.picture, "idle experts") == idle


@pytest.mark.parametrize(("n_expert", "value"), [(2, 1.0), (4, 0.667), (8, 0.400), (64, 0.0606)])
def test_half_of_the_experts_dead_has_the_loss_of_the_formula(n_expert, value):
    logits = half_dead(20 * n_expert, n_expert)
    assert balance.balance_loss(logits).item() == pytest.approx(value, abs=5e-4)
    load = balance.expert_load(TopK(1)(logits))
    assert (load[: n_expert // 2] == 40).all() and (load[n_expert // 2 :] == 0).all()


def test_the_other_cases_are_the_two_ends():
    assert balance.balance_loss(collapsed(16, 8)).item() == pytest.approx(8)
    assert balance.balance_loss(balanced(16, 8)).item() == pytest.approx(1)
    assert balance.expert_load(TopK(1)(balanced(16, 8))).tolist() == [2] * 8


# Everywhere


def test_every_place_of_every_control_has_a_picture_of_its_own(explorer):
    lines = explorer.sweep()
    pictures = {line.split(": ", 1)[1] for line in lines}
    assert len(pictures) >= 10 and explorer.state["routing"] == TRAINED
    assert explorer.state["room"] == NO_LIMIT and set(CASES) < set(
        explorer.controls["routing"].options
    )


def test_a_model_with_another_gate_is_shown_too(model):
    for layer in moe.layers(model):
        layer.gate = ExpertChoice(1.0)
    assert "·" in digits(moe_routing(model, TOKENIZER, TEXT).picture)


def test_one_active_expert_has_one_choice():
    model = GPT(GPTConfig(32, TOKENIZER.vocab_size, 1, 2, 16, n_expert=4, n_expert_active=1))
    explorer = moe_routing(model, TOKENIZER, TEXT)
    assert [label for label, _ in explorer.controls["choice"].options] == ["first choice"]
    assert len(explorer.sweep()) > 5


def test_many_choices_have_names_too():
    model = GPT(GPTConfig(32, TOKENIZER.vocab_size, 1, 2, 16, n_expert=8, n_expert_active=6))
    explorer = moe_routing(model, TOKENIZER, TEXT)
    explorer.controls["choice"].index = 5
    assert "choice 6" in explorer.picture.alt


@pytest.mark.parametrize(("text", "message"), [("", "at least one character"), ("§", "§")])
def test_an_impossible_text_is_explained_in_the_view(explorer, text, message):
    with pytest.raises(ValueError, match=message):
        explorer.controls["text"].value = text
    assert message in explorer.front.scene["alarm"]


def test_a_dense_model_is_refused():
    dense = GPT(GPTConfig(32, TOKENIZER.vocab_size, 1, 2, 16))
    with pytest.raises(ValueError, match="must have experts to look at"):
        moe_routing(dense, TOKENIZER, TEXT)
