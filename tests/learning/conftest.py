"""The runs that the tests of training and of pre-training compare theirs with."""

import pytest

from helpers.learning import pretrain
from helpers.text import playwright, prepare
from tests.learning.crowd import command
from tests.learning.ring import new_model, run, weights


@pytest.fixture(scope="session")
def unbroken():
    """A run from step 0 to 30: the model, its history and the weights after every step."""
    model, after = new_model(), {}
    history = run(model, on_step=lambda step, _: after.update({step: weights(model)}))
    return model, history, after


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Shards of a short Playwright text, in several files."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "text.txt").write_text(playwright.write(20_000, seed=1), encoding="utf-8")
    shards = folder / "shards"
    prepare.prepare([folder / "text.txt"], shards, "bpe:300", validation=0.1, shard_tokens=3000)
    return shards


@pytest.fixture(scope="module")
def alone(data, tmp_path_factory):
    """A whole run of the command that pre-trains, by one process."""
    out = tmp_path_factory.mktemp("alone")
    assert pretrain.main(command(data, out)) == 0
    return out
