"""Vision: patches are a cut and nothing else; an Captioner is a GPT that has read an image."""

import dataclasses

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from helpers.models.config import GPTConfig
from helpers.models.modes import hooked
from helpers.models.vision import Captioner, patchify, unpatchify

CONFIG = GPTConfig(block_size=12, vocab_size=7, n_layer=2, n_head=2, n_embd=16)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Captioner(CONFIG, image_size=8, patch_size=4, channels=3).eval()


def batch(n=2):
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(n, 3, 8, 8, generator=generator)
    return images, torch.randint(7, (n, 5), generator=generator)


def test_patches_are_what_unfold_cuts():
    images = torch.randn(2, 3, 8, 12)
    unfolded = F.unfold(images, 4, stride=4)  # (B, K·P², N): all of a channel together
    ours = unfolded.mT.unflatten(-1, (3, 16)).mT.flatten(2)
    assert_close(patchify(images, 4), ours, rtol=0, atol=0)


def test_patches_by_hand():
    # Two rows of patches, two in each; within a patch the pixels row by row.
    image = torch.arange(16.0).view(1, 1, 4, 4)
    expected = [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]
    assert patchify(image, 2)[0].tolist() == expected
    # Two channels of one pixel stand side by side.
    assert patchify(torch.cat([image, image + 100], 1), 2)[0, 0].tolist() == [
        0, 100, 1, 101, 4, 104, 5, 105,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("P", "height", "width", "channels"), [(4, 8, 12, 3), (1, 3, 2, 1), (5, 5, 5, 2)]
)
def test_unpatchify_brings_the_images_back(P, height, width, channels):
    images = torch.randn(3, channels, height, width)
    patches = patchify(images, P)
    assert patches.shape == (3, height * width // P**2, P * P * channels)
    assert_close(unpatchify(patches, P, height, width), images, rtol=0, atol=0)


def test_vit_has_196_patches_of_768_numbers_and_half_the_side_four_times_as_many():
    image = torch.zeros(1, 3, 224, 224)
    assert patchify(image, 16).shape == (1, 196, 768)
    assert patchify(image, 8).shape == (1, 4 * 196, 768 // 4)


def test_the_linear_layer_on_patches_is_a_convolution_with_its_stride(model):
    images, _ = batch()
    layer = model.patch_embedding
    kernel = layer.weight.view(16, 4, 4, 3).permute(0, 3, 1, 2)
    by_convolution = F.conv2d(images, kernel, layer.bias, stride=4).flatten(2).mT
    assert_close(layer(patchify(images, 4)), by_convolution, rtol=1e-4, atol=1e-5)


def test_it_is_the_gpt_fed_with_patches_before_the_text(model):
    """The same numbers by way of the inner GPT's own parts, on embeddings put together by hand."""
    images, idx = batch()
    rows = [
        [model.patch_embedding(patch) for patch in patchify(image[None], 4)[0]]
        + [model.gpt.token_embedding.weight[token] for token in text]
        for image, text in zip(images, idx, strict=True)
    ]
    x = torch.stack([torch.stack(row) for row in rows]) + model.gpt.position_embedding.weight[:9]
    for block in model.gpt.blocks:
        x = block(x)
    logits, _ = model(images, idx)
    assert logits.shape == (2, 5, 7)
    assert_close(logits, model.gpt.head(model.gpt.final_norm(x))[:, 4:])


def test_what_the_gpt_reads_is_dropped_in_training_as_in_every_gpt():
    model = Captioner(dataclasses.replace(CONFIG, dropout=0.9), 8, 4, channels=3)
    images, idx = batch()
    seen = []
    with hooked(model.gpt.blocks[:1], lambda block, inputs: seen.append(inputs[0])):
        model.train()(images, idx), model(images, idx)
        model.eval()(images, idx), model(images, idx)
    assert not torch.equal(seen[0], seen[1]) and torch.equal(seen[2], seen[3])
    assert (seen[0] == 0).float().mean() > 0.8  # nine in ten, of 2 · 9 · 16 numbers


def test_every_letter_depends_on_the_whole_image_and_not_on_later_letters(model):
    images, idx = batch()
    logits, _ = model(images, idx)
    for y, x in ((0, 0), (0, 7), (7, 0), (7, 7)):  # one corner after the other
        changed = images.clone()
        changed[:, :, y, x] += 1
        moved = (model(changed, idx)[0] - logits).abs().amax(-1)
        assert (moved > 1e-6).all()
    later = idx.clone()
    later[:, 3] = (later[:, 3] + 1) % 7
    assert_close(model(images, later)[0][:, :3], logits[:, :3])
    assert not torch.allclose(model(images, later)[0][:, 3:], logits[:, 3:])


def test_the_loss_is_the_mean_over_the_letters(model):
    images, idx = batch()
    targets = idx.roll(-1, 1)
    logits, loss = model(images, idx, targets)
    by_hand = -logits.log_softmax(-1).gather(-1, targets[..., None]).mean()
    assert_close(loss, by_hand)
    assert model(images, idx)[1] is None


def test_a_few_steps_halve_the_loss_on_one_batch():
    torch.manual_seed(0)
    model = Captioner(CONFIG, 8, 4, channels=3)
    images, idx = batch(8)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(40):
        loss = model(images, idx[:, :-1], idx[:, 1:])[1]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize("P", [0, 3, 2.0, -4])
def test_a_patch_size_that_does_not_divide_is_refused(P):
    with pytest.raises(ValueError, match="patch size must (divide|be).* Try 4"):
        patchify(torch.zeros(1, 1, 8, 8), P)
    with pytest.raises(ValueError, match="patch size must (divide|be).* Try 4"):
        Captioner(CONFIG, 8, P)


def test_shapes_that_are_no_images_or_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"images must be a tensor \(B, K, H, W\).*unsqueeze"):
        patchify(torch.zeros(8, 8), 4)
    with pytest.raises(ValueError, match="are 4 patches of a multiple of 16 numbers; got 3 of 16"):
        unpatchify(torch.zeros(1, 3, 16), 4, 8, 8)
    with pytest.raises(ValueError, match="got 4 of 15"):
        unpatchify(torch.zeros(1, 4, 15), 4, 8, 8)


def test_more_than_fits_is_refused(model):
    images, _ = batch()
    with pytest.raises(ValueError, match="block_size = 12 positions; got 4 [+] 9"):
        model(images, torch.zeros(2, 9, dtype=torch.long))
