"""Drawings: a small world whose posterior is exact."""

import math

import pytest
import torch
from torch.testing import assert_close

from helpers.text.tasks import drawings
from helpers.text.tasks.drawings import GLYPHS, NAMES, SIDE, draw, glyph, posterior, templates
from helpers.theory.probability import entropy


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_every_glyph_is_five_by_five_and_no_two_are_alike():
    drawn = {name: glyph(name) for name in NAMES}
    for sheet in drawn.values():
        assert sheet.shape == (5, 5) and set(sheet.unique().tolist()) == {0, 1}
    assert len({tuple(sheet.flatten().tolist()) for sheet in drawn.values()}) == len(GLYPHS) == 16


def test_a_glyph_twice_as_large_has_blocks_of_four_pixels():
    assert_close(glyph("cross", 2)[::2, ::2], glyph("cross"))
    assert_close(glyph("cross", 2)[1::2, 1::2], glyph("cross"))
    assert glyph("cross", 2).sum() == 4 * glyph("cross").sum()


def test_the_clean_sheets_are_all_places_and_sizes_each_as_likely_as_it_is_drawn():
    sheets, names, probs = templates()
    # Small: tops 0, 4, 8 and lefts 0, 4, 8; large: 0, 4 and 0, 4. 16 names of 9 + 4 sheets.
    assert sheets.shape == (16 * 13, SIDE, SIDE) and len(names) == len(probs) == 16 * 13
    assert len({tuple(sheet.flatten().tolist()) for sheet in sheets}) == len(sheets)
    assert probs.sum().item() == pytest.approx(1)
    for i, name in enumerate(NAMES):
        mine = names == i
        assert probs[mine].sum().item() == pytest.approx(1 / 16)
        ink = sheets[mine].sum((1, 2))
        assert sorted(ink.tolist()) == [glyph(name).sum()] * 9 + [4 * glyph(name).sum()] * 4
        assert probs[mine][ink == ink.min()].sum().item() == pytest.approx(1 / 32)


def test_without_noise_a_drawing_is_a_clean_sheet_and_its_name_is_certain():
    images, names = draw(200, 0.0, seeded())
    assert_close(posterior(images, 0.0)[torch.arange(200), names], torch.ones(200).double())


def test_pixels_are_flipped_as_often_as_said_and_names_are_equally_frequent():
    images, names = draw(4000, 0.1, seeded())
    sheets, _, probs = templates()
    ink = (probs[:, None, None] * sheets).sum()  # expected clean ink
    expected = ink * 0.9 + (SIDE**2 - ink) * 0.1
    seen = images.sum((1, 2, 3))
    assert abs(seen.mean() - expected) < 4 * seen.std() / 4000**0.5
    share = torch.bincount(names, minlength=16) / 4000
    assert (abs(share - 1 / 16) < 4 * math.sqrt(15 / 256 / 4000)).all()
    assert images.shape == (4000, 1, SIDE, SIDE) and set(images.unique().tolist()) == {0, 1}


@pytest.mark.parametrize("noise", [0.2, 0.45])  # at 0.45 the sheets' own probabilities decide
def test_the_posterior_by_hand_for_one_image(noise):
    """Over all clean sheets, one by one, in plain Python."""
    images, _ = draw(1, noise, seeded(3))
    weights = dict.fromkeys(range(16), 0.0)
    for sheet, name, p in zip(*templates(), strict=True):
        flips = int((sheet != images[0, 0]).sum())
        weights[int(name)] += p.item() * noise**flips * (1 - noise) ** (256 - flips)
    total = sum(weights.values())
    expected = torch.tensor([weights[i] / total for i in range(16)]).double()
    assert_close(posterior(images, noise)[0], expected)


def test_the_posterior_is_right_as_often_as_it_says():
    """Bayes is calibrated: mean -ln P(name) is the mean entropy, within four standard errors."""
    images, names = draw(3000, 0.15, seeded(1))
    belief = posterior(images, 0.15)
    surprise = -belief[torch.arange(3000), names].log()
    difference = surprise - entropy(belief)
    assert abs(difference.mean()) < 4 * difference.std() / 3000**0.5
    right = (belief.argmax(1) == names).double() - belief.amax(1)
    assert abs(right.mean()) < 4 * right.std() / 3000**0.5


def test_pure_noise_says_nothing():
    belief = posterior(draw(5, 0.5, seeded())[0], 0.5)
    assert_close(belief, torch.full((5, 16), 1 / 16).double())


def test_equal_generators_draw_the_same_sheets():
    assert_close(draw(3, 0.1, seeded(5))[0], draw(3, 0.1, seeded(5))[0], rtol=0, atol=0)
    assert not torch.equal(draw(3, 0.1, seeded(5))[0], draw(3, 0.1, seeded(6))[0])


@pytest.mark.parametrize("n", [0, -1, 2.5, True])
def test_an_impossible_number_of_images_is_refused(n):
    with pytest.raises(ValueError, match="n must be a whole number ≥ 1"):
        draw(n, 0.1)


@pytest.mark.parametrize("noise", [-0.1, 0.6, math.nan, "much"])
def test_an_impossible_noise_is_refused(noise):
    with pytest.raises(ValueError, match=r"noise must be a chance.*Try 0\.05"):
        draw(1, noise)
    with pytest.raises(ValueError, match="noise must be a chance"):
        posterior(torch.zeros(1, 1, SIDE, SIDE), noise)


def test_without_noise_another_image_is_refused():
    with pytest.raises(ValueError, match="must be one of the clean sheets"):
        posterior(torch.ones(1, 1, SIDE, SIDE), 0.0)


def test_the_names_are_words():
    assert all(name.isalpha() and name.islower() for name in drawings.NAMES)
