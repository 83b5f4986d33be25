"""Metrics: one line of JSON per logged step, in a file that outlives kills and resumes.

Source of the share of the peak: Chowdhery et al. 2022, appendix B. Notebook *From GPT-1 to GPT-3*.
"""

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import torch

from helpers.basics.files import write_atomically
from helpers.models.config import GPTConfig
from helpers.theory import hardware, scaling


class Metrics:
    """The lines in a file; a number that is not finite stands there as null: JSON has none."""

    def __init__(self, path: Path):
        self.path = path

    def add(self, line: dict) -> None:
        """Write one more line, and print it."""
        text = json.dumps({name: _finite(value) for name, value in line.items()}, allow_nan=False)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
        print(text, flush=True)

    def go_back(self, step: int) -> None:
        """Strike out the lines of later steps, and with a word those that cannot be read.

        A process that is killed while it writes leaves a torn line, a computer without power
        perhaps one of zeros.
        """
        content = self.path.read_bytes() if self.path.exists() else b""
        lines = content.decode("utf-8", errors="replace").splitlines()
        steps = [_step(line) for line in lines]
        if torn := steps.count(None):
            print(f"{self.path} had {torn} unreadable line(s); dropped.", flush=True)
        kept = [
            line for line, at in zip(lines, steps, strict=True) if at is not None and at <= step
        ]
        write_atomically(self.path, "".join(f"{line}\n" for line in kept).encode())


def speed(config: GPTConfig, tokens: int, seconds: float, processes: int) -> dict[str, float]:
    """Tokens per second, operations per second and process, and the share of the GPU's peak.

    6 operations for each token and active parameter, 12·L·T·C for each token's attention. The share
    (MFU) is left out for a device whose peak is not in `hardware.GPUS`.
    """
    active = replace(config, n_expert=min(config.n_expert, config.n_expert_active))
    attention = 3 * scaling.attention_flops_per_token(config)  # forward once, backward twice
    flops = scaling.training_flops(scaling.count_parameters(active), tokens) + attention * tokens
    line = {"tokens_per_second": round(tokens / seconds)}
    line |= {"teraflops_per_process": flops / seconds / processes / 1e12}
    gpu = _gpu()
    return line | ({"mfu": hardware.utilisation(flops, gpu, processes, seconds)} if gpu else {})


def peak_memory() -> dict[str, float]:
    """The most that this process has held at once: on its GPU, or all of it on a CPU.

    Empty where the system does not count it (Windows).
    """
    if torch.cuda.is_available():
        return {"peak_gigabytes": torch.cuda.max_memory_allocated() / 1e9}
    try:
        import resource
    except ImportError:
        return {}
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kibibytes on Linux
    return {"peak_gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9}


def _gpu() -> hardware.GPU | None:
    name = torch.cuda.get_device_name() if torch.cuda.is_available() else ""
    return next((gpu for known, gpu in hardware.GPUS.items() if known.split()[0] in name), None)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _step(line: str) -> int | None:
    try:
        return int(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return None
