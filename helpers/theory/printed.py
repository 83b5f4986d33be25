"""A number as it is printed, rounded, and whether a computed one agrees with it.

Notebook *Summary*.
"""

import re

from helpers.basics.borders import takes

PRINTED = re.compile(r"^([<>~]?)(\d[\d,]*)(\.\d+)?([kMBT]?)$")
UNITS = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


@takes(printed="text", computed="real")
def agrees(printed: str, computed: float) -> bool:
    """Whether a number rounds to what is printed: a printed number promises its last digit.

    printed: digits with or without commas, a decimal part, and k, M, B or T; ">96" promises more
    than 96. ValueError for anything else.

    >>> agrees("117M", 116_534_784), agrees("1.5B", 1_557_611_200), agrees("40,000", 40_478)
    (True, False, False)
    """
    match = PRINTED.match(printed)
    if not match:
        raise ValueError(
            f"A printed number must look like 768, 40,000, 1.5B or >96; got {printed!r}. "
            "Try its digits and one of k, M, B, T."
        )
    sign, whole, decimals, unit = match.groups("")
    value = float(whole.replace(",", "") + decimals) * UNITS[unit]
    if sign in ("<", ">"):
        return computed > value if sign == ">" else computed < value
    digit = UNITS[unit] / 10 ** max(0, len(decimals) - 1)
    return abs(computed - value) <= digit / 2
