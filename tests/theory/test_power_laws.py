"""Power laws with a limit: a law put in comes out, and data that fix none are refused."""

import math

import numpy as np
import pytest
import torch

from helpers.theory import power_laws
from helpers.theory.power_laws import PowerLaw

SIZES = [5e3, 2e4, 6e4, 2e5, 6e5]
LAW = PowerLaw(0.25, 40.0, 0.5)


def test_the_law_by_hand():
    # 0.25 + 40 / √10,000 = 0.25 + 0.4
    assert LAW.loss(10_000) == pytest.approx(0.65)
    assert LAW.loss([10_000, math.inf]).tolist() == pytest.approx([0.65, 0.25])


@pytest.mark.parametrize(
    "law", [LAW, PowerLaw(0.0, 3.0, 0.1), PowerLaw(1.7, 2e3, 0.9), PowerLaw(-0.5, 5.0, 0.2)]
)
def test_a_law_without_noise_comes_out_again(law):
    found = power_laws.fit(SIZES, law.loss(SIZES))
    assert found.exponent == pytest.approx(law.exponent, rel=2e-3)  # the grid's step
    assert found.limit == pytest.approx(law.limit, abs=0.02)
    assert found.loss(SIZES) == pytest.approx(law.loss(SIZES), abs=1e-3)


def test_no_law_nearby_fits_better():
    losses = LAW.loss(SIZES) + np.array([0.02, -0.03, 0.01, 0.02, -0.02])

    def error(law):
        return ((law.loss(SIZES) - losses) ** 2).sum()

    best = power_laws.fit(SIZES, losses)
    for i in range(3):
        for factor in (0.97, 1.03):
            changed = [value * factor if i == j else value for j, value in enumerate(best)]
            assert error(PowerLaw(*changed)) > error(best)


def test_seeds_that_agree_leave_no_doubt_and_others_do():
    agree = [[loss] * 3 for loss in LAW.loss(SIZES)]
    laws = power_laws.bootstrap(SIZES, agree, draws=5)
    assert len(laws) == 5 and len(set(laws)) == 1
    differ = [[loss - 0.05, loss, loss + 0.05] for loss in LAW.loss(SIZES)]
    limits = [law.limit for law in power_laws.bootstrap(SIZES, differ, draws=200)]
    assert min(limits) < LAW.limit < max(limits) and np.std(limits) > 0.01
    again = [law.limit for law in power_laws.bootstrap(SIZES, differ, draws=200)]
    assert limits == again


def test_the_bootstrap_scatters_as_new_seeds_would():
    # The mean of 3 values drawn from 3 has two thirds of the variance of 3 new seeds' mean.
    random, sd = np.random.default_rng(0), 0.01
    fresh = [
        power_laws.fit(SIZES, LAW.loss(SIZES) + random.normal(0, sd / 3**0.5, 5)).limit
        for _ in range(400)
    ]
    rows = [loss + sd * np.array([-1.0, 0.0, 1.0]) for loss in LAW.loss(SIZES)]
    drawn = [law.limit for law in power_laws.bootstrap(SIZES, rows, draws=400)]
    ratio = np.std(drawn) / np.std(fresh)
    assert ratio == pytest.approx(math.sqrt(2 / 3), rel=4 / math.sqrt(400))


def test_every_size_is_left_out_once():
    losses = LAW.loss(SIZES)
    bent = [*losses[:-1], losses[-1] + 0.2]
    limits = [law.limit for law in power_laws.without_one(SIZES, bent)]
    assert len(limits) == 5
    assert limits[-1] == pytest.approx(0.25, abs=0.02)  # without the point that is off
    assert all(limit > 0.3 for limit in limits[:-1])


@pytest.mark.parametrize(
    ("sizes", "losses"),
    [([1, 2], [2, 1]), ([1, 1, 2], [3, 3, 2]), ([1, 2, 3], [2, 1]), ([0, 1, 2], [3, 2, 1])],
)
def test_too_little_for_three_unknowns_is_refused(sizes, losses):
    with pytest.raises(ValueError, match="at least three different sizes"):
        power_laws.fit(sizes, losses)


def test_a_tensor_with_gradient_is_as_good_as_a_list():
    losses = LAW.loss(SIZES)
    tensors = torch.tensor(SIZES), torch.tensor(losses, requires_grad=True)
    assert power_laws.fit(*tensors) == pytest.approx(power_laws.fit(SIZES, losses))
