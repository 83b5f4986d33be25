"""An exercise: a check that says what is wrong, hints in stages, and a solution on demand.

A check asks the reader's answer and compares it with what must come out. Typical slips are known by
their results: whoever makes one is told its name. Nothing is stored outside the running notebook.
"""

import inspect
import math
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from typing import NamedTuple

import torch
from torch import Tensor

SHOWN = 9  # numbers that a message shows side by side
TO_DO = "to do. Replace the dots, then run the cell again."


class Mistake(Exception):
    """What is wrong with an answer, in words for the reader."""


class Unfinished(Exception):
    """The answer is still the placeholder `...`, or a part of it is."""


class Verdict(NamedTuple):
    """What a check found: a mark (✓, ✗ or ○) and words. True where the answer is right."""

    mark: str
    words: str

    def __bool__(self) -> bool:
        return self.mark == "✓"

    def __repr__(self) -> str:
        return f"{self.mark} {self.words}"


EXERCISES: dict[str, list["Exercise"]] = {}  # notebook -> its exercises, in their order


class Exercise:
    """A check that is called with an answer; `hint()` and `solution()` help.

    check: answer -> None; it raises Mistake. solution: the function, whose source is shown.
    """

    def __init__(self, check: Callable, notebook: str, title: str, hints: Sequence[str], solution):
        update_wrapper(self, check)
        self.check, self.title, self.hints, self.function = check, title, hints, solution
        self.siblings = EXERCISES.setdefault(notebook, [])
        self.siblings.append(self)
        self.solved, self.told = False, 0

    def __call__(self, answer) -> Verdict:
        """What is right or wrong with the answer. It never raises because of the answer."""
        try:
            self.check(_asked(answer))
        except Unfinished:
            return Verdict("○", f"{self.title}: {TO_DO}")
        except Mistake as mistake:
            return Verdict("✗", f"{self.title}: {mistake}")
        except Exception as error:
            if "ellipsis" in str(error).lower():
                return Verdict("○", f"{self.title}: {TO_DO}")
            return Verdict("✗", f"{self.title}: {_stopped(error, answer)}")
        self.solved = True
        return Verdict("✓", f"{self.title}: right. {self._progress()}")

    def hint(self) -> None:
        """Print the next hint; after the last one the first again."""
        number = self.told % len(self.hints)
        print(f"Hint {number + 1} of {len(self.hints)}: {self.hints[number]}")
        self.told += 1

    def solution(self) -> None:
        """Print the source of a solution."""
        print(inspect.getsource(self.function).rstrip())

    def _progress(self) -> str:
        done = [exercise.solved for exercise in self.siblings]
        marks = " ".join("●" if solved else "○" for solved in done)
        return f"{marks}  {sum(done)} of {len(done)} in this notebook"


def exercise(notebook: str, title: str, *, hints: Sequence[str], solution: Callable):
    """Make a check an Exercise of a notebook, which is named by its two digits."""
    return lambda check: Exercise(check, notebook, title, hints, solution)


def compare(
    got,
    wanted,
    slips: Mapping[str, object] | None = None,
    *,
    what: str = "the result",
    tolerance: float = 1e-5,
) -> None:
    """Raise Mistake unless `got` is `wanted`, numbers or tensors, up to the tolerance.

    slips: what is wrong, in words -> what comes out then. Whoever got that is told the words;
    anybody else is told both values. A slip whose result is the wanted one is never named.
    """
    got, wanted = _tensor(got, what), _tensor(wanted, what)
    if same(got, wanted, tolerance):
        return
    for words, value in (slips or {}).items():
        if same(got, _tensor(value, what), tolerance):
            raise Mistake(words)
    if got.shape != wanted.shape:
        shapes = f"{tuple(wanted.shape)}; yours is {tuple(got.shape)}"
        raise Mistake(f"the shape of {what} must be {shapes}.")
    if not got.isfinite().all() and wanted.isfinite().all():
        raise Mistake(f"{what} holds {_text(got[~got.isfinite()][0])}.")
    raise Mistake(_difference(got, wanted, what, tolerance))


def require(condition, words: str) -> None:
    """Raise Mistake with these words unless the condition holds."""
    if not bool(condition):
        raise Mistake(words)


def same(got: Tensor, wanted: Tensor, tolerance: float) -> bool:
    """Whether two tensors have one shape and, up to the tolerance, the same numbers."""
    if got.shape != wanted.shape:
        return False
    return torch.allclose(got.double(), wanted.double(), rtol=tolerance, atol=tolerance)


def _asked(answer):
    """The answer; a function that still returns the placeholder raises Unfinished when asked."""
    if not callable(answer):
        return _finished(answer)
    return lambda *given, **named: _finished(answer(*given, **named))


def _finished(result):
    parts = result if isinstance(result, tuple) else (result,)
    if any(part is None or part is ... for part in parts):
        raise Unfinished
    return result


def _stopped(error: Exception, answer) -> str:
    """Where in the reader's own code it stopped, and why."""
    code = getattr(answer, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if code and frame.filename == code.co_filename]
    where = f" in `{own[-1].line}`" if own and own[-1].line else ""
    return f"your code stopped{where} with {type(error).__name__}: {error}."


def _difference(got: Tensor, wanted: Tensor, what: str, tolerance: float) -> str:
    """Both values; of large tensors the first number that differs, and where it stands."""
    if wanted.numel() > SHOWN:
        close = torch.isclose(got.double(), wanted.double(), rtol=tolerance, atol=tolerance)
        place = (~close).nonzero()[0].tolist()
        what, got, wanted = f"{what} at {place}", got[tuple(place)], wanted[tuple(place)]
    return f"{what} should be {_text(wanted)}, yours is {_text(got)}."


def _tensor(value, what: str) -> Tensor:
    try:
        return torch.as_tensor(value).detach()
    except (TypeError, ValueError, RuntimeError):
        kind = type(value).__name__
        raise Mistake(f"{what} must be a tensor or a number; yours is a {kind}.") from None


def _text(values: Tensor) -> str:
    """The numbers of a small tensor, as one reads them."""
    if values.ndim == 0:
        return _number(values.item())
    return f"[{', '.join(map(_number, values.flatten().tolist()))}]"


def _number(value: float) -> str:
    if isinstance(value, (bool, int)) or not math.isfinite(value):
        return str(value)
    return f"{round(value, 4) + 0.0:.4f}".rstrip("0").rstrip(".")  # + 0.0: no -0
