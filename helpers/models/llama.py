"""Llama and its relatives, as Hugging Face and as a GGUF store them, read into our GPT.

All are one model with different numbers: RMSNorm, rotary positions, SwiGLU, no biases, and queries
that share keys and values. Sources: Touvron et al. 2023 (Llama); Jiang et al. 2023 (Mistral, its
window) and 2024 (Mixtral, its experts); Qwen Team 2025 (Qwen3, its norms of queries and keys).
"""

import re

import torch
from torch import Tensor

from helpers.models.config import GPTConfig
from helpers.models.positions import halves

MAKES = ("llama", "mistral", "mixtral", "qwen3")
# What these models do wherever their config leaves a choice; our parts do nothing else.
FIXED = {
    "hidden_act": ("silu",),
    "attention_bias": (False,),
    "mlp_bias": (False,),
    "use_sliding_window": (False, None),
}
NAMES = {  # theirs -> ours: patterns, for numbers of layers and of experts stand in between
    r"^model\.embed_tokens": "token_embedding",
    r"^model\.norm": "final_norm",
    r"^lm_head": "head",
    r"^model\.layers\.": "blocks.",
    r"\.input_layernorm\.": ".attention_norm.",
    r"\.post_attention_layernorm\.": ".mlp_norm.",
    r"\.self_attn\.o_proj\.": ".attention.projection.",
    r"\.self_attn\.([qkv])_proj\.": r".attention.\1.",
    r"\.self_attn\.q_norm\.": ".attention.query_norm.",
    r"\.self_attn\.k_norm\.": ".attention.key_norm.",
    r"\.mlp\.gate_proj\.": ".mlp.gate.",
    r"\.mlp\.up_proj\.": ".mlp.expand.",
    r"\.mlp\.down_proj\.": ".mlp.projection.",
    r"\.block_sparse_moe\.gate\.": ".mlp.router.",
    r"\.block_sparse_moe\.experts\.(\d+)\.w1\.": r".mlp.experts.\1.gate.",
    r"\.block_sparse_moe\.experts\.(\d+)\.w3\.": r".mlp.experts.\1.expand.",
    r"\.block_sparse_moe\.experts\.(\d+)\.w2\.": r".mlp.experts.\1.projection.",
}
GGUF_NAMES = {
    r"^token_embd\.": "token_embedding.",
    r"^output_norm\.": "final_norm.",
    r"^output\.": "head.",
    r"^blk\.": "blocks.",
    r"\.attn_norm\.": ".attention_norm.",
    r"\.ffn_norm\.": ".mlp_norm.",
    r"\.attn_output\.": ".attention.projection.",
    r"\.attn_([qkv])\.": r".attention.\1.",
    r"\.ffn_gate\.": ".mlp.gate.",
    r"\.ffn_up\.": ".mlp.expand.",
    r"\.ffn_down\.": ".mlp.projection.",
}


def config_of(settings: dict) -> GPTConfig:
    """The GPTConfig that a config.json describes; KeyError or ValueError where it cannot."""
    make, window = settings["model_type"], settings.get("sliding_window")
    if make == "qwen3" or window is None:
        attention = {"attention": "qk-norm" if make == "qwen3" else "grouped"}
    else:
        attention = {"attention": "sliding", "window": window}
    if make == "mixtral":
        k = "num_experts_per_tok"
        attention |= {"n_expert": settings["num_local_experts"], "n_expert_active": settings[k]}
        if settings[k] == 1:
            raise ValueError(f"{k} must be 2 or more for a gate like Mixtral's; got 1. Try 2.")
    return GPTConfig(
        settings["max_position_embeddings"],
        settings["vocab_size"],
        n_layer=settings["num_hidden_layers"],
        n_head=(n_head := settings["num_attention_heads"]),
        n_embd=settings["hidden_size"],
        n_kv_head=settings.get("num_key_value_heads") or n_head,
        head_width=settings.get("head_dim") or 0,
        n_hidden=settings["intermediate_size"],
        norm_eps=settings["rms_norm_eps"],
        rotary_base=_rotary_base(settings),
        tied=settings.get("tie_word_embeddings", False),
        **STYLE | attention,
    )


STYLE = {"positions": "rotary", "norm": "rms", "feed_forward": "swiglu"}
STYLE |= {"bias": False, "qkv_bias": False}


def _rotary_base(settings: dict) -> float:
    """The base of plain rotary positions; ValueError where they are scaled for longer texts."""
    rope = settings.get("rope_parameters") or settings.get("rope_scaling") or {}
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind != "default" or rope.get("partial_rotary_factor", 1) != 1:
        raise ValueError(
            f"rope_type must be 'default', rotary positions without a scaling; got {rope}. "
            "Choose a model that has none."
        )
    unsaid = {"rope_theta": 10_000.0} if settings["model_type"] == "llama" else {}  # the first ones
    return (unsaid | settings | rope)["rope_theta"]


def config_of_gguf(settings: dict) -> GPTConfig:
    """The GPTConfig that a GGUF's settings describe; KeyError or ValueError where it cannot."""
    if (make := settings["general.architecture"]) != "llama":
        raise ValueError(f"general.architecture must be 'llama'; got {make!r}. Choose such a file.")
    if scaled := [name for name in settings if name.startswith("llama.rope.scaling")]:
        raise ValueError(
            f"rotary positions must be without a scaling; got {scaled[0]}. Choose such a file."
        )
    said = {name.removeprefix("llama."): value for name, value in settings.items()}
    n_head, width = said["attention.head_count"], said["embedding_length"]
    turned = said.get("rope.dimension_count", width // n_head)
    if turned * n_head != width:
        raise ValueError(f"all channels must be turned; got {turned} a head. Choose such a file.")
    return GPTConfig(
        said["context_length"],
        len(settings["tokenizer.ggml.tokens"]),
        n_layer=said["block_count"],
        n_head=n_head,
        n_embd=width,
        n_kv_head=said.get("attention.head_count_kv", n_head),
        n_hidden=said["feed_forward_length"],
        norm_eps=said["attention.layer_norm_rms_epsilon"],
        rotary_base=said.get("rope.freq_base", 10_000.0),
        attention="grouped",
        **STYLE,
    )


def translated(tensors: dict[str, Tensor], names: dict[str, str] = NAMES) -> dict[str, Tensor]:
    """Their tensors under our names; queries, keys and values of a layer become one matrix."""
    found = {our_name(name, names): tensor for name, tensor in tensors.items()}
    for name in [name for name in found if name.endswith(".attention.q.weight")]:
        three = [name.replace(".q.", f".{letter}.") for letter in "qkv"]
        parts = [found.get(part) for part in three]
        if all(part is not None and part.shape[1:] == parts[0].shape[1:] for part in parts):
            found[name.replace(".q.", ".qkv.")] = torch.cat([found.pop(part) for part in three])
    return found


def translated_gguf(tensors: dict[str, Tensor], config: GPTConfig) -> dict[str, Tensor]:
    """The same for a GGUF, whose rows of queries and keys have their pairs side by side."""
    heads = {".attn_q.weight": config.n_head, ".attn_k.weight": config.kv_heads}
    for name, tensor in tensors.items():
        n_head = next((n for end, n in heads.items() if name.endswith(end)), None)
        if n_head and tensor.ndim == 2 and tensor.shape[0] % (2 * n_head) == 0:
            tensors[name] = halves(tensor, n_head)
    return translated(tensors, GGUF_NAMES)


def our_name(name: str, names: dict[str, str] = NAMES) -> str:
    """Our name of a tensor; one that is none of theirs keeps its own.

    >>> our_name("model.layers.3.mlp.up_proj.weight")
    'blocks.3.mlp.expand.weight'
    """
    for theirs, ours in names.items():
        name = re.sub(theirs, ours, name)
    return name
