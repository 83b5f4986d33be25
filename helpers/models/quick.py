"""One token more: what a model computes while it writes, with nothing but its matrices.

For a single vector, calling a layer takes longer than its arithmetic: a module asks for hooks, for
its mode, for its dropout. Here every layer becomes a function of plain tensors, once for a text.
What is computed stays the same, and so does the cache. The form to read is `GPT.forward`; a model
with a part that is not known here goes on by it.
"""

from collections.abc import Callable

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
    norm, head = plain(model.final_norm), plain(model.head)

    def step(token: Tensor) -> Tensor:
        x = model.embed(token, past=cache[0].length)[:, 0]  # (B, C)
        for (attend, feed), layer in zip(branches, cache, strict=True):
            x = x + attend(x, layer)
            x = x + feed(x)
        return head(norm(x))

    return step


def _attention(block: PreNormBlock) -> Callable[[Tensor, LayerCache], Tensor]:
    """The first branch of a block, for one token: (B, C) -> (B, C); keys and values are kept."""
    norm, layer = plain(block.attention_norm), block.attention
    qkv, projection, turn = plain(layer.qkv), plain(layer.projection), layer.turn
    nh, shared, _ = getattr(layer, "n_heads", [layer.n_head] * 3)

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
    weight, bias = layer.weight, layer.bias
    return lambda x: F.linear(x, weight, bias)


def _layer_norm(layer: nn.LayerNorm) -> Plain:
    shape, weight, bias, eps = layer.normalized_shape, layer.weight, layer.bias, layer.eps
    return lambda x: torch.layer_norm(x, shape, weight, bias, eps)


def _rms_norm(layer: RMSNorm) -> Plain:
    shape, weight, eps = (len(layer.weight),), layer.weight, layer.eps
    return lambda x: torch.rms_norm(x, shape, weight, eps)


def _mlp(layer: MLP) -> Plain:
    expand, bend, projection = (
        plain(layer.expand),
        layer.activation.forward,
        plain(layer.projection),
    )
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


def _hooked(part: nn.Module) -> bool:
    return bool(part._forward_hooks or part._forward_pre_hooks)
