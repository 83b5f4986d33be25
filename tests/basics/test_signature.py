"""Signatures: an argument is what its annotation says, or an error says what it must be."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes

from helpers.basics.signature import misfits, signed, spelled
from helpers.models.gpt import GPT
from helpers.views.plots.losses import History

NAN = float("nan")
DEEP = Mapping[str, Sequence[Sequence[float]]]
RIGHT = [
    (float, 1), (float, np.float32(1)), (float, torch.tensor(1.0)), (int, np.int64(3)),
    (int, torch.tensor(3)), (str, ""), (bytes, b"a"), (object, None), (Callable, len),
    (Sequence[float], torch.ones(3, requires_grad=True)), (Sequence[float], range(3)),
    (Sequence[float], []), (Sequence[str], "abc"), (Sequence[str], ("a", "b")), (DEEP, {}),
    (DEEP, {"a": [[1, 2], [3]]}), (DEEP, {"a": np.ones((2, 2))}), (float | None, None),
    (Collection[str], {"a": 1}), (Iterable[str], {"a": 1}), (Collection[str], {"a"}),
    (tuple[int, str], (1, "a")), (tuple[int, str], [1, "a"]), (tuple[int, ...], (1, 2, 3)),
    (Sequence[tuple[str, float]], [("a", 1)]), (Sequence[bool], torch.ones(2).bool()),
]  # fmt: skip
WRONG = [  # what it must be, what came, the part that is wrong
    (float, "1", "1"), (float, NAN, NAN), (float, [1.0], [1.0]), (float, None, None),
    (int, 2.5, 2.5), (int, torch.tensor(2.5), 2.5), (str, 5, 5), (str, None, None),
    (Sequence[float], 1.0, 1.0), (Sequence[float], "12", "12"), (Sequence[float], {1: 2}, {1: 2}),
    (Sequence[float], [1, None], None), (Sequence[float], torch.tensor([1, NAN]), NAN),
    (Sequence[int], np.array([1, 2.5]), 2.5), (Sequence[str], ["a", 5], 5),
    (DEEP, [[1.0]], [[1.0]]), (DEEP, {"a": [[1, "2"]]}, "2"), (float | None, "a", "a"),
    (tuple[int, str], (1,), (1,)), (tuple[int, str], (1, "a", 2), (1, "a", 2)),
    (tuple[int, int], (1, 2.5), 2.5), (Callable, 5, 5), (Axes, "ax", "ax"),
    (History, {"steps": [1]}, {"steps": [1]}), (History | DEEP, 5, 5), (dict[str, int], [1], [1]),
    (Collection[str], {5: 1}, 5), (Sequence[str], {"a": 1}, {"a": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("hint", "value"), RIGHT)
def test_what_an_annotation_says_is_taken(hint, value):
    assert list(misfits(hint, value)) == []


@pytest.mark.parametrize(("hint", "value", "part"), WRONG)
def test_the_part_that_is_wrong_is_found(hint, value, part):
    assert repr([*misfits(hint, value)]) == repr([part])


def test_a_gap_may_stand_where_it_is_said():
    @signed("cells")
    def drawn(cells: Sequence[float], level: float = 0.0):
        return len(cells)

    assert drawn([1.0, NAN]) == 2
    with pytest.raises(
        ValueError, match="^level must be a finite number; got nan. Try level=1.0.$"
    ):
        drawn([1.0], level=NAN)


def test_the_error_says_what_must_hold_what_came_and_what_to_try():
    @signed()
    def drawn(values: Mapping[str, float], marked: Sequence[str] = ()):
        raise AssertionError("it looks before it begins")

    message = (
        r"^values must be a dictionary, name -> a finite number; got '2'. Try values={'name': "
    )
    with pytest.raises(ValueError, match=message):
        drawn({"a": 1, "b": "2"})
    with pytest.raises(TypeError, match="missing a required argument: 'values'"):
        drawn()


def test_what_can_be_read_once_is_not_used_up():
    @signed()
    def counted(rows: Sequence[str]):
        return len(list(rows))

    assert counted(iter(["a", "b"])) == 2


def test_an_annotation_is_spelled_in_words():
    assert spelled(Sequence[str] | None) == "a list of texts or None"
    assert spelled(tuple[int, float]) == "(a whole number, a finite number)"


@pytest.mark.parametrize("source", [5, None])
def test_a_place_that_is_none_is_refused_by_every_loader(source):
    with pytest.raises(ValueError, match="^source must be a text or a Path; got"):
        GPT.from_pretrained(source)
