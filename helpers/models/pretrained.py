"""Published weights, read into our GPT: GPT-2's, Llama's and its relatives' (`llama`).

A folder of Hugging Face's, a GGUF file or a name. Source of GPT-2: Radford et al. 2019. Their code
keeps matrices the other way round (inputs × outputs, a "Conv1D" of width 1) and counts queries,
keys and values as one matrix, as we do. Notebook *From GPT-1 to GPT-3*.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from helpers.basics.gguf import GGUF
from helpers.basics.numbers import whole
from helpers.models import checkpoint, llama, rounded
from helpers.models.config import GPTConfig
from helpers.text import smollm

PUBLISHED = {"gpt2": 0.5, "gpt2-medium": 1.5, "gpt2-large": 3.2, "gpt2-xl": 6.4}  # GB to fetch
FILES = (checkpoint.CONFIG, checkpoint.WEIGHTS)
NAMES = {  # theirs -> ours, outside the blocks and in a block
    "wte.weight": "token_embedding.weight",
    "wpe.weight": "position_embedding.weight",
    "ln_f": "final_norm",
    "ln_1": "attention_norm",
    "attn.c_attn": "attention.qkv",
    "attn.c_proj": "attention.projection",
    "ln_2": "mlp_norm",
    "mlp.c_fc": "mlp.expand",
    "mlp.c_proj": "mlp.projection",
}
CONVS = ("c_attn.weight", "c_proj.weight", "c_fc.weight")  # the matrices kept the other way round
# What GPT-2 does wherever its config leaves a choice; our GPT does nothing else.
FIXED = {
    "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
    "layer_norm_epsilon": (1e-5,),
    "scale_attn_weights": (True,),
    "scale_attn_by_inverse_layer_idx": (False,),
    "add_cross_attention": (False,),
    "tie_word_embeddings": (True,),
}


def read(source: str | Path, download: bool = False) -> tuple[GPTConfig, dict[str, Tensor]]:
    """The config and the tensors, under our names, of a published name, a folder or a GGUF file.

    A folder holds config.json and model.safetensors. "gpt2" … "gpt2-xl" are looked up in Hugging
    Face's cache, and fetched there if `download` says so (an interrupted download goes on where
    it stopped); "smollm2-135m" comes in a package. ValueError for a missing, damaged or foreign
    file, ConnectionError for a name that is not at hand.
    """
    if str(source) == smollm.NAME or str(source).endswith(".gguf"):
        return read_gguf(smollm.path() if str(source) == smollm.NAME else Path(source))
    folder = _published(str(source), download) if str(source) in PUBLISHED else Path(source)
    path = folder / checkpoint.CONFIG
    settings = checkpoint.read_json(path)
    make = settings.setdefault("model_type", "gpt2")
    makes = {"gpt2": (FIXED, _gpt2)} | dict.fromkeys(llama.MAKES, (llama.FIXED, llama.config_of))
    if make not in makes:
        raise ValueError(
            f"{path} must describe a model of a make that can be read: model_type = "
            f"{', '.join(makes)}; got {make!r}. Pass a model of one of these."
        )
    fixed, config_of = makes[make]
    _check_fixed(settings, fixed, make, path)
    config = _config(config_of, settings, path)
    weights = folder / checkpoint.WEIGHTS
    tensors = checkpoint.tensors_from(checkpoint.read_bytes(weights), weights)
    return config, translated(tensors) if make == "gpt2" else llama.translated(tensors)


def read_gguf(path: Path) -> tuple[GPTConfig, dict[str, Tensor]]:
    """The same of a GGUF file of the architecture llama, its rounded weights as float32."""
    file = GGUF(path)
    config = _config(llama.config_of_gguf, file.settings, path)
    config = replace(config, tied="output.weight" not in file.tensors)
    tensors = {name: rounded.read(file, name) for name in file.tensors}
    return config, llama.translated_gguf(tensors, config)


def translated(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Hugging Face's GPT-2 tensors under our names, their matrices the way nn.Linear has them.

    Left out: the tied head, which is the embedding, and the causal masks of old files.
    """
    found = {}
    for name, tensor in tensors.items():
        name = name.removeprefix("transformer.")
        if name == "lm_head.weight" or name.endswith((".attn.bias", ".attn.masked_bias")):
            continue
        turned = tensor.mT if name.endswith(CONVS) and tensor.ndim == 2 else tensor
        found[our_name(name)] = turned.contiguous()
    return found


def our_name(name: str) -> str:
    """Our name of a tensor of Hugging Face's GPT-2.

    >>> our_name("h.3.attn.c_attn.weight")
    'blocks.3.attention.qkv.weight'
    """
    if name.startswith("h."):
        name = name.replace("h.", "blocks.", 1)
    for theirs, ours in NAMES.items():
        name = name.replace(theirs, ours)
    return name


def _check_fixed(settings: dict, fixed: dict, make: str, path: Path) -> None:
    for name, allowed in fixed.items():
        if (value := settings.get(name, allowed[0])) not in allowed:
            raise ValueError(
                f"{path} must describe a plain {make}: {name} = {allowed[0]!r}; "
                f"got {value!r}. Pass such a model; no other can be read."
            )


def _config(config_of: Callable[[dict], GPTConfig], settings: dict, path: Path) -> GPTConfig:
    try:
        return config_of(settings)
    except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(
            f"{path} must hold the numbers of a model that fit together and are all known; "
            f"they are not: {str(error).rstrip('.')}. Fetch the file again."
        ) from None


def _gpt2(settings: dict) -> GPTConfig:
    width = whole("n_embd", settings["n_embd"])
    if settings.get("n_inner") not in (None, 4 * width):
        advice = f"Try n_inner={4 * width}."
        raise ValueError(f"n_inner must be 4 · n_embd; got {settings['n_inner']}. {advice}")
    sizes = {name: settings[name] for name in ("vocab_size", "n_layer", "n_head", "n_embd")}
    block_size = settings.get("n_positions", settings.get("n_ctx"))
    return GPTConfig(block_size, **sizes, dropout=settings.get("resid_pdrop", 0.1))


def _published(name: str, download: bool) -> Path:
    """The folder in Hugging Face's cache that has both files."""
    try:
        from huggingface_hub import hf_hub_download, try_to_load_from_cache
    except ImportError:
        raise ConnectionError(
            f"To find {name} by its name the package huggingface_hub is needed. Install it, or "
            f"pass a folder that holds {' and '.join(FILES)}."
        ) from None
    # Even with local_files_only hf_hub_download asks the hub; the other only looks.
    find = hf_hub_download if download else try_to_load_from_cache
    reason = "not in Hugging Face's cache"
    try:
        paths = [find(f"openai-community/{name}", file) for file in FILES]
        if all(isinstance(path, str) for path in paths):
            return Path(paths[0]).parent
    except Exception as error:  # the library has a dozen kinds for "not to be had"
        reason = type(error).__name__
    raise ConnectionError(
        f"The weights of {name} are not at hand ({reason}). When online, try "
        f"from_pretrained({name!r}, download=True): {PUBLISHED[name]} GB, once; or pass a "
        f"folder that holds {' and '.join(FILES)}."
    )
