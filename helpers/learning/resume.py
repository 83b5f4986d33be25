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
from torch import Tensor

from helpers.basics.files import write_atomically
from helpers.models.checkpoint import tensors_from

RUN_FILE = "run.safetensors"


def save_state(path: Path, run) -> None:
    """Write everything that the run (a `run.Run`, or one alike) needs to go on."""
    moments = run.optimizer.state_dict()["state"]
    tensors = {f"model.{name}": p.detach() for name, p in run.model.named_parameters()}
    tensors |= {f"moment.{i}.{name}": m for i, ms in moments.items() for name, m in ms.items()}
    tensors["recent"] = torch.tensor([float(loss) for loss in run.recent])
    tensors = {name: t.cpu() for name, t in tensors.items()}
    about = json.dumps({"settings": run.settings, "step": run.step, "history": asdict(run.history)})
    header = {"run": about, "sha256": _digest(about, tensors)}
    write_atomically(path, save_tensors(tensors, header))


def load_state(path: Path, run) -> None:
    """Put the run where `save_state` left it. ValueError for a damaged file or another run's."""
    tensors, about = _opened(path, run.made_by)
    _same_run(about["settings"], run.settings, path)
    for name, parameter in run.model.named_parameters():
        parameter.data.copy_(tensors[f"model.{name}"])
    state = run.optimizer.state_dict()
    run.optimizer.load_state_dict({**state, "state": _moments(tensors)})
    run.step, run.recent = about["step"], tensors["recent"].tolist()
    vars(run.history).update(about["history"])


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


def _same_run(saved: dict, wanted: dict, path: Path) -> None:
    differs = [key for key in wanted if saved.get(key) != wanted[key]]
    if differs:
        key = differs[0]
        raise ValueError(
            f"{path} must belong to this run; it was trained with {key}={saved.get(key)!r}, now it "
            f"is {wanted[key]!r}. Use the same settings to resume, or another path to start anew."
        )


def _moments(tensors: dict[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    moments: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        if key.startswith("moment."):
            _, i, name = key.split(".")
            moments.setdefault(int(i), {})[name] = tensor
    return moments
