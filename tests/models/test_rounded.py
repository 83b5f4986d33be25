"""Rounded weights: undone by hand, to the bit as the package gguf does, for each type."""

import numpy as np
import pytest
import torch

from helpers.basics.gguf import GGUF
from helpers.models import rounded
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from tests.basics import small_gguf


def read(tmp_path, shape, kind, content):
    path = small_gguf.write(tmp_path / "one.gguf", {"a": 1}, {"x": (shape, kind, content)})
    return rounded.read(GGUF(path), "x")


def test_q4_1_by_hand(tmp_path):
    # d = 0.5, m = -1; byte i holds i below and 15 - i above: x = 0.5 i - 1, then 6.5 - 0.5 i
    ends = np.array([0.5, -1.0], np.float16).tobytes()
    content = ends + bytes((15 - i) << 4 | i for i in range(16))
    expected = [0.5 * i - 1 for i in range(16)] + [6.5 - 0.5 * i for i in range(16)]
    assert read(tmp_path, (1, 32), 3, content).tolist() == [expected]


def test_q8_0_by_hand(tmp_path):
    content = np.float16(0.25).tobytes() + np.arange(-16, 16, dtype=np.int8).tobytes()
    assert read(tmp_path, (32,), 8, content).tolist() == [i / 4 for i in range(-16, 16)]


def test_f16_and_f32_are_the_numbers_themselves(tmp_path):
    numbers = np.arange(6, dtype=np.float32).reshape(2, 3) / 4
    for kind, content in ((0, numbers), (1, numbers.astype(np.float16))):
        assert read(tmp_path, (2, 3), kind, content.tobytes()).tolist() == numbers.tolist()


@pytest.mark.parametrize("number", rounded.KINDS)
def test_every_type_is_undone_as_the_package_gguf_does(tmp_path, number):
    gguf = pytest.importorskip("gguf")
    kind, theirs = rounded.KINDS[number], gguf.GGMLQuantizationType(number)
    numbers = np.random.default_rng(0).normal(size=(5, 3 * kind.numbers)).astype(np.float32)
    content = gguf.quants.quantize(numbers, theirs)
    ours = read(tmp_path, numbers.shape, number, content.tobytes())
    assert np.array_equal(ours.numpy(), gguf.quants.dequantize(content, theirs))
    assert kind.name == theirs.name
    assert (kind.numbers, kind.bytes) == gguf.GGML_QUANT_SIZES[theirs]


def test_every_tensor_of_smollm_is_undone_as_the_package_gguf_does(needs_smollm):
    gguf = pytest.importorskip("gguf")
    ours = GGUF(needs_smollm)
    for tensor in gguf.GGUFReader(needs_smollm).tensors:
        expected = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        assert np.array_equal(rounded.read(ours, tensor.name).numpy(), expected), tensor.name


@pytest.mark.parametrize(
    ("shape", "number", "message"),
    [
        ((32,), 2, "got type 2 for 'x'"),  # Q4_0
        ((32,), 99, "got type 99"),
        ((2, 16), 8, r"got Q8_0 of shape \(2, 16\)"),
        ((), 0, r"got F32 of shape \(\)"),
        ((64,), 8, "must hold 68 bytes of 'x'; it ends before"),
    ],
)
def test_what_cannot_be_undone_is_refused(tmp_path, shape, number, message):
    with pytest.raises(ValueError, match=message):
        read(tmp_path, shape, number, bytes(34))


def test_rounding_to_8_bits_errs_by_half_a_step_at_most(tmp_path):
    gguf = pytest.importorskip("gguf")
    numbers = torch.randn(4, 64)
    content = gguf.quants.quantize(numbers.numpy(), gguf.GGMLQuantizationType.Q8_0)
    error = (read(tmp_path, (4, 64), 8, content.tobytes()) - numbers).abs().view(-1, 32)
    step = numbers.view(-1, 32).abs().amax(1, keepdim=True) / 127
    assert (error <= 0.51 * step).all()  # the scale itself is rounded to 16 bits


# The other way


def test_coarse_by_hand():
    # from 0 to 3 with 2 bits the step is 1: 0, 1, 2, 3
    x = torch.linspace(0, 3, 32)
    assert torch.equal(rounded.coarse(x, 2), x.round())


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_no_number_errs_by_more_than_half_a_step(bits):
    x = torch.randn(7, 64)
    rows = x.view(-1, 32)
    step = (rows.amax(1) - rows.amin(1)) / (2**bits - 1)
    error = (rounded.coarse(x, bits) - x).abs().view(-1, 32).amax(1)
    assert (error <= 0.5 * step + 2e-3 * rows.abs().amax(1)).all()  # the ends have 16 bits


def test_four_bits_are_those_of_the_package_gguf():
    gguf = pytest.importorskip("gguf")
    x, kind = torch.randn(6, 64), gguf.GGMLQuantizationType.Q4_1
    theirs = gguf.quants.dequantize(gguf.quants.quantize(x.numpy(), kind), kind)
    assert (rounded.coarse(x, 4) - torch.from_numpy(theirs)).abs().max() < 1e-6


def test_rounding_again_on_the_same_grid_changes_nothing():
    once = rounded.coarse(torch.randn(4, 64), 4)
    torch.testing.assert_close(rounded.coarse(once, 4), once, atol=1e-3, rtol=0)


def test_only_the_matrices_of_the_blocks_are_rounded():
    model = GPT(GPTConfig(8, 11, 1, 2, 32))
    rough = rounded.coarsened(model, 2)
    assert torch.equal(rough.head.weight, model.head.weight)
    assert rough.blocks[0].mlp.expand.weight.unique().numel() < model.config.n_embd**2
    assert not torch.equal(rough.blocks[0].mlp.expand.weight, model.blocks[0].mlp.expand.weight)


def test_what_does_not_fill_its_blocks_is_refused():
    with pytest.raises(ValueError, match="must fill blocks of 32; got 40"):
        rounded.coarse(torch.randn(40), 4)
