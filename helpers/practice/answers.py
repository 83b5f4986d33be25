"""What comes out of an answer, compared with what must come out, and told in words."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

SHOWN = 9  # numbers that a message shows side by side
TOLERANCE = 1e-5
TRUTHS = "True and False are asked for; yours holds numbers. `.bool()` or a comparison helps."
NUMBERS = "numbers are asked for; yours holds {}. `.float()` helps."


class Mistake(Exception):
    """What is wrong with an answer, in words for the reader."""


def require(condition, words: str) -> None:
    """Raise Mistake with these words unless the condition holds."""
    if not bool(condition):
        raise Mistake(words)


def same(got: Tensor, wanted: Tensor) -> bool:
    """Whether two tensors have one shape, one kind and, up to the tolerance, the same numbers."""
    if got.shape != wanted.shape or not fits(got, wanted):
        return False
    return torch.allclose(got.double(), wanted.double(), rtol=TOLERANCE, atol=TOLERANCE)


def fits(got: Tensor, wanted: Tensor) -> bool:
    """Whether the results are of one kind. A single whole number may stand for a real one."""
    if torch.bool in (got.dtype, wanted.dtype):
        return got.dtype == wanted.dtype
    return got.ndim == 0 or got.is_floating_point() or not wanted.is_floating_point()


def marked(values: Tensor) -> Tensor:
    """The numbers, with one mark for all that are not finite: how they failed does not matter."""
    return values.double().nan_to_num(math.inf, math.inf, math.inf)


def unchanged(given, inputs) -> bool:
    """Whether the inputs of a case are still what they were, numbers, tensors or lists of them."""
    if isinstance(inputs, Tensor):
        return torch.equal(given, inputs)
    if isinstance(inputs, (list, tuple)):
        return len(given) == len(inputs) and all(map(unchanged, given, inputs))
    return given == inputs


def tensor(value, what: str) -> Tensor:
    """A result as a tensor; a list of tensors is as good as their stack."""
    try:
        if isinstance(value, (list, tuple)) and any(isinstance(row, Tensor) for row in value):
            value = torch.stack([torch.as_tensor(row) for row in value])
        result = torch.as_tensor(value).detach().to_dense()  # a sparse one cannot be compared
    except (TypeError, ValueError, RuntimeError):
        kind = type(value).__name__
        raise Mistake(f"{what} must be a tensor or a number; yours is a {kind}.") from None
    require(not result.is_complex(), f"{what} must hold real numbers; yours holds complex ones.")
    return result


def what_differs(got: Tensor, wanted: Tensor, what: str) -> str:
    """What is wrong with a result that no slip gives: its shape, its kind, or its values.

    Of large tensors the first number that differs is shown, and where it stands.
    """
    if got.shape != wanted.shape and not _rows_of_whole_numbers(got, wanted):
        shapes = f"{tuple(wanted.shape)}; yours is {tuple(got.shape)}"
        return f"the shape of {what} must be {shapes}."
    if not fits(got, wanted):
        found = "True and False" if got.dtype == torch.bool else "whole numbers"
        return TRUTHS if wanted.dtype == torch.bool else NUMBERS.format(found)
    if not got.isfinite().all() and wanted.isfinite().all():
        return f"{what} holds {_text(got[~got.isfinite()][0])}."
    if wanted.numel() > SHOWN:
        close = torch.isclose(got.double(), wanted.double(), rtol=TOLERANCE, atol=TOLERANCE)
        place = (~close).nonzero()[0].tolist()
        what, got, wanted = f"{what} at {place}", got[tuple(place)], wanted[tuple(place)]
    return f"{what} should be {_text(wanted)}, yours is {_text(got)}."


def normals(seed: int, *shapes: Sequence[int]) -> tuple[Tensor, ...]:
    """Normal numbers for a case, one tensor for each shape, the same in every run."""
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(shape, generator=generator) for shape in shapes)


def gradient(got, leaf: Tensor) -> Tensor:
    """The gradient that a result, each number weighed by itself, sends back to one of its inputs.

    All zeros where none comes back, since the answer has used a copy.
    """
    slope = None
    if isinstance(got, Tensor) and got.requires_grad:
        (slope,) = torch.autograd.grad(got.pow(3).sum(), leaf, allow_unused=True)
    return torch.zeros_like(leaf) if slope is None else slope


def doubles(*values) -> Tensor:
    """The numbers of a case in double precision."""
    return torch.tensor(values, dtype=torch.float64)


def then(answer: Callable, change: Callable) -> Callable:
    """An answer whose result is changed at the end, as in many a slip."""
    return lambda *given: change(answer(*given))


def in_bits(nats):
    """What is measured in nats, in bits."""
    return nats / math.log(2)


def in_nats(bits):
    """What is measured in bits, in nats."""
    return bits * math.log(2)


def _rows_of_whole_numbers(got: Tensor, wanted: Tensor) -> bool:
    """Whether both are short rows of whole numbers, which are shown whatever their lengths."""
    rows = got.ndim == wanted.ndim == 1 and max(len(got), len(wanted)) <= SHOWN
    return rows and not (got.is_floating_point() and wanted.is_floating_point())


def _text(values: Tensor) -> str:
    """The numbers of a small tensor, as one reads them."""
    if values.ndim == 0:
        return _number(values.item())
    return f"[{', '.join(map(_number, values.flatten().tolist()))}]"


def _number(value: float) -> str:
    if isinstance(value, (bool, int)) or not math.isfinite(value):
        return str(value)
    return f"{round(value, 4) + 0.0:.4f}".rstrip("0").rstrip(".")  # + 0.0: no -0
