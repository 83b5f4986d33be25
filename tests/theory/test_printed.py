"""A printed number promises its last digit, and no more."""

import pytest

from helpers.theory.printed import agrees


@pytest.mark.parametrize(
    ("printed", "least", "most"),
    [
        ("117M", 116_500_000, 117_500_000),
        ("1.5B", 1_450_000_000, 1_550_000_000),
        ("40k", 39_500, 40_500),
        ("40,000", 39_999.5, 40_000.5),
        ("0.245", 0.2445, 0.2455),
    ],
)
def test_a_number_agrees_with_what_rounds_to_it(printed, least, most):
    width = most - least
    assert agrees(printed, least + 0.01 * width) and agrees(printed, most - 0.01 * width)
    assert not agrees(printed, least - 0.01 * width) and not agrees(printed, most + 0.01 * width)


def test_more_than_is_more_than():
    assert agrees(">96", 97) and not agrees(">96", 96)
    assert agrees("<1T", 10**12 - 1) and not agrees("<1T", 10**12)
    assert agrees("~570", 570.4) and not agrees("~570", 571)


@pytest.mark.parametrize("printed", ["", "many", "1.5Q", "-3", "1e3"])
def test_what_is_no_printed_number_is_refused(printed):
    with pytest.raises(ValueError, match="A printed number must look like"):
        agrees(printed, 1)
