"""GPT-2's weights as Hugging Face stores them, read into our GPT.

Source: Radford et al. 2019. Their code keeps matrices the other way round (inputs × outputs, a
"Conv1D" of width 1) and counts queries, keys and values as one matrix, as we do.
Notebook *From GPT-1 to GPT-3*.
"""

from pathlib import Path

from torch import Tensor

from helpers.basics.numbers import whole
from helpers.models import checkpoint
from helpers.models.config import GPTConfig

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
    "model_type": ("gpt2",),
    "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
    "layer_norm_epsilon": (1e-5,),
    "scale_attn_weights": (True,),
    "scale_attn_by_inverse_layer_idx": (False,),
    "add_cross_attention": (False,),
    "tie_word_embeddings": (True,),
}


def read(source: str | Path, download: bool = False) -> tuple[GPTConfig, dict[str, Tensor]]:
    """The config and the tensors, under our names, of "gpt2" … "gpt2-xl" or of a folder.

    A folder holds config.json and model.safetensors. A published name is looked up in Hugging
    Face's cache, and fetched there if `download` says so (an interrupted download goes on where
    it stopped). ValueError for a missing, damaged or foreign file, ConnectionError when offline.
    """
    folder = _published(str(source), download) if str(source) in PUBLISHED else Path(source)
    settings = checkpoint.read_json(folder / checkpoint.CONFIG)
    path = folder / checkpoint.WEIGHTS
    tensors = checkpoint.tensors_from(checkpoint.read_bytes(path), path)
    return _config(settings, folder), translated(tensors)


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


def _config(settings: dict, folder: Path) -> GPTConfig:
    for name, allowed in FIXED.items():
        if (value := settings.get(name, allowed[0])) not in allowed:
            raise ValueError(
                f"{folder / checkpoint.CONFIG} must describe a GPT-2: {name} = {allowed[0]!r}; "
                f"got {value!r}. Pass a model of GPT-2's make; no other can be read."
            )
    try:
        width = whole("n_embd", settings["n_embd"])
        if settings.get("n_inner") not in (None, 4 * width):
            advice = f"Try n_inner={4 * width}."
            raise ValueError(f"n_inner must be 4 · n_embd; got {settings['n_inner']}. {advice}")
        sizes = {name: settings[name] for name in ("vocab_size", "n_layer", "n_head", "n_embd")}
        block_size = settings.get("n_positions", settings.get("n_ctx"))
        return GPTConfig(block_size, **sizes, dropout=settings.get("resid_pdrop", 0.1))
    except (KeyError, ValueError) as error:
        raise ValueError(
            f"{folder / checkpoint.CONFIG} must hold the sizes of a GPT-2 that fit together; "
            f"it does not: {str(error).rstrip('.')}. Fetch the file again."
        ) from None


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
