"""Policies: distributions over answers beside each other, and what a distance in KL buys."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.basics.numbers import array
from helpers.views.drawing.labels import label_ends
from helpers.views.drawing.palette import BLUE, DASHES, GREEN, GRID, INK, MARKERS, ORANGE, PALETTE
from helpers.views.drawing.roots import NOTE, space_by_roots
from helpers.views.drawing.style import SIZE, SMALL, axes, finish
from helpers.views.drawing.wording import listed, number

LOOKS = (
    {"facecolor": "white", "edgecolor": ORANGE, "hatch": "/////", "linewidth": 1.4},
    {"color": BLUE},
    {"facecolor": GREEN, "edgecolor": "white", "hatch": "..."},
)
SHOWN = 0.005  # smaller probabilities get no number


def policies(
    answers: Sequence[str],
    probs: Mapping[str, Sequence[float]],
    title: str = "",
    xlabel: str = "answer",
    ax: Axes | None = None,
) -> Axes:
    """Up to three distributions over the same answers, a group of bars for each answer.

    probs: name -> (answers,). ValueError if one does not fit the answers, or there are too many.
    """
    probs = {name: array(p) for name, p in probs.items()}
    _check(answers, probs)
    ax, width = axes(ax, size=(7.4, 3.4)), 0.84 / len(probs)
    for i, ((name, p), look) in enumerate(zip(probs.items(), LOOKS, strict=False)):
        places = np.arange(len(answers)) + (i - (len(probs) - 1) / 2) * width
        ax.bar(places, p, width * 0.9, label=name, **look)
        for x, value in zip(places, p, strict=True):
            if value >= SHOWN and len(answers) * len(probs) <= 24:
                said = f"{value:.2f}".removeprefix("0")
                ax.text(x, value + 0.01, said, ha="center", fontsize=SMALL - 1.5, color=INK)
    ax.set_xticks(range(len(answers)), answers, fontsize=SIZE - (len(answers) > 10))
    if len(answers) > 10:
        ax.tick_params(axis="x", labelrotation=45)
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="y", color=GRID)
    ax.legend(frameon=False, fontsize=SIZE, ncols=3, labelcolor=INK, loc="upper right")
    top = max(p.max() for p in probs.values())
    ax.set_ylim(0, top * 1.22)
    said = "; ".join(f"{name} {_listed(answers, p)}" for name, p in probs.items())
    return finish(ax, f"Probabilities: {said}.", title, xlabel, "probability")


def frontier(
    kl: Sequence[Sequence[float]],
    rewards: Mapping[str, Sequence[Sequence[float]]],
    title: str = "",
    ylabel: str = "mean reward",
    ax: Axes | None = None,
) -> Axes:
    """Mean rewards against the distance from the reference, one line for each repeat.

    kl: (R, N) nats, in order; each of rewards: (R, N). Distances are spaced by their square roots.
    ValueError if shapes differ.
    """
    kl, rewards = np.atleast_2d(array(kl)), {k: np.atleast_2d(array(r)) for k, r in rewards.items()}
    if not rewards or any(r.shape != kl.shape for r in rewards.values()):
        raise ValueError(
            f"Every reward needs a value for each distance, {kl.shape}; got "
            f"{ {name: r.shape for name, r in rewards.items()} }. Try one row per repeat."
        )
    ax, labels = axes(ax, size=(7.4, 3.9)), []
    space_by_roots(ax)
    ax.grid(color=GRID)
    for i, (name, several) in enumerate(rewards.items()):
        look = {"color": PALETTE[i], "ls": DASHES[i], "marker": MARKERS[i], "ms": 5, "lw": 1.8}
        for x, y in zip(kl, several, strict=True):
            ax.plot(np.maximum(x, 0), y, **look)
        last = kl[:, -1].argmax()
        labels.append((several[last, -1], name, PALETTE[i]))
    ax.set_xlim(0, kl.max() * 1.02)
    finish(ax, _say(kl, rewards), title, f"KL from the reference, nats {NOTE}", ylabel)
    label_ends(ax, labels)
    return ax


def _check(answers: Sequence[str], probs: Mapping[str, np.ndarray]) -> None:
    shapes = {name: p.shape for name, p in probs.items()}
    if not 1 <= len(probs) <= len(LOOKS) or set(shapes.values()) != {(len(answers),)}:
        raise ValueError(
            f"policies needs one to three distributions over the {len(answers)} answers; got "
            f"shapes {shapes}. Try {{'π_ref': reference, 'π*': optimum}}."
        )


def _listed(answers: Sequence[str], probs: np.ndarray) -> str:
    order = np.argsort(-probs, kind="stable")[:4]
    return listed([f"{answers[i]} {probs[i]:.3f}" for i in order])


def _say(kl: np.ndarray, rewards: Mapping[str, np.ndarray]) -> str:
    said = []
    for name, several in rewards.items():
        mean, far = several.mean(0), kl.mean(0)
        best = mean.argmax()
        said.append(
            f"{name} starts at {number(mean[0])}, is highest, {number(mean[best])}, at a KL of "
            f"{number(far[best])}, and ends at {number(mean[-1])}"
        )
    count = f" (means of {len(kl)} repeats)" if len(kl) > 1 else ""
    return f"Rewards against KL up to {number(kl.max())} nats{count}: {'; '.join(said)}."
