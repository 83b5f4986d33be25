"""Plots that say what they show: each draws on Axes and attaches a description made from the data.

They take numbers, tensors and strings, never a model, and return the Axes; `ax=None` makes a new
figure. `pictures.show(plots.bars({"a": 1}))` turns the result into a picture with alt text.
"""

from helpers.views.plots.bars import bars, next_character_bars
from helpers.views.plots.curves import lines
from helpers.views.plots.dependencies import directed_graph
from helpers.views.plots.diversity import diversity, diversity_panels, repeats
from helpers.views.plots.experts import density, experts, gates
from helpers.views.plots.losses import losses
from helpers.views.plots.maps import heatmap
from helpers.views.plots.named_points import named_points
from helpers.views.plots.points import points

__all__ = [
    "bars",
    "density",
    "directed_graph",
    "diversity",
    "diversity_panels",
    "experts",
    "gates",
    "heatmap",
    "lines",
    "losses",
    "named_points",
    "next_character_bars",
    "points",
    "repeats",
]
