"""A small training on a text whose floor is known: the ring that the tests of training walk on."""

import dataclasses
import math
import os
import signal

import torch
from torch import nn

from helpers.learning.training import train
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT

V, STEPS = 12, 30
FLOOR = math.log(2)  # nats per token of `text`
SETTINGS = {"steps": STEPS, "batch_size": 4, "lr": 1e-2, "eval_every": 10, "progress": False}


def text(n, seed):
    """A walk on a ring of 12 tokens, one or two steps ahead with equal chance."""
    steps = torch.randint(1, 3, (n,), generator=torch.Generator().manual_seed(seed))
    return steps.cumsum(0) % V


TRAIN, VAL = text(2_000, seed=1), text(500, seed=2)


def new_model(seed=0, **changes):
    torch.manual_seed(seed)
    config = GPTConfig(8, V, n_layer=1, n_head=2, n_embd=16, dropout=0.2)
    return GPT(dataclasses.replace(config, **changes))


def run(model, **changes):
    return train(model, TRAIN, VAL, **(SETTINGS | changes))


def weights(model):
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def same(one, other):
    """Whether two models or two sets of weights are equal, bit for bit."""
    one, other = (weights(m) if isinstance(m, nn.Module) else m for m in (one, other))
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def without_clock(history):
    return dataclasses.replace(history, seconds=0.0, tokens_per_second=0.0)


def stop_at(step, how="exception"):
    """An on_step that stops the run after a step, by Ctrl-C's signal or by its exception."""

    def on_step(now, history):
        if now == step and how == "signal":
            signal.raise_signal(signal.SIGINT)
        elif now == step:
            raise KeyboardInterrupt

    return on_step


def killed_run(path, threads):
    """What a process does that kills itself after step 23."""
    torch.set_num_threads(threads)

    def kill(step, history):
        if step == 23:
            os.kill(os.getpid(), signal.SIGKILL)

    run(new_model(), checkpoint=path, on_step=kill)
