"""Plots that say what they show: each draws on Axes and attaches a description made from the data.

They take numbers, tensors and strings, never a model, and return the Axes; `ax=None` makes a new
figure. `show(plots.bars({"a": 1}))` turns the result into a picture with alt text.

architecture  the Transformer as boxes, and what BERT and GPT leave away
block         a block as a flow: the stream and its branches
bars          named values; distributions side by side
curves        named lines over a common axis; repeated measurements
cuts          which tokens a cut keeps
diversity     an ensemble's error, its average error and ambiguity, its parts
experts       the selector of 1991; a tree of gates and experts
forward_pass  one pair on its way through a Transformer
frontier      mean rewards against the distance from a reference
graphs        directed graphs over the tokens of a text
images        small black-and-white images side by side
ladder        what each model of a ladder reaches, against floors
losses        the loss during training, against floors
maps          matrices as coloured cells: heat maps and masks
mixture       mixtures of experts over one input
points        points with curves through them, or with names
power_law     losses of models of growing size, and the law through them
recurrence    a recurrent network in time, an encoder with its decoder
stages        from random numbers to an assistant
trees         a family tree of models
"""

from helpers.views.plots.architecture import architectures
from helpers.views.plots.bars import bars, policies
from helpers.views.plots.block import block_flows
from helpers.views.plots.curves import lines, repeats
from helpers.views.plots.cuts import cuts
from helpers.views.plots.diversity import diversity, diversity_panels, error_parts
from helpers.views.plots.experts import expert_tree, stochastic_selector
from helpers.views.plots.forward_pass import forward_pass
from helpers.views.plots.frontier import frontier
from helpers.views.plots.graphs import token_graphs
from helpers.views.plots.images import images
from helpers.views.plots.ladder import ladder
from helpers.views.plots.losses import losses
from helpers.views.plots.maps import heatmap, heatmaps, mask_panels
from helpers.views.plots.mixture import density, experts, gates
from helpers.views.plots.points import named_points, points
from helpers.views.plots.power_law import power_laws
from helpers.views.plots.recurrence import encoder_decoder, unrolled
from helpers.views.plots.stages import training_stages
from helpers.views.plots.trees import family_tree
