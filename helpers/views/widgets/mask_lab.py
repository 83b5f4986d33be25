"""What the mask widget knows: models, masks by name, and what each model pays under each mask."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from helpers.basics.signature import signed
from helpers.learning.masking import below, losses_by_position, mask_of
from helpers.models import masks
from helpers.models.attention import maps, with_mask
from helpers.models.modes import device_of
from helpers.text import batches
from helpers.views.drawing import given, listed, number
from helpers.views.widgets import reading

EDITED, OWN = "edited", "your own"
WINDOWS = 250  # pieces of the text that are scored


@signed()
def presets(T: int) -> dict[str, Tensor]:
    """The masks to begin with, by name: (T, T) each."""
    known, width = T // 2, max(1, T // 4)
    return {
        "causal": masks.causal(T),
        "full": masks.full(T),
        f"prefix of {known}": masks.prefix(T, known),
        f"window of {width}": masks.window(T, width),
        "diagonal": masks.diagonal(T),
    }


class MaskLab:
    """Trained models and masks; every pair is measured once.

    models: name -> GPT, all of one block_size T. text: scored in windows of T; truth: nats of each
    of its characters by its author. ValueError if the models differ in T.
    """

    def __init__(self, models: Mapping[str, nn.Module], tokenizer, text: str, truth=None):
        self.models, self.T = dict(models), _width(models)
        self.masks = {**presets(self.T), EDITED: masks.causal(self.T)}
        ids = torch.tensor(reading.tokens_of(tokenizer, text))
        starts = batches.even_starts(ids, self.T, WINDOWS)
        self.x, self.y = batches.windows(ids, starts, self.T)
        places = starts[:, None] + torch.arange(1, self.T + 1)  # (W, T), of what is predicted
        self.truth = None if truth is None else torch.as_tensor(truth)[places]
        self._known: dict[tuple, tuple[Tensor, Tensor]] = {}

    def learn(self, mask: str, train: Callable[[Tensor], nn.Module]) -> None:
        """Train a model with this mask; it is called OWN, and takes the place of the last one."""
        self.models[OWN] = train(masks.check(self.masks[mask]).clone())
        self._known = {key: known for key, known in self._known.items() if key[0] != OWN}

    def measured(self, name: str, visible: Tensor, shown: Sequence[int]) -> tuple[Tensor, Tensor]:
        """A model's losses under a mask, (W, T), and its weights in a text of T tokens, (T, T).

        The weights are averaged over layers and heads.
        """
        key = (name, visible.numpy().tobytes(), tuple(shown))
        if key not in self._known:
            masked = with_mask(self.models[name], visible)
            ids, x, y = torch.tensor([shown]), self.x, self.y
            ids, x, y = (part.to(device_of(masked)) for part in (ids, x, y))
            weights = maps(masked, ids).mean((0, 1, 2))
            self._known[key] = losses_by_position(masked, x, y).cpu(), weights.cpu()
        return self._known[key]

    def verdict(self, name: str, visible: Tensor, losses: Tensor) -> str:
        """What the losses (W, T) of this model under this mask mean, in words."""
        own = mask_of(self.models[name]).cpu()
        paid = f"{number(losses.mean())} nats on average"
        if masks.leaks(visible):
            return self._leak(losses, paid)
        if torch.equal(visible, own):
            return f"Nobody sees the future: an honest loss, {paid}."
        if masks.leaks(own):
            return f"Nobody sees the future, but to copy it is all this model has learned: {paid}."
        return f"Nobody sees the future; the model was trained with another mask: {paid}."

    def too_low(self, losses: Tensor) -> Tensor | None:
        """The positions (T,) that pay less than the truth; None where it is not known."""
        return None if self.truth is None else below(losses, self.truth)

    def _leak(self, losses: Tensor, paid: str) -> str:
        if self.truth is None:
            return f"Positions may look at their future: whatever is paid, {paid}, is not honest."
        cheap = self.too_low(losses).nonzero().flatten().tolist()
        if not cheap:
            unused = "but this model has never learned to use it"
            return f"Positions may look at their future, {unused}: {paid}."
        also = losses.mean() < self.truth.mean()
        return (
            f"A leak: {_positions(cheap)} less than the author of the text, for they have seen the "
            f"answer. The mean, {paid}, {'is below the exact floor, too' if also else 'hides it'}."
        )


def _positions(places: Sequence[int]) -> str:
    first, last = places[0], places[-1]
    if first == last:
        return f"position {first} pays"
    if len(places) == last - first + 1:
        return f"positions {first} to {last} pay"
    return f"positions {listed([*map(str, places)])} pay"


def _width(models: Mapping[str, nn.Module]) -> int:
    widths = {name: model.config.block_size for name, model in models.items()}
    rule = "The models must have one block_size, and there must be one at least"
    given.must(len({*widths.values()}) == 1, rule, widths, "Try to train them with one config.")
    return next(iter(widths.values()))
