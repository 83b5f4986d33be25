"""How long a result must wait: the longest chain of operations in which each needs the one before.

More processors shorten a row of independent operations, never such a chain. Source: Vaswani et
al. 2017, §4 and table 1 (sequential operations, path length).
Used in notebook *From RNN to attention*.
"""

from torch import Tensor


def longest_chain(result: Tensor) -> int:
    """Operations on the longest way from a leaf to the result, as autograd has recorded them.

    ValueError if nothing was recorded: no leaf requires a gradient.

    >>> import torch
    >>> x = torch.ones(3, requires_grad=True)
    >>> longest_chain((x * 2 + x).exp())
    3
    """
    if result.grad_fn is None:
        raise ValueError(
            "The result must come from operations that autograd recorded; it has no grad_fn. "
            "Try an input with requires_grad=True, outside torch.no_grad()."
        )
    lengths, todo = {}, [result.grad_fn]
    while todo:
        node = todo[-1]
        before = [other for other, _ in node.next_functions if other is not None]
        waiting = [other for other in before if other not in lengths]
        if waiting:
            todo += waiting
        else:
            lengths[todo.pop()] = 1 + max(map(lengths.get, before)) if before else 0
    return lengths[result.grad_fn]
