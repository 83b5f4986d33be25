"""Members of an ensemble of language models: each reads its part of a text, all are asked the same.

Built in notebook *Diversity and error*.
"""

import torch
from torch import Tensor, nn

from helpers.basics.borders import takes
from helpers.basics.kinds import need
from helpers.basics.numbers import real, whole
from helpers.models.modes import device_of, evaluating
from helpers.text import batches

SCENE_END = "Exeunt.\n\n"


@takes(text="text")
def held_out(text: str, c: float, seed: int) -> str:
    """A Playwright text without a random share c of its scenes, the others in their order.

    The number of scenes left out is rounded. ValueError unless 0 ≤ c < 1 and a scene remains.
    """
    scenes = [scene + SCENE_END for scene in text.split(SCENE_END)[:-1]]
    c = real("c", c, lambda c: True, "be a share in [0, 1)", "Try 0.25.")
    keep = round(len(scenes) * (1 - c))
    if not (0 <= c < 1 and keep):
        raise ValueError(
            f"c must lie in [0, 1) and leave a whole scene of the {len(scenes)}; got {c}. Try 0.25."
        )
    order = torch.randperm(
        len(scenes), generator=torch.Generator().manual_seed(whole("seed", seed, 0))
    )
    return "".join(scenes[i] for i in order[:keep].sort().values)


@torch.no_grad()
@takes(models="rows", ids="tokens N")
def log_probs(models: list[nn.Module], ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What every member expects in the second half of windows that cover a text.

    ids: (N,). Returns for the M tokens scored: their places in the text (M,), the tokens (M,), and
    ln P(token | window so far) of each of K members, (M, K, V). Always the same windows; the
    models' modes are restored. (Second halves, because a window hides what stood before it.)
    """
    for model in models:
        single = isinstance(model, nn.Module)
        need(single, "Each of the models", "be one", model, "Try [GPT(config)].")
    ids, block_size = ids.to(device_of(models[0])), models[0].config.block_size
    starts, late = batches.even_starts(ids, block_size), slice(block_size // 2, None)
    x, y = batches.windows(ids, starts, block_size)
    places = starts[:, None] + torch.arange(1, block_size + 1, device=ids.device)
    with evaluating(*models):
        each = torch.stack([model(x)[0].log_softmax(-1)[:, late] for model in models], dim=-2)
    return places[:, late].flatten(), y[:, late].flatten(), each.flatten(0, 1)
