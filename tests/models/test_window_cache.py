"""The cache of a layer with a window: it holds no more than the window, and says the same."""

import pytest
import torch

from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.theory.decoders import BF16, Decoder

SIZES = {"positions": "rotary", "n_kv_head": 2}
IDX = torch.randint(11, (2, 14), generator=torch.Generator().manual_seed(0))


@pytest.fixture(params=["sliding", "sliding/grouped"])
def model(request):
    torch.manual_seed(0)
    kind = {"attention": request.param, "window": 4}
    made = GPT(GPTConfig(16, 11, n_layer=4, n_head=4, n_embd=32, **SIZES, **kind)).eval()
    return made.requires_grad_(False)


@pytest.mark.parametrize("cuts", [[1] * 14, [9, 1, 1, 3], [3, 11]])
def test_what_is_read_piece_by_piece_is_the_whole_text(model, cuts):
    cache = model.new_cache(2)
    parts = [model(piece, cache=cache)[0] for piece in IDX.split(cuts, dim=1)]
    torch.testing.assert_close(torch.cat(parts, dim=1), model(IDX)[0])
    assert [layer.length for layer in cache] == [14] * 4


def test_it_holds_as_many_numbers_as_the_table_of_published_models_counts(model):
    cache = model.new_cache(1)
    for token in IDX[:1].split(1, dim=1):
        model(token, cache=cache)
    held = sum(layer.keys[:, :, : layer.length].numel() * 2 for layer in cache)
    counted = Decoder.of("ours", "here", model.config)
    assert BF16 * held == counted.cache_bytes(14)


def test_its_memory_is_that_of_the_window_whatever_was_read(model):
    cache = model.new_cache(1)
    model(IDX[:1, :13], cache=cache)
    assert cache[0].keys.shape[2] == 4
    assert cache[0].keys.untyped_storage().nbytes() == cache[0].keys.numel() * 4


def test_it_refuses_another_number_of_texts_and_a_text_beyond_the_context(model):
    cache = model.new_cache(2)
    model(IDX, cache=cache)
    with pytest.raises(ValueError, match="go on with its 2 texts"):
        cache[0].append(*torch.zeros(2, 3, 2, 1, 8))
    with pytest.raises(ValueError, match="up to 16 tokens"):
        cache[0].append(*torch.zeros(2, 2, 2, 3, 8))
