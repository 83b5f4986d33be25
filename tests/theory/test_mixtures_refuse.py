"""What a mixture refuses: data that are none, parameters and inputs that do not fit."""

import dataclasses
import math

import numpy as np
import pytest

from helpers.theory import em, mixtures
from tests.theory.clouds import TOY

# it refuses

NAN = float("nan")


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (
            [0.0, NAN],
            [0, 0],
            r"x must hold at least one point.* shape \(2, 1\) with 1 that are not",
        ),
        ([], [], r"x must hold at least one point.* shape \(0, 1\)"),
        ([[[0.0]]], [0], r"as \(n, d\) or \(n,\).* shape \(1, 1, 1\)"),
        ([0.0, 1.0], [0, float("inf")], r"for each of the 2 points of x; .*with 1 that are not"),
        ([0.0, 1.0], [0], r"one finite number for each of the 2 points of x; got shape \(1,\)"),
        ([0.0, 1.0], [[0], [1]], r"got shape \(2, 1\).*Try y.reshape\(-1\)"),
    ],
)
def test_data_that_are_none_are_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        mixtures.responsibilities(x, y, TOY)
    with pytest.raises(ValueError, match=message):
        em.fit(x, y)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"gate": [[0, 0, 0]] * 2}, r"got shapes \[\(2, 3\), \(2, 2\), \(2,\)\]. Try Mixture\("),
        ({"gate": [0, 1]}, r"a row for each expert.* got shapes \[\(2,\), "),
        ({"gate": [[0, 0]]}, r"got shapes \[\(1, 2\), "),
        ({"gate": np.zeros((0, 2)), "weights": np.zeros((0, 2)), "variances": []}, r"\[\(0, 2\)"),
        ({"gate": [[NAN, 0], [0, 0]]}, "gate must be finite; got nan. Try zeros"),
        ({"weights": [[1.0]] * 2}, r"got shapes \[\(2, 2\), \(2, 1\), "),
        ({"weights": [[math.inf, 0], [0, 0]]}, "weights must be finite; got inf"),
        ({"variances": [1.0, 0.0]}, "variances must be finite and above 0; got 0. Try"),
        ({"variances": [1.0, -1.0]}, "above 0; got -1"),
        ({"variances": [1.0, NAN]}, "above 0; got nan"),
        ({"variances": [math.inf, 1.0]}, "above 0; got inf"),
        ({"variances": [1.0]}, r"and variances \(M,\); got shapes .* \(1,\)\]"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(TOY, **wrong)


@pytest.mark.parametrize("x", [[[0.0, 1.0]], [[]]])
def test_a_mixture_over_other_inputs_is_refused(x):
    d = len(x[0])
    message = f"gate must have one row per expert with {d + 1} numbers.* for d = {d} inputs. Try"
    for ask in (mixtures.predict, mixtures.sample, mixtures.spread):
        with pytest.raises(ValueError, match=message):
            ask(x, TOY)
    for ask in (mixtures.log_likelihood, mixtures.responsibilities, em.step):
        with pytest.raises(ValueError, match=message):
            ask(x, [0.0], TOY)
