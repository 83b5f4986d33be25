import torch

from helpers.theory import mixtures
from helpers.views import widgets

generator = torch.Generator().manual_seed(0)
x = 2 * torch.rand(200, generator=generator, dtype=torch.float64) - 1
truth = mixtures.Mixture([[0.5, 6.0], [0.0, 0.0]], [[1.0, 2.0], [-1.0, -1.0]], [0.04, 0.16])
_, y = mixtures.sample(x, truth, generator=generator)
widgets.em_steps(x, y, step=3)
