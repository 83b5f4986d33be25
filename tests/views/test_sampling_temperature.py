"""sampling_temperature: the bars, the numbers below them, and a text chosen token by token."""

import math
import re

import pytest
import torch
from torch.testing import assert_close

from helpers.text.tokenizers import BPETokenizer, CharTokenizer
from helpers.views.pictures.vocabulary_bars import vocabulary_bars
from helpers.views.widgets import sampling_temperature
from helpers.views.widgets.sampling_temperature import TEMPERATURES, WRITTEN
from tests.views.browser import from_browser
from tests.views.test_next_character import LastToken

TOKENIZER = CharTokenizer.from_text("abcde")
V = 5  # LastToken: the last character again with 1/2, the others 1/8 each
TRUTH = {"a": 0.5, "b": 0.5}


def truth(prefix):
    if "e" in prefix:
        raise ValueError("cannot be written")
    return TRUTH


def explore(truth=truth, **options):
    model = LastToken(V).train()
    return model, sampling_temperature(model, TOKENIZER, "ca", truth, **options)


def measured(explorer, pattern):
    found = re.search(pattern, explorer.picture.alt)
    return float(found[1].replace("∞", "inf"))


def test_the_numbers_below_the_bars_are_those_worked_out_by_hand():
    _, explorer = explore()
    # H = ½·1 + 4·⅛·3 = 2 bits; KL(truth ‖ q) = ½ log2(½/½) + ½ log2(½/⅛) = 1 bit
    assert measured(explorer, r"H = (\S+) bits") == pytest.approx(2)
    assert measured(explorer, r"like (\S+) equal choices") == pytest.approx(4)
    assert measured(explorer, r"KL\(these settings ‖ model\) = (\S+) bits") == 0
    assert measured(explorer, r"KL\(truth ‖ these settings\) = (\S+) bits") == pytest.approx(1)
    assert "the other way ∞ bits" in explorer.picture.alt  # c, d, e are impossible, 3/8 of it
    assert "Impossible tokens: 37.5 %" in explorer.picture.alt


def test_cutting_makes_the_divergence_from_the_truth_infinite_and_the_other_finite():
    _, explorer = explore()
    from_browser(explorer.controls["top_k"], value=1)
    # q = (1, 0, …): KL(q ‖ model) = log2 2, KL(q ‖ truth) = log2 2, KL(truth ‖ q) = ∞
    assert "H = 0 bits: like 1 equal choices" in explorer.picture.alt
    assert measured(explorer, r"KL\(these settings ‖ model\) = (\S+) bits") == pytest.approx(1)
    assert "KL(truth ‖ these settings) = ∞ bits" in explorer.picture.alt
    assert measured(explorer, r"the other way (\S+) bits") == pytest.approx(1)


def test_temperature_2_takes_the_square_root():
    _, explorer = explore()
    explorer.controls["temperature"].value = 2
    a, rest = math.sqrt(1 / 2), math.sqrt(1 / 8)
    assert f"Likeliest by these settings: 'a' {a / (a + 4 * rest):.2f}" in explorer.picture.alt
    assert "Likeliest by the model: 'a' 0.50" in explorer.picture.alt


def test_min_p_cuts_below_a_share_of_the_likeliest():
    _, explorer = explore()
    explorer.controls["min_p"].value = 0.2  # a has 1/2, the others 1/8: a quarter of it
    assert "Impossible tokens: 37.5 %" in explorer.picture.alt
    explorer.controls["min_p"].value = 0.3
    assert "H = 0 bits: like 1 equal choices" in explorer.picture.alt


def test_the_slider_holds_arg_max_the_model_itself_and_both_extremes():
    assert TEMPERATURES[0] == 0 and 1 in TEMPERATURES and min(TEMPERATURES[1:]) == 0.1
    _, explorer = explore(temperature=0)
    assert "'a' 1.00" in explorer.picture.alt and "nan" not in explorer.picture.alt


def test_a_token_is_taken_and_given_back():
    _, explorer = explore()
    tokens = [value for _, value in explorer.controls["token"].options]
    assert tokens[0] == 0 and sorted(tokens) == list(range(V))  # likeliest first
    explorer.controls["token"].index = 2
    token = TOKENIZER.decode([explorer.controls["token"].value])
    explorer.click("take it")
    assert explorer.controls["text"].value == "ca" + token
    explorer.click("take it")  # the likeliest now: the same again
    assert explorer.controls["text"].value == "ca" + 2 * token
    for left in ("ca" + token, "ca", "ca"):
        explorer.click("rewind")
        assert explorer.controls["text"].value == left


def test_a_character_of_two_bytes_is_taken_byte_by_byte():
    """After the first byte the text ends in �, of which é cannot be made any more."""
    tokenizer = BPETokenizer.train("to be", 256)
    explorer = sampling_temperature(LastToken(256), tokenizer, "caf")
    for byte in tokenizer.encode("é"):
        explorer.controls["token"].value = byte
        explorer.click("take it")
    assert explorer.controls["text"].value == "café"
    explorer.click("rewind")
    assert explorer.controls["text"].value == "caf�"


def test_only_what_can_be_drawn_is_offered_and_drawn():
    _, explorer = explore()
    explorer.controls["top_k"].value = 1
    assert [value for _, value in explorer.controls["token"].options] == [0]
    for _ in range(3):
        explorer.click("draw one")
    assert explorer.controls["text"].value == "caaaa"


def test_draws_follow_the_distribution():
    _, explorer = explore()
    drawn = []
    for seed in range(21):
        explorer.controls["seed"].value = seed
        explorer.click("draw one")
        drawn.append(explorer.controls["text"].value[2:])
        explorer.click("rewind")
    assert len(set(drawn)) > 1 and abs(drawn.count("a") - 10.5) <= 4 * math.sqrt(21 / 4)


def test_the_sample_is_kept_until_settings_change_and_shorter_than_a_line():
    model, explorer = explore()
    (sample,) = re.findall("“(.*)”", explorer.picture.alt)
    assert len(sample) == WRITTEN
    calls = len(model.seen)
    explorer.controls["token"].index = 3
    assert len(model.seen) == calls and f"“{sample}”" in explorer.picture.alt
    explorer.controls["seed"].value = 1
    assert len(model.seen) == calls + WRITTEN and f"“{sample}”" not in explorer.picture.alt
    assert model.training


def test_the_first_impossible_character_of_the_sample_is_named():
    _, explorer = explore()
    for seed in range(8):
        explorer.controls["seed"].value = seed
        (sample,) = re.findall("“(.*)”", explorer.picture.alt)
        if "e" in sample:
            where = sample.index("e") + 1
            assert f"Impossible from character {where} on, 'e'." in explorer.picture.alt
        else:
            assert "All of them could be the Playwright's." in explorer.picture.alt


def test_a_text_without_truth_is_shown_without_it():
    _, explorer = explore(truth=None)
    assert "truth" not in explorer.picture.alt and "Impossible" not in explorer.picture.alt
    _, explorer = explore()
    from_browser(explorer.controls["text"], value="ce")
    assert "by the truth" not in explorer.picture.alt
    assert "there is no truth to compare with" in explorer.picture.alt


def test_a_truth_outside_the_vocabulary_is_infinitely_far():
    _, explorer = explore(truth=lambda prefix: {"Z": 1.0})
    assert "'Z' 1.00" in explorer.picture.alt and "tokens: 100 %" in explorer.picture.alt
    assert "KL(truth ‖ these settings) = ∞ bits, the other way ∞ bits" in explorer.picture.alt


@pytest.mark.parametrize("typed, said", [("ax", "got 'x'"), ("", "an empty text")])
def test_a_text_that_cannot_be_read_is_one_clear_error_and_the_next_works(typed, said):
    _, explorer = explore()
    with pytest.raises(ValueError):
        from_browser(explorer.controls["text"], value=typed)
    assert said in explorer.front.scene["alarm"]
    from_browser(explorer.controls["text"], value="ab")
    assert explorer.front.scene["html"] == explorer.picture.inline


def test_a_sweep_ends_where_it_began():
    _, explorer = explore()
    before = explorer.state
    assert len(explorer.sweep()) > 20 and explorer.state == before


# The picture


def bars_of(markup, look):
    pattern = rf'<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)" {look}'
    return [float(height) for _, height in re.findall(pattern, markup)]


def test_the_heights_are_the_probabilities():
    settings, model, true = [0.5, 0.3, 0.2], [0.2, 0.3, 0.5], [0.0, 0.75, 0.25]
    picture = vocabulary_bars("abc", settings, model, true)
    heights = torch.tensor(bars_of(picture.markup, 'fill="#0072B2"'))
    assert_close(heights / heights.sum(), torch.tensor([0.2, 0.3, 0.5]), atol=1e-3, rtol=0)
    heights = torch.tensor(bars_of(picture.markup, r'fill="url\(#h\)"'))
    assert_close(heights / heights.sum(), torch.tensor([0.25, 0.75]), atol=1e-3, rtol=0)
    labels = re.findall(r">(.)</text>", picture.markup)
    assert "".join(label for label in labels if label in "abc") == "cba"  # the model's order


def test_a_large_vocabulary_is_cut_and_markup_is_escaped():
    tokens = [f"<{i}&>" for i in range(200)]
    picture = vocabulary_bars(tokens, [1 / 200] * 200, [1 / 200] * 200, heading="<b>")
    assert picture.markup.count("rotate(60)") == 60 and "<b>" not in picture.markup
    assert "&lt;0&amp;" in picture.markup


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="one probability for each of the 2 tokens.*'truth'"):
        vocabulary_bars("ab", [0.5, 0.5], [0.5, 0.5], [1.0])


def test_the_axis_ends_where_the_tallest_bar_needs_it():
    def top(p):
        rest = (1 - p) / 4
        markup = vocabulary_bars(list("abcde"), *2 * [[p, rest, rest, rest, rest]]).markup
        return max(float(found) for found in re.findall(r">([\d.]+)</text>", markup))

    assert [top(p) for p in (0.22, 0.4, 0.9)] == [0.25, 0.5, 1]
