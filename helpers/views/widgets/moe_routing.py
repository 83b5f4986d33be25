"""Which expert reads which token: a trained mixture on the reader's text, and three cases made up.

Notebook *Mixture of experts in GPT*.
"""

import math
from collections.abc import Callable

import ipywidgets
import torch
from torch import Tensor, nn

from helpers.basics.signature import signed
from helpers.models import balance, moe
from helpers.models.routing import TopK, capacity, first_come
from helpers.views.drawing.picture import Picture
from helpers.views.pictures.routed_text import NOBODY, routed_text
from helpers.views.widgets import reading
from helpers.views.widgets.explorer import Explorer
from helpers.views.widgets.reading import TokenizerLike

TRAINED = "the trained model"
NO_LIMIT, FACTOR = "no limit", "capacity factor"
FACTORS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, NO_LIMIT)
RANKS = ("first", "second", "third", "fourth")
HAIR = 1e-4  # what lifts a token's own expert above those it likes as well


@signed()
def moe_routing(model: nn.Module, tokenizer: TokenizerLike, text: str) -> Explorer:
    """Colour a text by expert: choose the layer, the choice, a capacity, or a case made up.

    model: a GPT with experts; it reads the first block_size characters. The cases made up show what
    the balance loss sees and what it does not. Capacity is what training would do with this text
    as its batch. ValueError, shown in the view, for a text the tokenizer does not know.
    """
    layers, k = moe.layers(model), model.config.n_expert_active
    ranks = [(_rank(r), r) for r in range(k)]
    return Explorer(
        _drawing(model, tokenizer),
        pairs=[("routing", "room")],
        text=ipywidgets.Textarea(value=text, rows=4, description="text"),
        routing=ipywidgets.Dropdown(options=[TRAINED, *CASES], value=TRAINED),
        layer=ipywidgets.IntSlider(value=1, min=1, max=len(layers)),
        choice=ipywidgets.Dropdown(options=ranks, value=0, description="shown"),
        room=ipywidgets.SelectionSlider(options=FACTORS, value=NO_LIMIT, description=FACTOR),
    )


def half_dead(n_tokens: int, n_expert: int) -> Tensor:
    """Logits (N, E) that use half of the experts at a balance loss far below 1.

    Each token divides itself equally among one of the first M = ⌈E/2⌉ experts, in turn, and all of
    the others, and prefers its own by a hair. The loss is E / (M (E - M + 1)): 0.4 for 8 experts.
    """
    used = math.ceil(n_expert / 2)
    logits = torch.full((n_tokens, n_expert), -math.inf)
    logits[:, used:] = 0.0
    own = torch.arange(n_tokens) % used
    return logits.scatter(1, own.unsqueeze(1), HAIR)


def collapsed(n_tokens: int, n_expert: int) -> Tensor:
    """Logits (N, E) of tokens that are all sure of the first expert: the loss is E."""
    return torch.full((n_tokens, n_expert), -math.inf).index_fill(1, torch.tensor([0]), 0.0)


def balanced(n_tokens: int, n_expert: int) -> Tensor:
    """Logits (N, E) of tokens that are sure of one expert each, in turn: the loss is 1."""
    own = torch.arange(n_tokens) % n_expert
    return torch.full((n_tokens, n_expert), -math.inf).scatter(1, own.unsqueeze(1), 0.0)


CASES: dict[str, Callable[[int, int], Tensor]] = {
    "half of the experts dead (made up)": half_dead,
    "one expert takes all (made up)": collapsed,
    "perfect balance (made up)": balanced,
}


def _drawing(model: nn.Module, tokenizer) -> Callable[..., Picture]:
    def draw(text: str, routing: str, layer: int, choice: int, room: float | str) -> Picture:
        ids = reading.ids_of(model, tokenizer, text)[:, : model.config.block_size]
        tokens = [tokenizer.decode([i]) for i in ids[0].tolist()]
        if routing == TRAINED:
            logits, gates = (part[layer - 1, 0] for part in moe.routes(model, ids))
            title, k = f"layer {layer}, {_rank(choice)}", model.config.n_expert_active
        else:
            logits = CASES[routing](len(tokens), model.config.n_expert)
            title, k, choice, gates = "one choice per token", 1, 0, TopK(1)(logits)
        title = f"{routing}, {title}".capitalize()
        return _picture(tokens, logits.cpu(), gates.cpu(), k, choice, room, title)

    return draw


def _rank(choice: int) -> str:
    return f"{RANKS[choice]} choice" if choice < len(RANKS) else f"choice {choice + 1}"


def _picture(
    tokens: list[str], logits: Tensor, gates: Tensor, k: int, choice: int, factor, title: str
) -> Picture:
    """One layer's routing (N, E) of a text, its `choice`-th best experts shown."""
    asked, taken, most = balance.expert_load(gates), gates, NO_LIMIT
    if factor != NO_LIMIT:
        most = capacity(factor, int(asked.sum()), len(asked))
        taken = first_come(gates, most)
    weights, experts = gates.topk(k, dim=-1)
    own = experts[:, choice]
    measures = {
        "balance loss": f"{balance.balance_loss(logits, k).item():.3f}",
        "load variation": f"{balance.variation(asked):.2f}",
        "idle experts": f"{int((asked == 0).sum())} of {len(asked)}",
        "capacity": str(most),
    }
    loads = {"asked": asked.tolist(), "taken": balance.expert_load(taken).tolist()}
    kept = (taken.gather(1, own.unsqueeze(1)).squeeze(1) != 0).tolist()
    shown = own.masked_fill(weights[:, choice] == 0, NOBODY).tolist()
    return routed_text(tokens, shown, kept, loads, title, measures)
