"""Exercises of notebook *Train a GPT*: the learning rate."""

import math

import torch

from helpers.practice.exercise import Exercise


def rate_at(step, steps, peak, warmup):
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = (step - warmup) / (steps - warmup)
    return peak * (0.1 + 0.9 * (1 + math.cos(math.pi * progress)) / 2)


def _rates(rate_at, steps, *rest):
    return torch.tensor([rate_at(step, *rest) for step in steps])


def _half(progress):
    return (1 + math.cos(math.pi * progress)) / 2


def _tenth(progress):
    return 0.1 + 0.9 * _half(progress)


def _falling(part=_tenth, span=lambda steps, warmup: (warmup, steps)):
    """The schedule with a slip after the warm-up. span: where the progress is 0 and where 1."""

    def answer(step, steps, peak, warmup):
        if step < warmup:
            return peak * (step + 1) / warmup
        first, last = span(steps, warmup)
        return peak * part((step - first) / (last - first))

    return answer


def _with_tensors(step, steps, peak, warmup):
    if step + 1 <= warmup:
        return torch.tensor(peak) * (step + 1) / warmup
    angle = torch.tensor(torch.pi * (step - warmup) / (steps - warmup))
    return 0.1 * peak + 0.9 * peak * (angle / 2).cos() ** 2


SLIPS_OF_THE_RATE = {
    "the first step must not be wasted: at step 0 the rate is peak / warmup.": (
        lambda step, steps, peak, warmup: peak * step / warmup
    ),
    "nothing warms up: in the first steps the rate is a part of the peak.": (
        lambda step, steps, peak, warmup: peak
    ),
    "these are parts of the peak; multiply by it.": (
        lambda step, steps, peak, warmup: rate_at(step, steps, 1.0, warmup)
    ),
    "the warm-up is over after `warmup` steps, not after all steps.": (
        lambda step, steps, peak, warmup: peak * (step + 1) / steps
    ),
    "this falls to 0; a tenth of the peak must stay.": _falling(_half),
    "this is cut off at a tenth; let the curve end there.": _falling(lambda p: max(0.1, _half(p))),
    "a tenth is added on top; only nine tenths may fall.": _falling(lambda p: 0.1 + _half(p)),
    "this stays above a twentieth; a tenth is asked.": _falling(lambda p: 0.05 + 0.95 * _half(p)),
    "this falls along a line; half a cosine is asked.": _falling(lambda p: 1 - 0.9 * p),
    "this is a quarter of a period: the cosine's angle runs from 0 to π.": (
        _falling(lambda p: 0.1 + 0.9 * math.cos(math.pi * p / 2))
    ),
    "this is a whole period, it rises again: the angle runs from 0 to π.": (
        _falling(lambda p: _tenth(2 * p))
    ),
    "this rises: it begins at a tenth and ends at the peak.": _falling(lambda p: _tenth(1 - p)),
    "0.1 and 0.9 have changed places: a tenth must stay.": _falling(lambda p: 0.9 + 0.1 * _half(p)),
    "after the warm-up nothing falls. Take the cosine of the progress.": _falling(lambda p: 1.0),
    "this passes the peak: at step `warmup` the line has ended. Ask for step < warmup.": (
        lambda step, *rest: rest[1] * 5 / 4 if step == rest[2] else rate_at(step, *rest)
    ),
    "the progress counts from step 0; it begins when the warm-up is over.": (
        _falling(span=lambda steps, warmup: (0, steps))
    ),
    "the progress must reach 1 at `steps`: divide by steps - warmup.": (
        _falling(span=lambda steps, warmup: (warmup, warmup + steps))
    ),
    "one step early: a tenth would be reached at step `steps`, one after the last.": (
        _falling(span=lambda steps, warmup: (warmup, steps - 1))
    ),
    "at step `warmup` the warm-up is over: there the rate is the peak.": (
        _falling(span=lambda steps, warmup: (warmup - 1, steps))
    ),
}
check_rate_at = Exercise(
    "08 A learning rate that rises and falls",
    "step 0 … steps - 1, steps, peak, warmup -> the rate at this step.",
    rate_at,
    cases={
        "the warm-up to 3 in 4 steps": (range(4), 10, 3.0, 4),
        "the rates after the warm-up": (range(4, 10), 10, 3.0, 4),
        "the rates of 5 steps without a warm-up": (range(5), 5, 1.0, 0),
    },
    slips=SLIPS_OF_THE_RATE,
    right=[_with_tensors, _falling()],
    ask=_rates,
    hints=[
        "Two parts: as long as `step < warmup` a line, then half a cosine.",
        "Let the progress after the warm-up run from 0 to 1: "
        "`(step - warmup) / (steps - warmup)`. Then (1 + cos(π · progress)) / 2 falls from 1 to 0.",
        "A tenth stays, nine tenths fall: `0.1 + 0.9 * (1 + math.cos(math.pi * progress)) / 2`",
    ],
)
