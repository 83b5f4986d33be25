"""attention_picture: the map, the row in numbers and the text say what the weights are."""

import re

import numpy as np
import pytest
import torch

from helpers.views.pictures import attention_parts
from helpers.views.pictures.attention_map import SHOWN, Sight, attention_picture, check
from tests.views.svg_seen import box, cells, said, shapes

VERMILLION = "#D55E00"


def random_maps(L, nh, T, seed=0):
    """Causal maps (L, nh, T, T), every row another distribution."""
    scores = 3 * torch.randn(L, nh, T, T, generator=torch.Generator().manual_seed(seed))
    future = torch.ones(T, T, dtype=torch.bool).triu(1)
    return scores.masked_fill(future, float("-inf")).softmax(-1)


def letters(T):
    return [chr(97 + i % 26) for i in range(T)]


def picture(L=2, nh=3, T=12, layer=1, head=2, row=8, **options):
    maps = random_maps(L, nh, T)
    return maps, attention_picture(maps, letters(T), layer, head, row, **options)


def frames(markup):
    """The rectangles that mark a choice: those with a vermillion border."""
    return [box(r) for r in shapes(markup, "rect") if r.get("stroke") == VERMILLION]


def test_the_colours_by_hand():
    white, blue, dark = attention_parts.colours(np.array([0, 0.55**2, 1]))
    assert white.tolist() == [255, 255, 255] and dark.tolist() == [0, 42, 84]
    assert abs(blue.astype(int) - [0, 114, 178]).max() <= 1


def test_a_larger_weight_is_darker_for_every_eye():
    steps = attention_parts.colours(np.linspace(0, 1, 200) ** 2).astype(float)
    assert (np.diff(steps, axis=0) <= 0).all() and (np.diff(steps.sum(-1)) < 0).mean() > 0.9


def test_the_map_shows_the_chosen_heads_weights_and_a_grey_future():
    maps, shown = picture()
    seen = cells(shapes(shown.markup, "image")[0])
    past = np.tril(np.ones((12, 12), dtype=bool))
    assert (seen[past] == attention_parts.colours(maps[1, 2].numpy())[past]).all()
    assert (seen[~past] == attention_parts.GREY).all()


def test_the_chosen_row_is_framed_up_to_the_diagonal():
    _, shown = picture()
    x, y, width, height = frames(shown.markup)[0]
    cell = attention_parts.SIDE / 12
    assert (x, y) == (attention_parts.LEFT, pytest.approx(attention_parts.TOP + 8 * cell))
    assert (width, height) == (pytest.approx(9 * cell), pytest.approx(cell))


def test_the_row_in_numbers_is_the_row_and_sums_to_1():
    maps, shown = picture(T=30, row=20)
    order = maps[1, 2, 20].argsort(descending=True, stable=True)[:9]
    words = said(shown.markup)
    start = words.index("looks at") + 1
    listed = words[start : start + 27]
    assert listed[::3] == [f"{i}" for i in order.tolist()]
    assert listed[1::3] == [letters(30)[i] for i in order]
    assert listed[2::3] == [f"{w:.3f}" for w in maps[1, 2, 20][order].tolist()]
    rest = words[start + 27 : start + 30]
    assert rest == ["", "12 others", f"{1 - maps[1, 2, 20][order].sum().item():.3f}"]


def test_a_short_row_has_no_others():
    _, shown = picture(row=3)
    assert not any("others" in words for words in said(shown.markup))


def test_the_words_say_the_same_as_the_picture():
    maps = torch.eye(3)[None, None].clone()
    maps[0, 0, 2] = torch.tensor([0.25, 0.75, 0])
    shown = attention_picture(maps, ["x", "\n", " "], 0, 0, 2, name="mine")
    assert shown.alt == (
        "Map of mine: layer 0, head 0; 3 tokens. In its row token 2, space, looks at "
        "newline (1) 0.750, 'x' (0) 0.250 and space (2) 0.000."
    )
    whole = attention_picture(maps, ["x", "\n", " "], 0, 0, 2, every=True)
    assert whole.alt.startswith("All 1 heads as small maps; chosen is layer 0, head 0; 3 tokens.")


@pytest.mark.parametrize(("L", "nh", "across"), [(4, 6, 6), (2, 2, 2), (1, 8, 3), (12, 12, 12)])
def test_all_heads_fill_a_square_each_in_its_place(L, nh, across):
    maps, T = random_maps(L, nh, 5), 5
    assert attention_parts.columns(L, nh) == across
    shown = attention_picture(maps, letters(T), L - 1, nh - 1, 2, every=True)
    sheet, lines = cells(shapes(shown.markup, "image")[0]), -(-nh // across)
    unit = sheet.shape[1] // across
    for layer in range(L):
        for head in range(nh):
            top, left = (layer * lines + head // across) * unit, head % across * unit
            small = sheet[top : top + T, left : left + T]
            assert (small == attention_parts.map_colours(maps[layer, head].numpy())).all()
    x, y, *_ = frames(shown.markup)[0]
    step = attention_parts.SIDE / max(across, L * lines)
    assert x == pytest.approx(attention_parts.LEFT + (nh - 1) % across * step - 2)
    bottom = L * lines - 1  # the last head stands in the last line
    assert y == pytest.approx(attention_parts.TOP + bottom * step - 2)


def test_the_labels_of_all_heads_name_layer_and_head():
    _, shown = picture(every=True)
    assert {"layer 0", "layer 1", "head 0", "head 2"} <= set(said(shown.markup))
    _, folded = picture(L=1, nh=8, layer=0, head=7, every=True)
    assert {"0.0–0.2", "0.3–0.5", "0.6–0.7"} <= set(said(folded.markup))


def test_the_window_always_holds_the_row_and_all_rows_come_by():
    T, seen = 200, set()
    for row in range(T):
        window = Sight(np.zeros((1, 1, T, T)), letters(T), 0, 0, row).window
        assert window.start <= row < window.stop and window.stop - window.start == SHOWN
        assert row - window.start >= min(row, SHOWN // 2)  # half the window lies before it
        seen |= set(range(T)[window])
    assert seen == set(range(T))


def test_a_token_beside_the_map_asks_for_its_place_in_the_whole_text():
    _, shown = picture(T=SHOWN + 24, row=SHOWN + 20)
    asked = [int(place) for place in re.findall(r"position&quot;: &quot;(\d+)", shown.markup)]
    assert asked == [*range(24, SHOWN + 24), *range(SHOWN + 24)]  # the map's window, then the text


def test_a_text_that_fits_is_shown_whole_and_a_long_one_says_what_is_shown():
    assert not any("Shown" in words for words in said(picture(T=SHOWN)[1].markup))
    _, shown = picture(T=100, row=70)
    assert any(words.endswith("Shown: tokens 24 to 71 of 100.") for words in said(shown.markup))
    assert cells(shapes(shown.markup, "image")[0]).shape == (SHOWN, SHOWN, 3)


def test_the_text_is_whole_and_coloured_by_the_row():
    maps, shown = picture(T=100, row=70)
    words = said(shown.markup)
    text = words[words.index("The same row over the text") + 1 :]
    assert "".join(text) == "".join(letters(100))
    fills = [r.get("fill") for r in shapes(shown.markup, "rect")]
    red, green, blue = attention_parts.colours(maps[1, 2, 70].max().numpy())
    assert f"rgb({red},{green},{blue})" in fills


def test_long_tokens_are_cut_beside_the_map_and_stand_whole_in_the_text():
    tokens = ["un", "believable", " & <so>", "\n", "\x00", "中"] * 20
    shown = attention_picture(random_maps(1, 1, 120), tokens, 0, 0, 60)
    words = said(shown.markup)
    assert "believa…" in words and "believable" in words and " & <so>" in words
    tokens = [shape for shape in shapes(shown.markup, "text") if shape.text == "believable"]
    ends = [float(t.get("x")) + float(t.get("textLength")) for t in tokens]
    assert len(tokens) == 20 and max(ends) < attention_parts.WIDTH


def test_no_two_tokens_of_the_text_share_a_place():
    places = attention_parts._places([letters(7)[i % 7] * (i % 9 + 1) for i in range(90)])
    taken = [(line, column + i) for line, column, said in places for i in range(len(said))]
    assert len(taken) == len(set(taken)) and taken == sorted(taken)


@pytest.mark.parametrize("shape", [(1, 1, 4, 5), (1, 4, 4), (1, 1, 5, 5), (0, 1, 4, 4)])
def test_it_refuses_maps_that_do_not_fit_the_tokens(shape):
    with pytest.raises(ValueError, match=r"Attention over 4 tokens needs maps of shape \(L, nh, 4"):
        attention_picture(torch.zeros(shape), letters(4), 0, 0, 0)


@pytest.mark.parametrize("slip", ["dropout", "no mask", "columns"])
def test_it_refuses_what_is_not_causal_attention(slip):
    maps = random_maps(2, 2, 6)
    maps[1, 0] = {
        "dropout": maps[1, 0] * 2,
        "no mask": torch.full((6, 6), 1 / 6),
        "columns": maps[1, 0].mT.clone(),
    }[slip]
    with pytest.raises(ValueError, match="rows that sum to 1 and nothing above the diagonal"):
        attention_picture(maps, letters(6), 1, 0, 3)
    with pytest.raises(ValueError, match="Try a model that does not look ahead"):
        attention_picture(maps, letters(6), 0, 0, 3, every=True)
    check(np.delete(maps.numpy(), 1, axis=0))
