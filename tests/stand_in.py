"""A device that is not there: tensors are marked as living on it, and what a real one refuses is.

Their numbers stay in the CPU's memory. A mark belongs to a storage, so views share it. What mixes
marked and unmarked tensors, draws with the CPU's generator or makes a double is refused, as Apple's
GPU does. What would make the CPU wait for the device, or moves numbers to it, is counted.
"""

import contextlib
from collections import Counter

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

DEVICE = torch.device("mps")
WAITS = {"_local_scalar_dense", "nonzero", "equal", "is_nonzero", "bincount", "_unique2"}
MOVES = {"copy_", "set_", "set_data"}
PLACED = {"index", "index_put_", "index_put", "_index_put_impl_"}  # places may come from the CPU


class Marks(TorchDispatchMode):
    """Marks what is computed from marked tensors; refuses what a device would."""

    def __init__(self):
        super().__init__()
        self.marked, self.counts = {}, Counter()  # address -> storage, kept so that it stays unique

    def on(self, tensor: Tensor) -> bool:
        return tensor.untyped_storage().data_ptr() in self.marked

    def mark(self, tensor: Tensor) -> Tensor:
        if tensor.dtype == torch.float64:
            raise TypeError("The device has no float64.")
        if tensor.untyped_storage().nbytes():
            self.marked[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage()
        return tensor

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name, kwargs = func.__name__.split(".")[0], kwargs or {}
        read = args[:1] if name in PLACED else (args, kwargs)
        given = [t for t in tree_leaves(read) if isinstance(t, Tensor) and t.numel()]
        marked = [t for t in given if self.on(t)]
        others = [t for t in given if not self.on(t) and t.dim()]
        if marked and others and name not in MOVES:
            shapes = [tuple(t.shape) for t in others]
            raise RuntimeError(f"{name}: expected all tensors on one device; on the CPU: {shapes}")
        if marked and kwargs.get("generator") is not None:
            raise RuntimeError(f"{name}: the generator lives on the CPU")
        if marked and name in WAITS:
            self.counts["waits"] += 1
        places = [t for t in tree_leaves(args[1:2]) if isinstance(t, Tensor)]
        if name in PLACED and given and not marked and any(map(self.on, places)):
            raise RuntimeError(f"{name}: the places are on the device, the tensor on the CPU")
        if name in PLACED and marked:
            self.counts["copies"] += any(not self.on(t) for t in places)
            self.counts["waits"] += any(t.dtype == torch.bool for t in places)
        result = func(*args, **kwargs)
        first_is_marked = bool(given) and self.on(given[0])
        if first_is_marked if name in MOVES else marked:
            for tensor in tree_leaves(result):
                if isinstance(tensor, Tensor):
                    self.mark(tensor)
        return result


class Names(TorchFunctionMode):
    """What is asked of the device by its name: factories, `.to`, `.device`, and reading back."""

    def __init__(self, marks: Marks):
        super().__init__()
        self.marks = marks

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name, kwargs = getattr(func, "__name__", ""), dict(kwargs or {})
        if name == "__get__" and getattr(func, "__self__", None) is Tensor.device:
            return DEVICE if self.marks.on(args[0]) else torch.device("cpu")
        as_is = name == "as_tensor" and "device" in kwargs and isinstance(args[0], Tensor)
        if name in ("to", "cpu") or as_is:
            return self.moved(name, *args, **kwargs)
        if name in ("tolist", "numpy", "__array__") and self.marks.on(args[0]):
            self.marks.counts["waits"] += 1
        here = kwargs.get("device") is not None and torch.device(kwargs["device"]) == DEVICE
        if here:
            kwargs.pop("device")
            if kwargs.get("generator") is not None:
                raise RuntimeError(f"{name}: the generator lives on the CPU")
            self.marks.counts["copies"] += name in ("tensor", "as_tensor")
        result = func(*args, **kwargs)
        return self.marks.mark(result) if here else result

    def moved(self, name, tensor, *args, **kwargs):
        """`tensor.to(…)`: its number format first, then its place."""
        wanted = [*args, *kwargs.values()]
        like = [t for t in wanted if isinstance(t, Tensor)]
        kinds = [d for d in wanted if isinstance(d, torch.dtype)] + [t.dtype for t in like]
        places = [torch.device(d) for d in wanted if isinstance(d, (str, torch.device))]
        places += [DEVICE if self.marks.on(t) else torch.device("cpu") for t in like]
        there, here = self.marks.on(tensor), self.marks.on(tensor)
        if places or name == "cpu":
            there = bool(places) and places[0] == DEVICE
        if there != here:
            self.marks.counts["copies" if there else "waits"] += 1
            tensor = tensor.clone()
            if here:
                del self.marks.marked[tensor.untyped_storage().data_ptr()]
        result = tensor.to(kinds[0]) if kinds else tensor
        return self.marks.mark(result) if there else result


@contextlib.contextmanager
def stand_in():
    """Inside, `.to(DEVICE)` works; gives the counts of waits and copies."""
    marks = Marks()
    with marks, Names(marks):
        yield marks.counts
