"""An exercise: cases, a solution and slips; it says what is wrong, hints, and shows a solution.

A slip is a wrong answer with its words. An answer is run on every case and compared with the
solution; whoever gets what a slip gets is told its words. Nothing is stored outside the running
notebook.
"""

import contextlib
import copy
import functools
import inspect
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from torch import Tensor

from helpers.practice.answers import (
    Mistake,
    fits,
    marked,
    require,
    same,
    tensor,
    unchanged,
    what_differs,
)

TO_DO = "to do. Replace the dots, then run the cell again."
NOTHING = "your function returns nothing; is a `return` missing?"
CHANGED = "the result is right, but your function changes what it was given; make a new one."
UNSTEADY = "a second call with the same numbers gives another result; nothing may be drawn or kept."
COUNT = {2: "two", 3: "three"}


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


class Wrong(NamedTuple):
    """A result that is not the solution's: what it is, as it came, and as it must be."""

    what: str
    got: Tensor
    wanted: Tensor


EXERCISES: dict[str, list["Exercise"]] = {}  # notebook -> its exercises, in their order


class Exercise:
    """A check that is called with an answer; `hint()` and `solution()` help.

    title: after the two digits of the notebook, "04 The loss of logits". task: what goes in and
    what must come out; it becomes the docstring.
    function: the solution, whose source is shown. cases: what comes out, in words -> the inputs.
    slips: what is wrong, in words -> a function that makes this mistake. right: other right
    answers, for the tests. parts: the names of what comes out, where it is more than one thing.
    ask: (answer, *inputs) -> what is compared, where it is not simply what the answer returns; it
    may raise Mistake.
    """

    def __init__(
        self,
        title: str,
        task: str,
        function: Callable,
        *,
        cases: Mapping[str, Sequence],
        slips: Mapping[str, Callable],
        right: Sequence[Callable],
        hints: Sequence[str],
        parts: Sequence[str] = (),
        ask: Callable = lambda answer, *inputs: answer(*inputs),
    ):
        notebook, self.title = title.split(maxsplit=1)
        self.__doc__, self.function, self.hints = task, function, hints
        self.cases, self.slips, self.right, self.parts, self.ask = cases, slips, right, parts, ask
        self.siblings = EXERCISES.setdefault(notebook, [])
        self.siblings.append(self)
        self.solved, self.told = False, 0

    def __call__(self, answer) -> Verdict:
        """What is right or wrong with the answer. It never raises because of the answer."""
        try:
            if wrong := self._first_wrong(_asked(answer)):
                self._explain(_asked(answer), wrong)
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

    def _first_wrong(self, answer) -> Wrong | None:
        """Where an answer first differs from the solution, case by case and part by part."""
        for what, inputs in self.cases.items():
            given = copy.deepcopy(inputs)
            got = self._results(answer, given)
            wanted = self._results(self.function, copy.deepcopy(inputs))
            for part, mine, right in zip(self.parts or [""], got, wanted, strict=True):
                name = f"{part} {what}".strip()
                wrong = Wrong(name, tensor(mine, name), tensor(right, name))
                if not same(wrong.got, wrong.wanted):
                    return wrong
            require(unchanged(given, inputs), CHANGED)
        return None

    def _results(self, answer, inputs: Sequence) -> Sequence:
        """What an answer gives on a case, part by part; of a single thing, that alone."""
        got = self.ask(answer, *inputs)
        if not self.parts:
            return (got,)
        names = f"{', '.join(self.parts[:-1])} and {self.parts[-1]}"
        complete = isinstance(got, (tuple, list)) and len(got) == len(self.parts)
        require(complete, f"{COUNT[len(self.parts)]} things are asked for: {names}.")
        return got

    @functools.cached_property
    def _slipped(self) -> dict[str, Wrong | None]:
        """Where each slip first goes wrong. One that stops before it gives a result is left out."""
        wrong = {}
        for words, slip in self.slips.items():
            with contextlib.suppress(Exception):
                wrong[words] = self._first_wrong(slip)
        return wrong

    def _explain(self, answer, wrong: Wrong) -> None:
        """Raise Mistake: the words of the slip that gives the same, or both values."""
        for words, theirs in self._slipped.items():
            require(not _alike(theirs, wrong), words)
        require(_alike(self._first_wrong(answer), wrong), UNSTEADY)
        raise Mistake(what_differs(wrong.got, wrong.wanted, wrong.what))

    def _progress(self) -> str:
        done = [exercise.solved for exercise in self.siblings]
        marks = " ".join("●" if solved else "○" for solved in done)
        return f"{marks}  {sum(done)} of {len(done)} in this notebook"


def _alike(one: Wrong | None, other: Wrong) -> bool:
    """Whether two answers fail first at the same place, and in the same way."""
    if one is None or one.what != other.what or fits(one.got, one.wanted) != fits(*other[1:]):
        return False
    return same(marked(one.got), marked(other.got))


def _asked(answer):
    """The answer; a function that still returns the placeholder raises Unfinished when asked."""
    if not callable(answer):
        return _finished(answer, answer)
    return lambda *given, **named: _finished(answer(*given, **named), answer)


def _finished(result, answer):
    parts = result if isinstance(result, tuple) else (result,)
    nothing = any(part is None for part in parts)
    if any(part is ... for part in parts) or (nothing and _has_dots(answer)):
        raise Unfinished
    require(not nothing, NOTHING)
    return result


def _has_dots(answer) -> bool:
    """Whether the placeholder still stands in the source: a body of dots alone returns None."""
    with contextlib.suppress(OSError, TypeError):  # what has no source has no dots
        return "..." in inspect.getsource(answer)
    return False


def _stopped(error: Exception, answer) -> str:
    """Where in the reader's own code it stopped, and why."""
    code = getattr(answer, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if code and frame.filename == code.co_filename]
    where = f" in `{own[-1].line}`" if own and own[-1].line else ""
    said = str(error).partition("\n")[0].rstrip(".")  # PyTorch adds pages
    return f"your code stopped{where} with {type(error).__name__}: {said}."
