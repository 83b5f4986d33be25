"""All cores at once: in order, few waiting, and an error comes through."""

import threading

import pytest

from helpers.basics.parallel import in_order


def test_results_come_in_the_order_of_the_items():
    """Each item waits for the next one, so that they surely end in another order."""
    done = [threading.Event() for _ in range(5)]
    done[4].set()

    def work(i):
        if i % 4 < 3:
            assert done[i + 1].wait(10)
        done[i].set()
        return i

    assert [*in_order(work, range(4), cores=4)] == [0, 1, 2, 3]


def test_few_items_are_taken_before_they_are_needed():
    taken = []
    results = in_order(str, (taken.append(i) or i for i in range(100)), cores=2)
    assert next(results) == "0" and len(taken) <= 6
    assert [*results] == [str(i) for i in range(1, 100)]


def test_an_error_comes_through():
    with pytest.raises(ZeroDivisionError):
        [*in_order(lambda i: 1 // i, [2, 1, 0])]
