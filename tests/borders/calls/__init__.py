"""A right call of every public function that a student may meet: what the slips start from.

free: what is no slip here. "shape": any shape will do; "negative": any sign; "zero", "NaN", …
small: the model and the numbers; the other modules are the rooms of helpers/.
"""

import functools

import torch

from tests.borders.calls import (
    adapting,
    alignment,
    experts,
    learning,
    models,
    plots,
    practice,
    text,
    theory,
    widgets,
)
from tests.borders.slips import Call


@functools.cache
def calls() -> list[Call]:
    """Every right call; made once, since its models are."""
    torch.manual_seed(0)
    rooms = [models.of_models, experts.of_experts, models.of_other_models, learning.of_learning]
    rooms += [
        adapting.of_adapting,
        alignment.of_alignment,
        alignment.of_groups,
        text.of_text,
        text.of_sums,
        plots.of_plots,
        plots.of_pictures,
        widgets.of_readers,
        widgets.of_widgets,
        practice.of_practice,
        practice.of_loaders,
        theory.of_theory,
        theory.of_ensembles,
    ]
    return [right for room in rooms for right in room()]
