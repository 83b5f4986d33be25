"""A model on disk: weights in safetensors, everything else in JSON a person can read.

Nothing is pickled, so opening a file never runs code from it. `config.json` names the sha256 of
the weights and of the tokenizer: files that do not belong together, or were damaged, are refused by
name.
"""

import hashlib
import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from helpers.basics.files import settle, write_together
from helpers.models.config import GPTConfig
from helpers.models.rebuild import build

WEIGHTS, CONFIG, TOKENIZER = "model.safetensors", "config.json", "tokenizer.json"


def save(folder: str | Path, model: nn.Module, tokenizer=None) -> None:
    """Write `model` (with a `.config`) and, if given, its tokenizer into `folder`.

    All of it takes the place of the model that was there, tokenizer included, or nothing does.
    ValueError if the model has parts that its config does not say, for `load` could not put them
    back, weights that are not finite, or a tokenizer with more tokens than the model, and while
    another process saves there.
    """
    _check_parts(model)
    tensors = _own_tensors(model)
    _check_finite(tensors)
    weights, words = save_tensors(tensors), _tokenizer_file(tokenizer, model.config.vocab_size)
    config = {**model.config.to_dict(), "sha256": hashlib.sha256(weights).hexdigest()}
    if words is not None:
        config["tokenizer_sha256"] = hashlib.sha256(words).hexdigest()
    settings = (json.dumps(config, indent=1) + "\n").encode()
    write_together(Path(folder), {WEIGHTS: weights, CONFIG: settings, TOKENIZER: words})


def load(folder: str | Path, model_class: type) -> nn.Module:
    """Rebuild the model in `folder`, in eval mode. ValueError names the missing or damaged file."""
    folder = Path(folder)
    settle(folder)
    settings = read_json(folder / CONFIG)
    content = read_bytes(folder / WEIGHTS)
    if hashlib.sha256(content).hexdigest() != settings.pop("sha256", None):
        raise ValueError(
            f"{folder / WEIGHTS} must be the file that {CONFIG} was written with; its sha256 "
            "differs, so it is damaged or from another model. Fetch or train the checkpoint again."
        )
    settings.pop("tokenizer_sha256", None)  # for `tokenizers.load`
    tensors = tensors_from(content, folder / WEIGHTS)
    return build(model_class, _config(settings, folder), tensors, folder / WEIGHTS)


def tensors_from(content: bytes, path: Path) -> dict[str, Tensor]:
    """The tensors in a safetensors file's bytes; ValueError if they are not such a file."""
    try:
        return load_tensors(content)
    except (SafetensorError, KeyError) as error:  # KeyError: a dtype that torch does not have
        raise ValueError(
            f"{path} must be a safetensors file; it cannot be read: {error}. Save or fetch the "
            "checkpoint again."
        ) from None


def _tokenizer_file(tokenizer, most: int) -> bytes | None:
    """What is written of a tokenizer; the model must have a number for each of its tokens."""
    if tokenizer is not None and tokenizer.vocab_size > most:
        raise ValueError(
            f"A model must have all tokens of its tokenizer; got vocab_size={most:,} for "
            f"{tokenizer.vocab_size:,} tokens. Pass the tokenizer that the model was trained with."
        )
    return None if tokenizer is None else tokenizer.to_json().encode()


def _check_parts(model: nn.Module) -> None:
    """What `load` would build must consist of the same parts: those that the config names."""
    others = [*model.parts.others] if hasattr(model, "parts") else []
    try:
        with torch.device("meta"):
            ours, named = _layout(model), _layout(type(model)(model.config))
    except TypeError as error:  # a Captioner: its config is not all that it is built from
        raise ValueError(
            f"A checkpoint restores a model from its config alone; got one that needs more: {error}"
            ". Keep its state_dict() yourself."
        ) from None
    others += [name for name in ours | named if ours.get(name) != named.get(name)]
    if others:
        raise ValueError(
            "A checkpoint restores the model that its config names; this one has other parts, the "
            f"first is {others[0]!r}. Try to name them in its GPTConfig (helpers.models.parts "
            "lists the names), or keep its state_dict() yourself."
        )


def _check_finite(tensors: dict[str, Tensor]) -> None:
    bad = [name for name, tensor in tensors.items() if not tensor.isfinite().all()]
    if bad:
        raise ValueError(
            f"A checkpoint must hold finite weights; got NaN or infinity in {len(bad)} tensors, "
            f"the first is {bad[0]!r}: training diverged. Train again with a smaller lr."
        )


def _layout(model: nn.Module) -> dict:
    """The kind of every module and the shape of every parameter and buffer, by name."""
    modules = model.named_modules(remove_duplicate=False)
    kinds = {name: f"{type(module).__name__}({module.extra_repr()})" for name, module in modules}
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return kinds | {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def _own_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Every parameter once: a tied head is the embedding and is not stored again."""
    return {name: p.detach().cpu().contiguous() for name, p in model.named_parameters()}


def read_bytes(path: Path) -> bytes:
    """A file of a checkpoint; ValueError says which one is missing."""
    if not path.is_file():
        raise ValueError(
            f"A checkpoint folder must hold {WEIGHTS} and {CONFIG}; {path} is not there. "
            "Check the path, or save the model first with model.save(folder)."
        )
    return path.read_bytes()


def read_json(path: Path) -> dict:
    """A JSON object in a file of a checkpoint; ValueError if it is none."""
    try:
        settings = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:  # no JSON, no UTF-8, or nested without end
        raise ValueError(
            f"{path} must be JSON; it cannot be read: {error}. Save or fetch the checkpoint again."
        ) from None
    if not isinstance(settings, dict):
        raise ValueError(
            f"{path} must hold a JSON object; got {type(settings).__name__}. Save or fetch the "
            "checkpoint again."
        )
    return settings


def _config(settings: dict, folder: Path) -> GPTConfig:
    if settings.get("norm") in ("pre", "post"):  # an older version: its norm was the block's kind
        settings |= {"block": f"{settings['norm']}-norm", "norm": "layer"}
    try:
        return GPTConfig(**settings)
    except (TypeError, ValueError) as error:
        reason = str(error).rstrip(".")
        raise ValueError(
            f"{folder / CONFIG} must hold the fields of GPTConfig: {reason}. Try the file that the "
            "weights were saved with."
        ) from None
