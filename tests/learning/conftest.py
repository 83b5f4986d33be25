"""The run that the tests of training compare theirs with."""

import pytest

from tests.learning.ring import new_model, run, weights


@pytest.fixture(scope="session")
def unbroken():
    """A run from step 0 to 30: the model, its history and the weights after every step."""
    model, after = new_model(), {}
    history = run(model, on_step=lambda step, _: after.update({step: weights(model)}))
    return model, history, after
