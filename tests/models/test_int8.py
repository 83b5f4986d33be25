"""Products of whole numbers: exact where rounding is, close elsewhere, and with a known error."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from helpers.learning import sampling
from helpers.models import int8
from helpers.models.gpt import GPT
from tests.models.lively import lively

IDX = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6], [5, 3, 5, 8, 9, 7, 9, 3]])


def test_rounding_by_hand():
    # the largest of the row is 1.27, so the scale is 0.01
    whole, scale = int8.rounded(torch.tensor([[1.27, -0.5, 0.004, 0.0], [0.0, 0.0, 0.0, 0.0]]))
    assert whole.tolist() == [[127, -50, 0, 0], [0] * 4]
    assert scale[0].item() == pytest.approx(0.01)


def test_a_rounded_number_errs_by_half_a_scale_at_most():
    x = torch.randn(5, 64)
    whole, scale = int8.rounded(x)
    assert ((whole * scale - x).abs() <= 0.501 * scale).all()
    assert whole.abs().amax(-1).tolist() == [127] * 5


@pytest.mark.parametrize("shape", [(1, 24), (2, 5, 24), (40, 24)])
def test_the_layer_is_the_exact_product_of_what_was_rounded(shape):
    layer, x = lively(nn.Linear(24, 16)), torch.randn(shape)
    w, x8 = int8.rounded(layer.weight.detach()), int8.rounded(x)
    expected = (x8[0] * x8[1]).double() @ (w[0] * w[1]).double().T + layer.bias.double()
    assert_close(int8.Int8Linear(layer)(x), expected.float(), atol=1e-4, rtol=1e-4)


def test_a_model_in_8_bits_answers_nearly_the_same(model):
    lively(model)
    eight = int8.in_8_bits(model)
    assert not any(isinstance(layer, nn.Linear) for layer in eight.modules())
    with torch.no_grad():
        exact, rough = model(IDX)[0], eight(IDX)[0]
    assert 0 < (rough - exact).abs().mean() < 0.05 * exact.std()
    assert isinstance(model.head, nn.Linear)  # the model itself is as it was


def test_a_model_in_8_bits_writes_the_same_with_a_cache(model):
    eight = int8.in_8_bits(lively(model))
    texts = [sampling.generate(eight, IDX[:, :2], 5, temperature=0, use_cache=c) for c in (1, 0)]
    assert torch.equal(*texts)


def test_its_head_no_longer_shares_the_embedding(config):
    model = lively(GPT(config))
    before = model.token_embedding.weight.detach().clone()
    eight = int8.in_8_bits(model)
    assert torch.equal(eight.token_embedding.weight, before)
    assert [name for name, _ in eight.head.named_buffers()] == ["whole", "scale"]
