"""Reward and distance: how far β lets a policy move, and what a wrong reward makes of it.

Five answers, so that everything is exact: π* ∝ π_ref · exp(proxy / β).
In the notebook *Alignment*.
"""

import textwrap
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import ipywidgets
import numpy as np
import torch

from helpers.basics.signature import signed
from helpers.learning.alignment import optimal_policy, optimal_value
from helpers.theory.probability import kl
from helpers.views.drawing import Picture, given, number, svg
from helpers.views.widgets.controls import FREE, Question, asking, questions
from helpers.views.widgets.explorer import Explorer
from helpers.views.widgets.rlhf_parts import bars, path, sentences

ANSWERS = ("plain", "helpful", "rude", "flattering", "gibberish")
TRUE = np.array([0.0, 1.0, -1.0, -1.0, -2.0])  # what people would say if they could be asked
PROXY = (0.0, 1.0, -1.0, 2.0, 3.0)  # what the reward model says instead
REFERENCES = {
    "gibberish 1 in 1,000": (0.5, 0.3, 0.15, 0.049, 0.001),
    "all alike": (0.2, 0.2, 0.2, 0.2, 0.2),
    "never flattering": (0.55, 0.3, 0.149, 0.0, 0.001),
    "never gibberish": (0.5, 0.3, 0.15, 0.05, 0.0),
}
BETAS = np.logspace(2, -1, 121)  # 100 … 0.1
PRICE, REF = "β: price of a nat", "π_ref"
WIDTH = 96  # characters of a line of text above the picture


USUAL = {"beta": 1.0, "reference": "gibberish 1 in 1,000"}
USUAL |= {f"reward_{i}": value for i, value in enumerate(PROXY)}
# fmt: off
QUESTIONS = {
    FREE: Question({}, "", ""),
    "nothing but reward": Question(USUAL | {"beta": 0.1, "reference": "never gibberish"},
        "β = 0.1, and the reference is never gibberish. Which answer has nearly all of π*?",
        "Flattering: the best reward within the support of π_ref, not the best reward."),
    "one more for everything": Question(
        USUAL | {f"reward_{i}": value + 1 for i, value in enumerate(PROXY)},
        "All five proxy rewards are one higher than they were. What does that do to π*?",
        "Nothing. Only differences count; just β ln Z and the mean rewards have grown by one."),
    "a rare mistake": Question(USUAL | {"beta": 0.4, "reward_3": -1.0},
        "The reward model is right but for gibberish, 1 in 1,000. Does π* notice at β = 0.4?",
        "Yes: it weighs 0.001 · e^(3 / 0.4) = 1.81, helpful 0.3 · e^(1 / 0.4) = 3.65."),
    "how far is best": Question(USUAL | {"beta": 100.0},
        "From β = 100 down to 0.1 the proxy's mean only rises. And the true reward's mean?",
        "It rises while helpful gains, and falls as soon as flattering does: over-optimisation."),
}
# fmt: on


@signed()
def rlhf_beta(beta: float = 1.0, reference: str = "gibberish 1 in 1,000") -> Explorer:
    """π_ref and π* over five answers, and the mean rewards along the whole path of β.

    A question sets the controls and hides the picture until the box is ticked. ValueError for a
    start that is impossible.
    """
    rule = f"The widget starts at a β from 0.1 to 100 and a reference in {[*REFERENCES]}"
    fits = reference in REFERENCES and BETAS[-1] <= beta <= BETAS[0]
    given.must(fits, rule, f"{beta!r} and {reference!r}", "Try rlhf_beta().")
    sliders = {f"reward_{i}": _reward(name, PROXY[i]) for i, name in enumerate(ANSWERS)}
    controls = questions(QUESTIONS, "picture") | {
        "beta": ipywidgets.FloatLogSlider(beta, min=-1, max=2, step=0.05, description=PRICE),
        "reference": ipywidgets.Dropdown(options=[*REFERENCES], value=reference, description=REF),
        **sliders,
    }
    return Explorer(
        _drawing(),
        adjust=asking(QUESTIONS),
        pairs=[("question", "shown"), ("beta", "reference")],
        **controls,
    )


def _reward(name: str, value: float) -> ipywidgets.FloatSlider:
    name = f"proxy reward: {name}"
    return ipywidgets.FloatSlider(value, min=-3, max=4, step=0.5, description=name)


class Outcome(NamedTuple):
    """What one β leads to: the policy, its mean rewards, its distance, and β ln Z."""

    policy: np.ndarray
    proxy: float
    true: float
    kl: float
    value: float


def outcome(beta: float, reference: tuple[float, ...], rewards: tuple[float, ...]) -> Outcome:
    """The optimum for these proxy rewards, and what it is worth by the proxy and in truth."""
    policy = optimal_policy(reference, rewards, beta)
    far = max(0.0, kl(policy, policy.new_tensor(reference)).item())  # never -1e-17
    means = [float((given.array(policy) * np.array(r)).sum()) for r in (rewards, TRUE)]
    return Outcome(given.array(policy), *means, far, optimal_value(reference, rewards, beta).item())


@lru_cache(maxsize=64)
def path_of(reference: tuple[float, ...], rewards: tuple[float, ...]) -> list[Outcome]:
    """The outcomes of all BETAS, from the largest to the smallest."""
    betas = torch.from_numpy(BETAS)
    shares = torch.tensor(rewards, dtype=betas.dtype) / betas[:, None]  # r / β, a row for each β
    policies = optimal_policy(reference, shares, 1.0)
    far = kl(policies, policies.new_tensor(reference).expand_as(policies)).clamp(min=0)
    means = [(policies * policies.new_tensor(r)).sum(-1).tolist() for r in (rewards, TRUE)]
    values = (betas * optimal_value(reference, shares, 1.0)).tolist()
    columns = (given.array(policies), *means, far.tolist(), values)
    return [Outcome(*row) for row in zip(*columns, strict=True)]


def _drawing() -> Callable[..., Picture]:
    def draw(question, shown, beta, reference, **rewards) -> Picture:
        rewards = tuple(rewards[f"reward_{i}"] for i in range(len(ANSWERS)))
        asked, before = QUESTIONS[question], REFERENCES[reference]
        now = outcome(beta, before, rewards)
        parts = [asked.asked, *([asked.answer, _say(beta, now)] if shown else ["Make a guess."])]
        parts = [part for part in parts if part]
        shapes = sentences([line for part in parts for line in textwrap.wrap(part, WIDTH)])
        shapes += bars(ANSWERS, before, now.policy if shown else None, rewards)
        shapes += path(path_of(before, rewards) if shown else [], now)
        listed = _say_bars(before, now.policy, rewards) if shown else ""
        alt = " ".join(filter(None, [*parts, listed]))
        return Picture(alt, markup=svg.document(760, 440, shapes))

    return draw


def _say(beta: float, now: Outcome) -> str:
    rewards = f"mean reward {now.proxy:.3f} by the proxy, {now.true:.3f} in truth"
    return f"β = {number(beta)}: KL {now.kl:.3f} nats, {rewards}. β ln Z = {now.value:.3f}."


def _say_bars(reference, policy, rewards) -> str:
    rows = zip(ANSWERS, rewards, reference, policy, strict=True)
    moves = ", ".join(f"{a} (r = {r:g}) {p:.3f} → {q:.3f}" for a, r, p, q in rows)
    return f"π_ref → π*: {moves}."
