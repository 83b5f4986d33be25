"""Mean rewards against the distance from a reference: what a KL buys."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from helpers.basics.numbers import array
from helpers.basics.signature import signed
from helpers.views.drawing import given, number, style
from helpers.views.drawing.labels import label_ends
from helpers.views.drawing.palette import DASHES, MARKERS, PALETTE
from helpers.views.drawing.roots import NOTE, space_by_roots


@signed()
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
    rule = f"Every reward needs a value for each distance, {kl.shape}"
    rewards = given.arrays(rewards, kl.shape, rule, "Try one row per repeat.")
    ax, labels = style.axes(ax, size=(7.4, 3.9), grid="both"), []
    space_by_roots(ax)
    for i, (name, several) in enumerate(rewards.items()):
        look = {"color": PALETTE[i], "ls": DASHES[i], "marker": MARKERS[i], "ms": 5, "lw": 1.8}
        for x, y in zip(kl, several, strict=True):
            ax.plot(np.maximum(x, 0), y, **look)
        last = kl[:, -1].argmax()
        labels.append((several[last, -1], name, PALETTE[i]))
    ax.set_xlim(0, kl.max() * 1.02)
    style.finish(ax, _say(kl, rewards), title, f"KL from the reference, nats {NOTE}", ylabel)
    return label_ends(ax, labels)


def _say(kl: np.ndarray, rewards: Mapping[str, np.ndarray]) -> str:
    parts = []
    for name, several in rewards.items():
        mean, far = several.mean(0), kl.mean(0)
        best = mean.argmax()
        parts.append(
            f"{name} starts at {number(mean[0])}, is highest, {number(mean[best])}, at a KL of "
            f"{number(far[best])}, and ends at {number(mean[-1])}"
        )
    count = f" (means of {len(kl)} repeats)" if len(kl) > 1 else ""
    return f"Rewards against KL up to {number(kl.max())} nats{count}: {'; '.join(parts)}."
