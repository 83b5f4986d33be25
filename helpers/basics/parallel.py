"""All cores at once, and the results in order."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor


def in_order(function: Callable, items: Iterable, cores: int | None = None) -> Iterator:
    """The function of every item, in order, computed on all cores; few items are ever waiting.

    It must let other threads run while it works, as what is written in Rust or C does.

    >>> [*in_order(abs, [-2, 1, -3])]
    [2, 1, 3]
    """
    cores = cores or os.cpu_count() or 1
    waiting: deque[Future] = deque()
    with ThreadPoolExecutor(cores) as pool:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > 2 * cores:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
