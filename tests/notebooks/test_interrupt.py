"""The stop button of a notebook: the step in progress is finished, model and history are kept."""

import pytest
from jupyter_client.manager import start_new_kernel

TRAIN = """
import torch
from helpers.learning import sampling, training
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
ids = torch.arange(4000) % 12
model = GPT(GPTConfig(8, 12, n_layer=1, n_head=2, n_embd=16))
settings = {"steps": 1_000_000, "batch_size": 4, "lr": 1e-3, "eval_every": 50}
say = lambda step, history: step == 100 and print("a hundred steps")
history = training.train(model, ids, ids, **settings, on_step=say)
"""
AFTERWARDS = """
text = sampling.generate(model, ids[None, :4], 5)
print(len(history.steps) > 1, model.training, tuple(text.shape))
"""


@pytest.fixture
def kernel():
    manager, client = start_new_kernel()
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def printed(client, request, until=None, timeout=120):
    """What a request wrote to stdout, up to some words or until the kernel is idle again."""
    text, status = "", ""
    while status != "idle" and not (until and until in text):
        message = client.get_iopub_msg(timeout=timeout)
        if message["parent_header"].get("msg_id") == request:
            text += message["content"].get("text", "")
            status = message["content"].get("execution_state", status)
    return text


def test_the_stop_button_keeps_what_was_learned(kernel):
    manager, client = kernel
    training = client.execute(TRAIN)
    assert printed(client, training, until="a hundred steps")
    manager.interrupt_kernel()
    assert "Stopped at step" in printed(client, training)
    assert printed(client, client.execute(AFTERWARDS)) == "True False (1, 9)\n"
