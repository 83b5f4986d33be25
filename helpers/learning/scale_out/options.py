"""The options of `python -m helpers.learning.pretrain`, each checked before anything starts."""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_type_hints

from helpers.basics.numbers import real, whole
from helpers.learning.scale_out.engine import OPTIMIZERS, PRECISIONS, Ways
from helpers.learning.step import settings
from helpers.models.config import GPTConfig

FIELDS = {  # what --set may change; the size of the vocabulary comes with the data
    name: kind for name, kind in get_type_hints(GPTConfig).items() if name != "vocab_size"
}
READ = {  # how a field of each type is read, what it must be, and an example
    int: (int, "a whole number", "2"),
    float: (float, "a number", "0.1"),
    bool: ({"true": True, "false": False}.__getitem__, "true or false", "true"),
    str: (str, "a word", "gelu"),
}


@dataclass(frozen=True)
class Command:
    """What was typed, in order.

    settings decide what the training comes to; ways and the rest do not, and may change in a run.
    """

    config: GPTConfig
    settings: dict
    ways: Ways
    data: str
    out: Path
    log_every: int
    save_every: int
    keep: int


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        raise ValueError(f"The command must be one that --help shows; {message}. Try --help.")


def _typed(text: str) -> int | float | str:
    """A number as it was typed, and what is none as it is: the checks then name it."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(description="Pre-train a GPT on any number of processes.", allow_abbrev=False)
    add = parser.add_argument
    add("--preset", required=True, help="a name of GPTConfig.preset")
    add("--set", action="append", default=[], metavar="FIELD=VALUE", help="change the preset")
    add("--data", required=True, help="a folder made by python -m helpers.text.prepare")
    add("--out", required=True, type=Path, help="where checkpoints, metrics and model go")
    numbers = {
        "--steps": (5000, None), "--batch-size": (64, "sequences in a global batch"),
        "--lr": (6e-4, "the highest learning rate"), "--warmup": (100, "steps until it is reached"),
        "--weight-decay": (0.1, None), "--seed": (0, None),
        "--balance": (0.0, "weight of the balance loss of a mixture of experts"),
        "--accumulate": (1, "parts that each process's rows are read in"),
        "--log-every": (100, None), "--save-every": (500, None),
        "--keep": (2, "checkpoints, the newest ones"),
    }  # fmt: skip
    for name, (value, text) in numbers.items():
        add(name, type=_typed, default=value, help=text)
    add("--optimizer", choices=OPTIMIZERS, default="adamw")
    add("--precision", choices=PRECISIONS, default="float32")
    add("--shard", action="store_true", help="each process keeps a share of the model (FSDP2)")
    add("--recompute", action="store_true", help="less memory for a third more work")
    add("--compile", action="store_true", help="blocks through torch.compile")
    return parser


def read(arguments: list[str] | None) -> Command:
    """The command that was typed. ValueError says in one sentence what is wrong with it."""
    o = vars(_parser().parse_args(arguments))
    preset, changes = GPTConfig.preset(o.pop("preset")), dict(map(_change, o.pop("set")))
    config = replace(preset, **changes)
    balance = real("balance", o.pop("balance"), lambda x: x >= 0, "be ≥ 0", "Try 0.01.")
    kinds = {name: o.pop(name) for name in ("optimizer", "precision")}
    ways = {name: o.pop(name) for name in ("shard", "recompute", "compile")}
    places = {name: o.pop(name) for name in ("data", "out")}
    counts = {name: whole(name, o.pop(name)) for name in ("log_every", "save_every", "keep")}
    ways["accumulate"] = whole("accumulate", o.pop("accumulate"))
    s = settings(**o) | kinds | {"balance": balance}
    if balance and not config.n_expert:
        raise ValueError(
            f"balance must be 0 for a model without experts; got {balance}. Try --set n_expert=8."
        )
    return Command(config, s, Ways(**ways), **places, **counts)


def _change(given: str) -> tuple[str, object]:
    """What --set says: "n_layer=2" is read as the type of the field says."""
    name, equals, value = given.partition("=")
    if not equals or name not in FIELDS:
        raise ValueError(
            f"--set must be FIELD=VALUE with a field of the model; got {given!r}. "
            f"Try one of these fields: {', '.join(FIELDS)}."
        )
    read, rule, example = READ[FIELDS[name]]
    try:
        return name, read(value)
    except (ValueError, KeyError):
        raise ValueError(f"{name} must be {rule}; got {value!r}. Try {name}={example}.") from None
