"""Checks for a GPT: each finds bugs that a falling loss does not show.

They ask what goes in and what comes out, or count; only the twin knows the parts by name.
Notebook *Bugs that still train*.
"""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.basics.borders import explained, takes
from helpers.basics.signature import signed
from helpers.learning.evaluation import evaluate
from helpers.models.block import PreNormBlock
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.modes import device_of, evaluating
from helpers.models.positions import Positions
from helpers.theory.scaling import count_parameters

NEAR_GUESSING = 0.1  # nats: as far as a careful start may lie from ln V
ROUNDING = 1e-3  # of a logit: float32 loses less, a slip changes more


@torch.no_grad()
@takes(model="model", idx="tokens B T")
def future_effect(model: nn.Module, idx: Tensor) -> float:
    """How much the last token changes the logits before it, at most: 0 for a causal model.

    idx: (B, T ≥ 2). In eval mode, as all checks here; the model's own mode is restored.
    """
    changed = idx.clone()
    changed[:, -1] = (idx[:, -1] + 1) % model.config.vocab_size  # any other token will do
    with evaluating(model):
        before, after = model(idx)[0], model(changed)[0]
    return largest_difference(before[:, :-1], after[:, :-1])


@torch.no_grad()
@takes(model="model", idx="tokens B T")
def prefix_effect(model: nn.Module, idx: Tensor) -> float:
    """How much the tokens that follow change the logits of a text's first, at most. Should be 0.

    ∞ where the first token alone gives logits of another shape.
    """
    with evaluating(model):
        return largest_difference(model(idx[:, :1])[0], model(idx)[0][:, :1])


@torch.no_grad()
@takes(model="model", idx="tokens B T")
def cache_effect(model: nn.Module, idx: Tensor) -> float:
    """How much it matters whether a text is read token by token or at once. Should be 0."""
    cache = model.new_cache(len(idx))
    with evaluating(model):
        pieces = [model(piece, cache=cache)[0] for piece in idx.split(1, dim=1)]
        return largest_difference(torch.cat(pieces, dim=1), model(idx)[0])


@torch.no_grad()
@explained(idx="tokens B T <V")
@takes(model="model", idx="tokens B T")
def twin_difference(model: GPT, idx: Tensor) -> float:
    """How far the logits are from those of PyTorch's own layers with the same weights, at most.

    For a pre-norm GPT with GELU and a tied head. The twin's head *is* the token embedding.
    ValueError where PyTorch has no such layers (see `has_twin`).
    """
    if not has_twin(model):
        raise ValueError(
            "A twin of PyTorch's layers must be pre-norm with LayerNorm, GELU, biases, a tied head "
            f"and positions that are added; got {type(model.position_embedding).__name__} in a "
            f"model of {model.config}. Try cache_effect and future_effect."
        )
    with evaluating(model):
        # positions of the model's own kind; added by hand, so that a wrong `embed` is found, too
        places = model.position_embedding(torch.arange(idx.shape[1], device=idx.device))
        x = model.token_embedding.weight[idx] + places
        for block in model.blocks:
            x = twin_block(block, model.config.n_head)(x, future(idx.shape[1]).to(x.device))
        logits = model.final_norm(x) @ model.token_embedding.weight.T
        return largest_difference(model(idx)[0], logits)


def has_twin(model: GPT) -> bool:
    """Whether PyTorch has layers for this GPT: a plain one, whose parts may hide a mistake."""
    c = model.config
    named = (c.block, c.attention, c.activation, c.tied, c.norm_eps)
    plain = named == ("pre-norm", "causal", "gelu", True, 1e-5)
    added = type(model.position_embedding).turn is Positions.turn  # nothing turns the queries
    with torch.device("meta"):
        ours = _shapes(PreNormBlock(GPTConfig(1, 1, 1, n_head=1, n_embd=c.n_embd)))
    # every block of the same weights, and none that normalises its sum
    fits = all(_shapes(block) == ours for block in model.blocks)
    ends = any(getattr(block, "ends_normalised", False) for block in model.blocks)
    return plain and added and fits and not ends


def _shapes(block: nn.Module) -> dict[str, torch.Size]:
    return {name: weights.shape for name, weights in block.state_dict().items()}


def twin_block(block: PreNormBlock, n_head: int) -> nn.Module:
    """PyTorch's encoder layer with the weights of a block, found by their names."""
    C = block.attention_norm.normalized_shape[0]
    gelu, order = partial(F.gelu, approximate="tanh"), {"batch_first": True, "norm_first": True}
    twin = nn.TransformerEncoderLayer(C, n_head, 4 * C, 0.0, gelu, **order)
    names = {"attention.qkv.": "self_attn.in_proj_", "attention.projection": "self_attn.out_proj"}
    names |= {"attention_norm": "norm1", "mlp_norm": "norm2"}
    names |= {"mlp.expand": "linear1", "mlp.projection": "linear2"}
    weights = block.state_dict()
    for ours, theirs in names.items():
        weights = {name.replace(ours, theirs): value for name, value in weights.items()}
    twin.load_state_dict(weights)
    return twin.to(block.attention_norm.weight.device).eval()


def future(T: int) -> Tensor:
    """PyTorch's way to say causal: (T, T), -∞ strictly right of the diagonal, else 0."""
    return torch.full((T, T), float("-inf")).triu(1)


def largest_difference(one: Tensor, other: Tensor) -> float:
    """The largest |a - b|; ∞ where the shapes differ."""
    return (one - other).abs().max().item() if one.shape == other.shape else float("inf")


@takes(model="model", start_loss="real", ids="tokens N", floor="real")
def examine(model: GPT, start_loss: float, ids: Tensor, floor: float) -> dict[str, bool]:
    """Verdicts on a trained GPT: the name of a check -> whether it passes.

    start_loss: what it paid before training; ids: (N,) validation tokens; floor: nats per token.
    Six of them, in the order of *Bugs that still train*; the twin is left out where PyTorch has no
    such layers.
    """
    idx = ids[: model.config.block_size][None].to(device_of(model))
    uniform = torch.tensor(model.config.vocab_size).log().item()  # who knows nothing guesses evenly
    n_parameters = sum(p.numel() for p in model.parameters())
    verdicts = {
        # no honest model pays less than the entropy: below it, it has seen the answers
        "ends above the floor": evaluate(model, ids) > floor,
        # before training nothing is known: every token is as likely as the others
        "starts at ln V": abs(start_loss - uniform) < NEAR_GUESSING,
        # the same text read in two ways: only a slip could make a difference
        "is blind to the future": future_effect(model, idx) < ROUNDING,
        "reads the same with a cache": cache_effect(model, idx) < ROUNDING,
    }
    if has_twin(model):
        verdicts["equals PyTorch's layers"] = twin_difference(model, idx) < ROUNDING
    return verdicts | {
        "has the parameters of the formula": n_parameters == count_parameters(model.config)
    }


@signed()
def verdict_table(verdicts: dict[str, dict[str, bool]]) -> str:
    """Verdicts of several models as lines of text: one row per check, one column per model.

    >>> print(verdict_table({"A": {"is sound": True}, "B": {"is sound": False}}))
              A  B
    is sound  ✓  ✗
    """
    rule = "verdicts must hold the same checks, one at least, for each model"
    same = {tuple(each) for each in verdicts.values()}
    if len(same) != 1 or same == {()}:
        raise ValueError(f"{rule}; got {verdicts}. Try {{'A': examine(…)}}.")
    names, tests = list(verdicts), list(*same)
    width = max(map(len, tests))
    rows = [" " * width + "".join(f"  {name}" for name in names)]
    for test in tests:
        marks = ("✓" if verdicts[name][test] else "✗" for name in names)
        rows.append(test.ljust(width) + "".join(f"  {mark}" for mark in marks))
    return "\n".join(rows)
