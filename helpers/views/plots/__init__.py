"""Plots that say what they show: each draws on Axes and attaches a description made from the data.

They take numbers, tensors and strings, never a model, and return the Axes; `ax=None` makes a new
figure. `pictures.show(plots.bars({"a": 1}))` turns the result into a picture with alt text.
"""

from helpers.views.plots.architecture import architectures
from helpers.views.plots.bars import bars, next_character_bars
from helpers.views.plots.curves import lines
from helpers.views.plots.dependencies import directed_graph
from helpers.views.plots.depth import gradients_by_layer
from helpers.views.plots.diversity import diversity, diversity_panels, repeats
from helpers.views.plots.graphs import token_graphs
from helpers.views.plots.images import images
from helpers.views.plots.ladder import ladder
from helpers.views.plots.losses import losses
from helpers.views.plots.map_row import heatmaps
from helpers.views.plots.maps import heatmap
from helpers.views.plots.mask_panels import mask_panels
from helpers.views.plots.mixture import density, experts, gates
from helpers.views.plots.named_points import named_points
from helpers.views.plots.points import points
from helpers.views.plots.policies import frontier, policies
from helpers.views.plots.power_law import power_laws
from helpers.views.plots.recurrence import encoder_decoder, unrolled
from helpers.views.plots.trees import family_tree

__all__ = [
    "architectures",
    "bars",
    "density",
    "directed_graph",
    "diversity",
    "diversity_panels",
    "encoder_decoder",
    "experts",
    "family_tree",
    "frontier",
    "gates",
    "gradients_by_layer",
    "heatmap",
    "heatmaps",
    "images",
    "ladder",
    "lines",
    "losses",
    "mask_panels",
    "named_points",
    "next_character_bars",
    "points",
    "policies",
    "power_laws",
    "repeats",
    "token_graphs",
    "unrolled",
]
