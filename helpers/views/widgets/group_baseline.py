"""A group at work: the answers to one question while a policy is trained against a verifier.

Thirteen answers, so that π_ref, π and the optimum π* stand side by side, step by step, as recorded.
In the notebook *Rewards that can be checked*.
"""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets
import numpy as np

from helpers.basics.signature import signed
from helpers.learning.alignment import optimal_policy
from helpers.text.tasks import counting
from helpers.views.drawing import Picture, given, svg
from helpers.views.drawing.palette import BLUE, GREEN, GRID, INK, ORANGE, QUIET, VERMILLION
from helpers.views.widgets.explorer import Explorer

WIDTH, HEIGHT = 940, 372  # CSS pixels
LEFT, TOP, FLOOR = 56, 82, 296  # of the bars
BETA = 0.1
VERIFIERS = {"the right number": "baseline: group", "no wrong number": "hole"}
QUESTIONS = {f"{counting.wording(*pair)}": i for i, pair in enumerate(counting.SHOWN)}
SLOT = (WIDTH - LEFT - 12) / len(counting.ANSWERS)


@signed()
def group_baseline(films: Mapping[str, Mapping[str, Sequence]], step: int = 0) -> Explorer:
    """Move through a recorded training: the answers to one question under one of two verifiers.

    films: name -> {"at": steps, "frames": (steps, 8, 13) probabilities}, as the record has them.
    ValueError unless both verifiers have a film, and the step is one of theirs.
    """
    rule = f"films must hold {[*VERIFIERS.values()]}"
    there = {*VERIFIERS.values()} <= {*films}
    given.must(there, rule, [*films], "Pass record['films'].")
    whole_films = all({"at", "frames"} <= {*film} for film in films.values())
    given.must(whole_films, "A film must have at and frames", films, "Pass record['films'].")
    at = films["hole"]["at"]
    given.must(step in at, f"step must be one of {at}", step, f"Try {at[0]}.")
    controls = {
        "question": ipywidgets.Dropdown(options=[*QUESTIONS], description="question"),
        "verifier": ipywidgets.Dropdown(options=[*VERIFIERS], description="it accepts"),
        "step": ipywidgets.IntSlider(step, at[0], at[-1], at[1] - at[0], description="step"),
    }
    pairs = [("verifier", "step"), ("question", "step")]
    return Explorer(_drawing(films), play=["step"], pairs=pairs, **controls)


def accepted(question: str, verifier: str) -> np.ndarray:
    """What the verifier gives each answer to the question: (13,) of 0 and 1."""
    rewards = np.zeros(len(counting.ANSWERS))
    rewards[sum(counting.SHOWN[QUESTIONS[question]]) - 1] = 1  # "one" stands at place 0
    rewards[counting.MANY] = float(verifier == "no wrong number")
    return rewards


def _drawing(films: Mapping) -> Callable[..., Picture]:
    frames = {name: np.array(films[film]["frames"]) for name, film in VERIFIERS.items()}
    at = films["hole"]["at"]

    def draw(question: str, verifier: str, step: int) -> Picture:
        film = frames[verifier][:, QUESTIONS[question]]
        rewards = accepted(question, verifier)
        before, now = (p / p.sum() for p in (film[0], film[at.index(step)]))
        best = optimal_policy(before, rewards, BETA).numpy()
        parts = [*_frame(), *_key()]
        for i, name in enumerate(counting.ANSWERS):
            parts += _answer(i, name, before[i], now[i], best[i], rewards[i])
        told = _tell(question, rewards, now)
        parts += [svg.words(LEFT, 26, f"{question}  step {step}", 16, font_weight="bold")]
        parts += [svg.words(LEFT, 50, told, 14)]
        alt = f"{question} Step {step}, accepted: {verifier}. {told}. {_say(before, now, best)}"
        return Picture(alt, markup=svg.document(WIDTH, HEIGHT, parts))

    return draw


def _height(p: float) -> float:
    return p * (FLOOR - TOP)


def _frame() -> list[str]:
    parts = []
    for p in (0, 0.5, 1):
        y = FLOOR - _height(p)
        parts.append(svg.rect(LEFT, y, WIDTH - LEFT - 12, 1, GRID))
        parts.append(svg.words(LEFT - 8, y + 4, f"{p:g}", 12, text_anchor="end", fill=QUIET))
    return parts


def _answer(i: int, name: str, before: float, now: float, best: float, reward: float) -> list[str]:
    """The bars of one answer: the reference beside the policy, the optimum as a line across."""
    x, middle = LEFT + i * SLOT, LEFT + (i + 0.5) * SLOT
    filled = GREEN if reward else BLUE
    tall, small, line = _height(now), _height(before), FLOOR - _height(best)
    parts = [svg.rect(x + 8, FLOOR - small, 18, small, "none", QUIET)]
    parts.append(svg.rect(x + 29, FLOOR - tall, 26, tall, filled))
    parts.append(svg.rect(x + 4, line - 1.5, SLOT - 10, 3, ORANGE))
    if now >= 0.005:
        shown = f"{now:.2f}".removeprefix("0")
        parts.append(svg.words(x + 42, FLOOR - tall - 6, shown, 11, text_anchor="middle"))
    look = {"text_anchor": "middle", "font_weight": "bold" if reward else "normal"}
    parts.append(svg.words(middle, FLOOR + 20, name, 13, **look))
    mark, colour = ("✓ 1", GREEN) if reward else ("0", VERMILLION)
    return [*parts, svg.words(middle, FLOOR + 38, mark, 12, text_anchor="middle", fill=colour)]


def _key() -> list[str]:
    y = HEIGHT - 14
    parts = [svg.words(LEFT - 8, FLOOR + 38, "reward", 12, text_anchor="end", fill=QUIET)]
    parts += [svg.rect(LEFT, y - 11, 12, 12, "none", QUIET)]
    parts += [svg.words(LEFT + 18, y, "π_ref, before training", 12, fill=INK)]
    parts += [
        svg.rect(LEFT + 200, y - 11, 12, 12, GREEN),
        svg.rect(LEFT + 216, y - 11, 12, 12, BLUE),
    ]
    parts += [svg.words(LEFT + 234, y, "π at this step: rewarded, not rewarded", 12, fill=INK)]
    parts += [svg.rect(LEFT + 510, y - 6, 26, 3, ORANGE)]
    return [*parts, svg.words(LEFT + 542, y, "π*, the best policy at β = 0.1", 12, fill=INK)]


def _tell(question: str, rewards: np.ndarray, now: np.ndarray) -> str:
    right = now[sum(counting.SHOWN[QUESTIONS[question]]) - 1]
    asked = counting.SHOWN[QUESTIONS[question]] not in counting.HELD_OUT
    trained = "rewarded in training" if asked else "never asked in training"
    return f"accepted {now @ rewards:.3f}, truly right {right:.3f}; this question was {trained}"


def _say(before: np.ndarray, now: np.ndarray, best: np.ndarray) -> str:
    rows = zip(counting.ANSWERS, before, now, best, strict=True)
    told = [f"{a} {p:.2f} → {q:.2f}, best {s:.2f}" for a, p, q, s in rows if max(p, q, s) > 0.005]
    return f"π_ref → π: {'; '.join(told)}."
