"""From random numbers to an assistant: the stages of training, and what each learns from.

Source: Ouyang et al. 2022, figure 2 (demonstrations, comparisons, reinforcement learning); the two
other ways to the last model: Rafailov et al. 2023 (DPO), Lambert et al. 2024 (rewards by program).
"""

from matplotlib.axes import Axes

from helpers.basics.signature import signed
from helpers.views.drawing.diagram import Place, arrow, sheet, write
from helpers.views.drawing.palette import BLUE, GREEN, INK, ORANGE, QUIET
from helpers.views.drawing.style import SMALL, finish

MODELS = {"random\nnumbers": 0.0, "base\nmodel": 2.6, "reference\nπ_ref": 5.2, "policy\nπ": 9.0}
STEPS = ("pre-training", "supervised\nfine-tuning", "reinforcement\nlearning")
DATA = {"text: next token": 1.3, "demonstrations:\nquestion, good answer": 3.9}
MIDDLE, LOW, HIGH = 0.0, -1.75, 1.75
ALT = (
    "Four models in a row. Pre-training on text makes random numbers a base model; supervised "
    "fine-tuning on demonstrations makes it a reference; from there three ways lead to the policy: "
    "comparisons train a reward model, which is the reward of reinforcement learning (RLHF); "
    "DPO learns from the comparisons directly; or a program checks the answers."
)


@signed()
def training_stages(ax: Axes | None = None, title: str = "") -> Axes:
    """The stages from left to right: models in blue, data in green, rewards in orange."""
    ax = sheet(ax, (7.8, 3.7), (-0.8, 9.8), (-2.5, 2.35))
    ends = list(MODELS.items())
    for (_, x), (_, after), step in zip(ends, ends[1:], STEPS, strict=False):
        arrow(ax, (x + 0.68, MIDDLE), (after - 0.68, MIDDLE), width=1.8, head=14)
        write(ax, ((x + after) / 2, MIDDLE + 0.42), step, SMALL)
    for name, x in MODELS.items():
        _box(ax, (x, MIDDLE), name, BLUE)
    for name, x in DATA.items():
        _box(ax, (x, LOW), name, GREEN)
        arrow(ax, (x, LOW + 0.42), (x, MIDDLE - 0.12), QUIET)
    _preferences(ax)
    return finish(ax, ALT, title)


def _preferences(ax: Axes) -> None:
    """The last step: three ways to tell a policy what is wanted."""
    _box(ax, (7.1, LOW), "comparisons:\nwhich is better?", GREEN)
    _box(ax, (5.9, HIGH), "reward model", ORANGE)
    _box(ax, (8.5, HIGH), "a program\nthat checks", ORANGE)
    arrow(ax, (6.55, LOW + 0.42), (5.95, HIGH - 0.3), QUIET, bend=-0.12, zorder=0)
    arrow(ax, (6.15, HIGH - 0.3), (6.9, MIDDLE + 0.9), QUIET)
    arrow(ax, (8.3, HIGH - 0.42), (7.4, MIDDLE + 0.85), QUIET)
    arrow(ax, (7.7, LOW + 0.42), (8.85, MIDDLE - 0.42), INK, width=1.8, head=14)
    write(ax, (8.72, LOW + 0.75), "DPO", SMALL)
    write(ax, (6.95, HIGH - 0.45), "RLHF", SMALL)


def _box(ax: Axes, middle: Place, text: str, colour: str) -> None:
    box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": colour, "lw": 1.8}
    write(ax, middle, text, SMALL, bbox=box, zorder=4)
