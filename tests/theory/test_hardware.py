"""How long a training takes on a card: by hand, and the other way round."""

import pytest

from helpers.models.config import GPTConfig
from helpers.theory import scaling
from helpers.theory.hardware import GPU, GPUS, training_seconds, utilisation


def test_a_training_by_hand():
    # 1.2e15 operations on 4 cards of 1e12 a second at half their peak: 1.2e15 / 2e12
    assert training_seconds(1.2e15, GPU(1, 1e12, 1), count=4, utilisation=0.5) == pytest.approx(600)


def test_the_time_and_the_utilisation_undo_each_other():
    card = GPUS["A100 80 GB (2020)"]
    seconds = training_seconds(1e21, card, 8, 0.37)
    assert utilisation(1e21, card, 8, seconds) == pytest.approx(0.37)


def test_four_days_on_eight_a100_are_enough_for_gpt2_and_not_for_xl():
    card, four_days = GPUS["A100 40 GB (2020)"], 4 * 24 * 3600
    shares = []
    for name in ("gpt2", "gpt2-xl"):
        flops = scaling.training_flops(scaling.count_parameters(GPTConfig.preset(name)), 3e11)
        shares.append(utilisation(flops, card, 8, four_days))
    assert shares == pytest.approx([0.26, 3.25], abs=0.01)


def test_the_cards_have_the_numbers_of_their_data_sheets():
    # NVIDIA: memory in GB, dense 16-bit tensor peak in 10^12 operations, 10^12 bytes read a second
    sheet = {
        name: (card.memory / 1e9, card.peak / 1e12, card.bandwidth / 1e12)
        for name, card in GPUS.items()
    }
    assert sheet == {
        "T4 (2018)": (16, 65, 0.32),
        "A100 40 GB (2020)": (40, 312, 1.555),
        "A100 80 GB (2020)": (80, 312, 2.039),
        "H100 SXM (2022)": (80, 989, 3.35),
        "H200 SXM (2024)": (141, 989, 4.8),
        "B200 (2025)": (180, 2250, 8),
    }


@pytest.mark.parametrize(
    ("count", "share", "rule"),
    [(0, 0.4, "count .* number ≥ 1"), (1, 0, r"in \(0, 1\]"), (1, 1.01, r"in \(0, 1\]; got 1.01")],
)
def test_no_card_and_more_than_the_peak_are_refused(count, share, rule):
    with pytest.raises(ValueError, match=rule):
        training_seconds(1.0, GPU(1, 1, 1), count, share)
