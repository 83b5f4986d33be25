"""The ladder: the lecture's models from positions alone to a whole GPT, one part more at each step.

Every step is a GPT whose blocks are made of the parts it has so far. The first block is attention
alone; the last is a pre-norm block. Source: the lecture's steps 1 to 8.
Built in notebook *The block*.
"""

from collections.abc import Callable
from dataclasses import replace

from helpers.basics.borders import takes
from helpers.models import initialise
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT


def _bare(config: GPTConfig, block: str, **changes) -> GPT:
    """A GPT of this kind of block, with no norm and no dropout anywhere."""
    return GPT(replace(config, block=block, norm="none", dropout=0.0, **changes))


BUILDERS: dict[str, Callable[[GPTConfig], GPT]] = {
    "positions": lambda config: _bare(config, "plain", n_layer=0),
    "one head": lambda config: _bare(config, "bare-attention", n_layer=1, n_head=1),
    "many heads": lambda config: _bare(config, "bare-attention", n_layer=1),
    "feed-forward": lambda config: _bare(config, "plain", n_layer=1),
    "residuals": lambda config: _bare(config, "residual", n_layer=1),
    "blocks": lambda config: _bare(config, "residual"),
    "blocks, no residuals": lambda config: _bare(config, "plain"),
    "pre-norm": lambda config: GPT(replace(config, block="pre-norm", dropout=0.0)),
    "post-norm": lambda config: GPT(replace(config, block="post-norm", dropout=0.0)),
    "dropout": GPT,
}
STEPS = tuple(BUILDERS)


@takes(config="with n_embd")
def step(name: str, config: GPTConfig) -> GPT:
    """The model at one step of the ladder, started as the lecture starts it (PyTorch's own start).

    name: one of STEPS. config: that of the last step, the whole GPT; an earlier one takes what it
    has parts for. GPT-2's small start would leave nothing of the signal where no norm restores it.
    ValueError for an unknown name.
    """
    if name not in BUILDERS:
        raise ValueError(f"A step must be one of {', '.join(STEPS)}; got {name!r}. Try 'one head'.")
    return initialise.pytorch(BUILDERS[name](config))
