"""What a graphics processor holds and does at best, and how long a training takes on it.

Memory, peak and bandwidth as the makers' data sheets print them: products of 16-bit matrices
without zeros that could be skipped ("dense"). How much of the peak a training gets is its
utilisation, counted as Chowdhery et al. 2022 do, from the operations that the model itself needs.
Notebooks: GPT-1 to GPT-3, Toward GPT-4.
"""

from typing import NamedTuple

from helpers.basics.borders import takes
from helpers.basics.numbers import checked, whole


class GPU(NamedTuple):
    """memory in bytes; peak in operations per second; bandwidth in bytes read per second."""

    memory: float
    peak: float
    bandwidth: float


GPUS = {
    "T4 (2018)": GPU(16e9, 65e12, 0.32e12),
    "A100 40 GB (2020)": GPU(40e9, 312e12, 1.555e12),
    "A100 80 GB (2020)": GPU(80e9, 312e12, 2.039e12),
    "H100 SXM (2022)": GPU(80e9, 989e12, 3.35e12),
    "H200 SXM (2024)": GPU(141e9, 989e12, 4.8e12),
    "B200 (2025)": GPU(180e9, 2250e12, 8e12),
}


@takes(flops="amount", gpu="with peak")
def training_seconds(flops: float, gpu: GPU, count: int = 1, utilisation: float = 0.4) -> float:
    """How long so many operations take on `count` of these at a share of their peak.

    ValueError unless there is at least one and the share lies in (0, 1].
    """
    whole("count", count, advice="Try 8 GPUs.")
    checked("utilisation", utilisation, lambda u: (u > 0) & (u <= 1), "lie in (0, 1]", "Try 0.4.")
    return flops / (count * gpu.peak * utilisation)


@takes(flops="amount", gpu="with peak", count="count", seconds="amount")
def utilisation(flops: float, gpu: GPU, count: int, seconds: float) -> float:
    """The share of their peak at which `count` of these did it; a share above 1 is impossible."""
    return flops / (count * gpu.peak * seconds)
