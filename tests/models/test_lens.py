"""The stream between the blocks: what is read there, what the head makes of it, what is changed."""

import pytest
import torch
from torch.testing import assert_close

from helpers.models import lens
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT

IDX = torch.randint(11, (3, 7), generator=torch.Generator().manual_seed(0))


@pytest.fixture(params=["pre-norm", "post-norm"])
def model(request):
    torch.manual_seed(1)
    return GPT(GPTConfig(8, 11, n_layer=3, n_head=2, n_embd=8, block=request.param)).eval()


def test_the_stream_is_what_goes_in_at_each_block(model):
    found = lens.streams(model, IDX)
    x = model.embed(IDX)
    for layer, block in enumerate(model.blocks):
        assert_close(found[layer], x)
        x = block(x)
    assert_close(found[-1], x)
    assert len(found) == len(model.blocks) + 1


def test_at_the_last_layer_the_lens_is_the_model(model):
    assert_close(lens.lens(model, lens.streams(model, IDX)[-1]), model(IDX)[0])


def test_a_patch_with_its_own_values_changes_nothing(model):
    found = lens.streams(model, IDX)
    for layer in range(4):
        with lens.patched(model, layer, [2, 5], found[layer][:, [2, 5]]):
            assert_close(model(IDX)[0], model(IDX)[0])
            patched = model(IDX)[0]
        assert_close(patched, model(IDX)[0])


def test_a_patch_of_everything_is_the_other_run(model):
    other = (IDX + 3) % 11
    values = lens.streams(model, other)
    for layer in range(4):
        with lens.patched(model, layer, range(7), values[layer]):
            assert_close(model(IDX)[0], model(other)[0])


def test_a_patch_is_seen_from_its_place_on_and_gone_afterwards(model):
    before = model(IDX)[0]
    with lens.patched(model, 1, [4], torch.full((1, 1, 8), 3.0)):
        inside = model(IDX)[0]
    assert_close(inside[:, :4], before[:, :4])
    assert not torch.allclose(inside[:, 4:], before[:, 4:])
    assert_close(model(IDX)[0], before)


def test_exchanged_is_a_patch_at_each_place_by_itself(model):
    other, places = (IDX + 3) % 11, [1, 4, 6]
    found = lens.exchanged(model, IDX, other, places)
    values = lens.streams(model, other)
    assert found.shape == (4, 3, 3, 11)
    for layer in range(4):
        for i, place in enumerate(places):
            with lens.patched(model, layer, [place], values[layer][:, [place]]):
                assert_close(found[layer, i], model(IDX)[0][:, -1])


def test_the_mode_is_left_as_it_was(model):
    model.train()
    lens.streams(model, IDX)
    assert model.training


def test_a_layer_that_does_not_exist_is_refused(model):
    layers = pytest.raises(ValueError, match="layer must be a whole number in 0 … 3")
    with layers, lens.patched(model, 4, [0], torch.zeros(1, 1, 8)):
        pass
