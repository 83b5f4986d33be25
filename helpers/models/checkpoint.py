"""A model on disk: weights in safetensors, everything else in JSON a person can read.

Nothing is pickled, so opening a file never runs code from it. `config.json` names the sha256 of
the weights: files that do not belong together, or were damaged, are refused by name.
"""

import hashlib
import json
import math
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from helpers.basics.files import settle, write_together
from helpers.models.config import GPTConfig

WEIGHTS, CONFIG, TOKENIZER = "model.safetensors", "config.json", "tokenizer.json"


def save(folder: str | Path, model: nn.Module, tokenizer=None) -> None:
    """Write `model` (with a `.config`) and, if given, its tokenizer into `folder`.

    All of it takes the place of the model that was there, tokenizer included, or nothing does.
    ValueError if the model has parts that its config does not say, for `load` could not put them
    back, or weights that are not finite, and while another process saves there.
    """
    _check_parts(model)
    tensors = _own_tensors(model)
    _check_finite(tensors)
    weights = save_tensors(tensors)
    config = {**model.config.to_dict(), "sha256": hashlib.sha256(weights).hexdigest()}
    files = {WEIGHTS: weights, CONFIG: (json.dumps(config, indent=1) + "\n").encode()}
    files[TOKENIZER] = None if tokenizer is None else tokenizer.to_json().encode()
    write_together(Path(folder), files)


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
    tensors = tensors_from(content, folder / WEIGHTS)
    return build(model_class, _config(settings, folder), tensors, folder)


def tensors_from(content: bytes, path: Path) -> dict[str, Tensor]:
    """The tensors in a safetensors file's bytes; ValueError if they are not such a file."""
    try:
        return load_tensors(content)
    except (SafetensorError, KeyError) as error:  # KeyError: a dtype that torch does not have
        raise ValueError(
            f"{path} must be a safetensors file; it cannot be read: {error}. Save or fetch the "
            "checkpoint again."
        ) from None


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


def build(
    model_class: type, config: GPTConfig, tensors: dict[str, Tensor], folder: Path
) -> nn.Module:
    """The model of a config with these parameters, in eval mode; ValueError if they differ.

    A parameter with two names, as of a tied head, may come under either. Nothing is allocated
    before the shapes agree: a damaged config may ask for any size.
    """
    for name, most in _limits(config, tensors).items():
        if (value := getattr(config, name)) > most:
            raise _other_model(folder, [f"{name} = {value:,}"])
    with torch.device("meta"):
        empty = model_class(config)
    tensors = _by_first_name(empty, tensors)
    shapes = {name: p.shape for name, p in empty.named_parameters()}
    wrong = sorted(set(shapes) ^ set(tensors)) or [
        name for name in shapes if shapes[name] != tensors[name].shape
    ]
    if wrong:
        raise _other_model(folder, wrong)
    model = model_class(config)
    for name, parameter in model.named_parameters():
        parameter.data.copy_(tensors[name])
    return model.eval()


def _limits(config: GPTConfig, tensors: dict[str, Tensor]) -> dict[str, float]:
    """The most that a config can ask for, if these are its tensors."""
    numbers, count = sum(tensor.numel() for tensor in tensors.values()), len(tensors)
    plain = config.positions != "learned" and config.attention == "causal"
    return {
        "vocab_size": numbers,
        "n_embd": numbers,
        "block_size": math.inf if plain else numbers,  # nothing in the model is so long
        "n_layer": count,
        "n_expert": count / config.n_layer if config.n_layer else math.inf,
    }


def _by_first_name(model: nn.Module, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of parameters with several names under the first; one that differs stays."""
    named, found = dict(model.named_parameters(remove_duplicate=False)), dict(tensors)
    first = {id(parameter): name for name, parameter in model.named_parameters()}
    for name in tensors.keys() & named.keys():
        ours = first[id(named[name])]
        if name != ours and found.setdefault(ours, tensors[name]).equal(tensors[name]):
            del found[name]
    return found


def _other_model(folder: Path, wrong: list[str]) -> ValueError:
    return ValueError(
        f"{folder / WEIGHTS} must hold the tensors of the model in {CONFIG}; "
        f"{len(wrong)} differ, the first is {wrong[0]!r}. It was saved by another model: try the "
        "config.json that came with it."
    )


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
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
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
