"""The words for a thing: the same for equal things in every process, other ones for others."""

import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import torch
from kernel_environment import ROOT
from torch import nn

from helpers.learning.balancing import BalanceLoss
from helpers.learning.identity import identity
from helpers.learning.optimizer import optimizer
from tests.learning.ring import new_model


def closed(value):
    return lambda x: x * value


def twice(x):
    return 2 * x


class Holder:
    def __init__(self, **held):
        vars(self).update(held)

    def method(self):
        pass


def in_a_circle(value):
    holder = Holder(value=value)
    holder.itself = [holder]
    return holder


def in_a_crowd(value):
    """Each of forty knows all: told again and again, they would never come to an end."""
    crowd = [Holder(value=value) for _ in range(40)]
    for one in crowd:
        one.others = crowd
    return crowd


def from_notebook(source):
    """A function as a notebook defines it."""
    space = {"__name__": "__main__"}
    exec(source, space)
    return space["f"]


PAIRS = {  # made twice alike, and once otherwise
    "number": (lambda: 3, 4),
    "kind of number": (lambda: 3, 3.0),
    "list": (lambda: [1, [2]], [1, [3]]),
    "set": (lambda: {"a", "b", "c"}, {"a", "b", "d"}),
    "mapping": (lambda: {"a": 1}, {"a": 2}),
    "tensor": (lambda: torch.arange(5), torch.arange(5).flip(0)),
    "half digits": (lambda: torch.ones(3).bfloat16(), torch.ones(3)),
    "array": (lambda: np.arange(6), np.arange(6).reshape(2, 3)),
    "closure": (lambda: closed(1), closed(2)),
    "closure over a closure": (lambda: closed(closed(1)), closed(closed(2))),
    "code": (lambda: from_notebook("f = lambda x: 2 * x"), from_notebook("f = lambda x: x + 2")),
    "constant": (
        lambda: from_notebook("f = lambda x: 2 * x"),
        from_notebook("f = lambda x: 3 * x"),
    ),
    "default": (lambda: from_notebook("def f(x=1): 0"), from_notebook("def f(x=2): 0")),
    "keyword": (lambda: from_notebook("def f(*, x=1): 0"), from_notebook("def f(*, x=2): 0")),
    "inner function": (
        lambda: from_notebook("def f(x): return lambda y: y + 1"),
        from_notebook("def f(x): return lambda y: y + 2"),
    ),
    "global number": (
        lambda: from_notebook("w = 1\ndef f(x): return w * x"),
        from_notebook("w = 2\ndef f(x): return w * x"),
    ),
    "global function": (
        lambda: from_notebook("def g(x): return x\ndef f(x): return g(x)"),
        from_notebook("def g(x): return -x\ndef f(x): return g(x)"),
    ),
    "partial": (lambda: partial(twice, x=1), partial(twice, x=2)),
    "partial of another": (lambda: partial(twice, 1), partial(closed, 1)),
    "object": (lambda: Holder(a=1), Holder(a=2)),
    "object of another class": (lambda: BalanceLoss(0.1), Holder(weight=0.1, z_weight=0.0)),
    "method": (lambda: Holder(a=1).method, Holder(a=2).method),
    "circle": (lambda: in_a_circle(1), in_a_circle(2)),
    "crowd": (lambda: in_a_crowd(1), in_a_crowd(2)),
    "array of words": (lambda: np.array(["a", None]), np.array(["b", None])),
    "array that cannot be changed": (lambda: np.broadcast_to(1, 3), np.broadcast_to(2, 3)),
    "model": (lambda: new_model(seed=1), new_model(n_layer=2)),
    "activation": (lambda: new_model(), new_model(activation="relu")),
    "dropout": (lambda: nn.Sequential(nn.Dropout(0.1)), nn.Sequential(nn.Dropout(0.2))),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_what_is_made_twice_has_one_identity_and_what_differs_another(kind):
    make, other = PAIRS[kind]
    assert identity(make()) == identity(make()) != identity(other)


def test_what_a_library_has_under_its_name_is_told_by_its_name():
    assert identity(optimizer) == "helpers.learning.optimizer.optimizer"
    assert identity(BalanceLoss(0.1)) == "BalanceLoss(weight=0.1, z_weight=0.0)"
    assert identity(torch.optim.SGD) == "torch.optim.sgd.SGD"
    assert identity(np.float64(0.5)) == identity(0.5) == "0.5"


def test_weights_and_compilation_and_mode_do_not_make_another_model():
    model = new_model(seed=1)
    assert identity(model) == identity(new_model(seed=2).eval())
    assert identity(torch.compile(model, backend="eager")) == identity(model)
    model.blocks[0] = torch.compile(model.blocks[0], backend="eager")
    assert identity(model) == identity(new_model())


def test_long_words_are_cut_but_still_tell():
    long = [*range(1000)]
    assert len(identity(long)) < 80
    assert identity(long) != identity([*long[:-1], 0])


def test_another_process_says_the_same_words():
    program = (
        "from tests.learning.test_identity import PAIRS, identity\n"
        "for make, other in PAIRS.values(): print(identity(make()), identity(other))"
    )
    said = set()
    for seed in "12":
        environment = os.environ | {
            "PYTHONPATH": f"{ROOT}:{ROOT / 'tools'}",
            "PYTHONHASHSEED": seed,
        }
        line = [sys.executable, "-c", program]
        said.add(subprocess.run(line, env=environment, capture_output=True, check=True).stdout)
    assert len(said) == 1 and said.pop().count(b"\n") == len(PAIRS)
