import torch

from helpers.text.tasks import counting
from helpers.views.widgets import group_baseline

places = [counting.PAIRS.index(pair) for pair in counting.SHOWN]
before, after = counting.child()[places], counting.right()[places].double()
frames = [((1 - t) * before + t * after).tolist() for t in torch.linspace(0, 1, 6).tolist()]
film = {"at": [0, 10, 20, 30, 40, 50], "frames": frames}
group_baseline({"baseline: group": film, "hole": film}, step=10)
