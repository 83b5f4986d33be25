"""Where a generated text ends: at the token of its end, row by row."""

import pytest
import torch

from helpers.learning.sampling import generate
from tests.learning.speaker import BLOCK, prompt, speaker


@pytest.fixture(scope="module")
def model():
    return speaker()


# The end of a text


@pytest.mark.parametrize("use_cache", [True, False])
def test_each_row_is_the_same_up_to_its_end_and_then_filled(model, use_cache):
    idx, n = prompt(3, 4), 3 * BLOCK
    draw = {"use_cache": use_cache, "temperature": 1.5}
    free = generate(model, idx, n, generator=torch.Generator().manual_seed(5), **draw)
    end = int(free[0, 9])  # written by the first row, at its sixth place at the latest
    ended = generate(model, idx, n, generator=torch.Generator().manual_seed(5), end=end, **draw)
    for whole, row in zip(free[:, 4:].tolist(), ended[:, 4:].tolist(), strict=True):
        stop = whole.index(end) if end in whole else len(whole)
        assert row[: stop + 1] == whole[: len(row)][: stop + 1]
        assert set(row[stop:]) <= {end}


def test_writing_stops_when_every_row_has_ended(model):
    idx = prompt(1, 4).repeat(3, 1)
    end = int(generate(model, idx, 1, temperature=0)[0, -1])
    assert generate(model, idx, 100, temperature=0, end=end).shape == (3, 5)


def test_an_end_in_the_prompt_ends_nothing(model):
    end = 7
    idx = torch.tensor([[end]])
    written = generate(model, idx, 2, end=end, generator=torch.Generator().manual_seed(1))
    assert written.shape[1] >= 2


@pytest.mark.parametrize("end", [11, -1, 2.5, "3"])
def test_an_end_that_is_no_token_is_refused(model, end):
    with pytest.raises(ValueError, match="end must be a whole number in 0 … 10; got .*end_of_text"):
        generate(model, prompt(1, 3), 1, end=end)
