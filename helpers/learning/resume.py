"""A training run on disk: stopped anywhere and resumed, it equals the run that was never stopped.

One safetensors file holds the weights, the optimizer's moments and, as JSON in its header, the
settings and the history. Nothing is pickled; the file is replaced whole or not at all.
"""

import hashlib
import json
import struct
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from helpers.basics.files import write_atomically
from helpers.learning.identity import plain_name
from helpers.models.checkpoint import tensors_from

RUN_FILE = "run.safetensors"


def save_state(path: Path, run) -> None:
    """Write everything that the run (a `run.Run`, or one alike) needs to go on.

    ArithmeticError if a number in it is not finite: the file stays, and with it the last good step.
    """
    moments = run.optimizer.state_dict()["state"]
    tensors = {f"model.{name}": tensor.detach() for name, tensor in _held(run.model).items()}
    tensors |= {f"moment.{i}.{name}": m for i, ms in moments.items() for name, m in ms.items()}
    tensors["recent"] = torch.tensor([float(loss) for loss in run.recent])
    tensors = {name: torch.as_tensor(tensor).cpu().contiguous() for name, tensor in tensors.items()}
    _check_finite(path, tensors, run)
    about = {"settings": run.settings, "step": run.step, "history": asdict(run.history)}
    about = json.dumps(about | {"made_with": _made_with(run)})
    header = {"run": about, "sha256": _digest(about, tensors)}
    write_atomically(path, save_tensors(tensors, header))


def load_state(path: Path, run) -> None:
    """Put the run where `save_state` left it. ValueError for a damaged file or another run's.

    Another version of torch, device or number of threads is said: last digits depend on them.
    """
    tensors, about = _opened(path, run.made_by)
    check_same_run(about["settings"], run.settings, path)
    _say_what_differs(about.get("made_with", {}), _made_with(run), path)
    for name, tensor in _held(run.model).items():
        tensor.data.copy_(tensors[f"model.{name}"])
    state = run.optimizer.state_dict()
    run.optimizer.load_state_dict({**state, "state": _moments(tensors)})
    run.step, run.recent = about["step"], tensors["recent"].tolist()
    vars(run.history).update(about["history"])


def _held(model: nn.Module) -> dict[str, Tensor]:
    """All that a model has learned and counted, under the names that it has uncompiled."""
    kept = model.state_dict().keys()
    found = dict(model.named_parameters())
    found |= {name: buffer for name, buffer in model.named_buffers() if name in kept}
    return {plain_name(name): tensor for name, tensor in found.items()}


def _made_with(run) -> dict:
    """What the last digits of a run depend on, beside its settings."""
    return {
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "device": next(run.model.parameters()).device.type,
        "compiled": hasattr(run.model, "_orig_mod"),
    }


def _say_what_differs(saved: dict, now: dict, path: Path) -> None:
    differs = [f"{key} {saved[key]}, now {now[key]}" for key in saved if saved[key] != now.get(key)]
    if differs:
        print(
            f"{path} was saved with {'; '.join(differs)}: it goes on, but its last digits may "
            "differ from those of an unbroken run."
        )


def _check_finite(path: Path, tensors: dict[str, Tensor], run) -> None:
    bad = [name for name, tensor in tensors.items() if not tensor.isfinite().all()]
    if bad:
        kept = f"; {path} keeps the last good step" if path.exists() else ""
        raise ArithmeticError(
            f"A run must be finite to be saved; at step {run.step} {bad[0]} is not: training "
            f"diverged{kept}. Try a smaller lr than {run.settings['lr']}."
        )


def _opened(path: Path, made_by: str) -> tuple[dict[str, Tensor], dict]:
    """The tensors of a file and the JSON in its header, once the two are seen to belong together.

    A safetensors file begins with 8 bytes that say how long its header is, then the header.
    """
    content = path.read_bytes()
    try:
        tensors = tensors_from(content, path)
        length = struct.unpack("<Q", content[:8])[0]
        header = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    except ValueError:
        tensors, header = {}, {}
    if header.get("sha256") != _digest(header.get("run", ""), tensors):
        raise ValueError(
            f"{path} must be a run written by {made_by}; it is damaged or a file of something "
            "else. Delete it to start anew, or choose another path."
        )
    return tensors, json.loads(header["run"])


def _digest(about: str, tensors: dict[str, Tensor]) -> str:
    return hashlib.sha256(about.encode() + save_tensors(tensors)).hexdigest()


def check_same_run(saved: dict, wanted: dict, path: Path) -> None:
    """ValueError that names the first setting in which a saved run differs from the wanted one."""
    differs = [key for key in wanted if saved.get(key) != wanted[key]]
    if differs:
        key = differs[0]
        raise ValueError(
            f"{path} must belong to this run; it was trained with {key}={saved.get(key)!r}, now it "
            f"is {wanted[key]!r}. Use the same settings to resume, or another place to start anew."
        )


def _moments(tensors: dict[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    moments: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        if key.startswith("moment."):
            _, i, name = key.split(".")
            moments.setdefault(int(i), {})[name] = tensor
    return moments
