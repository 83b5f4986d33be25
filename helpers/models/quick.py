"""One token more: what a model computes while it writes, with nothing but its matrices.

For a single vector, calling a layer takes longer than its arithmetic: a module asks for hooks, for
its mode, for its dropout. Here every layer becomes a function of plain tensors, once for a text.
What is computed stays the same, and so does the cache. The form to read is `GPT.forward`; a model
with a part that is not known here goes on by it.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.models.attention import CausalSelfAttention
from helpers.models.block import PreNormBlock
from helpers.models.cache import LayerCache
from helpers.models.gpt import GPT
from helpers.models.grouped import GroupedAttention
from helpers.models.int8 import Int8Linear
from helpers.models.mlp import MLP, SwiGLU
from helpers.models.norms import RMSNorm
from helpers.models.positions import Positions, places

Plain = Callable[[Tensor], Tensor]
Step = Callable[[Tensor], Tensor]


def one_more(model: nn.Module, cache: list[LayerCache]) -> Step | None:
    """A function from the token after those in the cache, (B, 1), to the next logits: (B, V).

    It reads the token into the cache, as `model(token, cache=cache)` does. None if the model has a
    part that is not known here, a hook, or its dropout on; hooks that come later are not asked.
    """
    if type(model) is not GPT or model.training or not cache:
        return None
    known = {*PLAIN, nn.Dropout, nn.Embedding, nn.ModuleList, nn.GELU, nn.ReLU, PreNormBlock, GPT}
    known |= {CausalSelfAttention, GroupedAttention, type(model.position_embedding)}
    if any(type(part) not in known or _hooked(part) for part in model.modules()):
        return None
    if any(type(block) is not PreNormBlock for block in model.blocks):  # attention may be one
        return None
    branches = [(_attention(block), _feed_forward(block)) for block in model.blocks]
    embed, norm, head = _embedding(model), plain(model.final_norm), plain(model.head)

    def step(token: Tensor) -> Tensor:
        x = embed(token, cache[0].length)  # (B, C)
        for (attend, feed), layer in zip(branches, cache, strict=True):
            x = x + attend(x, layer)
            x = x + feed(x)
        return head(norm(x))

    return step


def _embedding(model: GPT) -> Callable[[Tensor, int], Tensor]:
    """Token plus position for one token, (B, 1) -> (B, C): a row of one table, one of another."""
    tokens, config = model.token_embedding.weight.detach(), model.config
    with torch.no_grad():
        rows = model.position_embedding(places(0, config.block_size, config, like=tokens))
    adds = rows.is_floating_point()  # other kinds give a whole 0 for each place

    def embed(token: Tensor, past: int) -> Tensor:
        if past >= config.block_size:
            places(past, 1, config, like=tokens)  # which says what is wrong
        x = F.embedding(token[:, 0], tokens)
        return x + rows.select(0, past) if adds else x

    return embed


def _attention(block: PreNormBlock) -> Callable[[Tensor, LayerCache], Tensor]:
    """The first branch of a block, for one token: (B, C) -> (B, C); keys and values are kept."""
    norm, layer = plain(block.attention_norm), block.attention
    qkv, projection, turn = plain(layer.qkv), plain(layer.projection), layer.turn
    nh, shared, _ = getattr(layer, "n_heads", [layer.n_head] * 3)
    turns = getattr(turn, "__func__", None) is not Positions.turn
    if shared == nh and not turns:  # three equal parts, stored as they come

        def attend(x: Tensor, cache: LayerCache) -> Tensor:
            B = len(x)
            q, k, v = qkv(norm(x)).view(B, 3, nh, 1, -1).unbind(1)
            k, v = cache.append(k, v)
            return projection(F.scaled_dot_product_attention(q, k, v).reshape(B, -1))

        return attend

    def attend(x: Tensor, cache: LayerCache) -> Tensor:
        B = len(x)
        heads = qkv(norm(x)).view(B, nh + 2 * shared, 1, -1)  # queries, keys, values
        turned = turn(heads[:, : nh + shared], cache.length)
        k, v = cache.append(turned[:, nh:], heads[:, nh + shared :])
        # a group asks the same keys: its queries stand in one product as if they were a text
        q = turned[:, :nh].view(B, shared, nh // shared, -1)
        return projection(F.scaled_dot_product_attention(q, k, v).reshape(B, -1))

    return attend


def _feed_forward(block: PreNormBlock) -> Plain:
    """The second branch of a block, for one token: (B, C) -> (B, C)."""
    norm, layer = plain(block.mlp_norm), plain(block.mlp)
    return lambda x: layer(norm(x))


def plain(layer: nn.Module) -> Plain:
    """A layer as a function of tensors."""
    return PLAIN[type(layer)](layer)


def _linear(layer: nn.Linear) -> Plain:
    weight, bias = (None if x is None else x.detach() for x in (layer.weight, layer.bias))
    return lambda x: F.linear(x, weight, bias)  # plain tensors are looked at less than parameters


def _layer_norm(layer: nn.LayerNorm) -> Plain:
    shape, weight, bias, eps = layer.normalized_shape, layer.weight, layer.bias, layer.eps
    return lambda x: torch.layer_norm(x, shape, weight, bias, eps)


def _rms_norm(layer: RMSNorm) -> Plain:
    shape, weight, eps = (len(layer.weight),), layer.weight, layer.eps
    return lambda x: torch.rms_norm(x, shape, weight, eps)


def _mlp(layer: MLP) -> Plain:
    expand, projection, bend = plain(layer.expand), plain(layer.projection), F.relu
    if isinstance(layer.activation, nn.GELU):
        bend = partial(F.gelu, approximate=layer.activation.approximate)
    return lambda x: projection(bend(expand(x)))


def _swiglu(layer: SwiGLU) -> Plain:
    gate, expand, projection = (plain(p) for p in (layer.gate, layer.expand, layer.projection))
    return lambda x: projection(F.silu(gate(x)) * expand(x))


PLAIN = {
    nn.Linear: _linear,
    Int8Linear: lambda layer: layer.forward,
    nn.LayerNorm: _layer_norm,
    RMSNorm: _rms_norm,
    nn.Identity: lambda layer: layer.forward,
    MLP: _mlp,
    SwiGLU: _swiglu,
}


def draw(probs: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """One token from each row, (B, V) -> (B, 1): the one that `torch.multinomial` draws.

    Every token waits for a time drawn at random, the shorter the likelier it is, and the first to
    come is taken: `torch.multinomial` does this, too, but first looks at the numbers, which takes
    longer. So they must be chances, and the generator must live where they are.
    """
    waits = torch.empty_like(probs).exponential_(generator=generator)
    return (probs / waits).argmax(-1, keepdim=True)


def _hooked(part: nn.Module) -> bool:
    return bool(part._forward_hooks or part._forward_pre_hooks)
