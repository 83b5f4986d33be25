"""drawing_reader: the two beliefs are those of Bayes and of the model, about the image shown."""

import pytest
import torch

from helpers.learning import captioning
from helpers.models.config import GPTConfig
from helpers.models.vision import Captioner
from helpers.text.tasks import drawings
from helpers.views.drawing.wording import likeliest_of
from helpers.views.widgets import drawing_reader
from helpers.views.widgets.drawing_reader import noisy


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    config = GPTConfig(16 + captioning.LENGTH, captioning.tokenizer().vocab_size, 1, 2, 16)
    return Captioner(config, image_size=16, patch_size=4).eval()


def test_without_noise_it_is_a_clean_sheet_of_that_name():
    sheets, names, _ = drawings.templates()
    for name in drawings.NAMES:
        same = (noisy(name, 0, 3)[0] == sheets).all((1, 2))
        assert [drawings.NAMES[i] for i in names[same]] == [name]


def test_the_share_of_flipped_pixels_is_the_noise():
    flips = [(noisy("six", 0.2, s) - noisy("six", 0, s)).abs().mean() for s in range(40)]
    assert torch.stack(flips).mean().item() == pytest.approx(0.2, abs=4 * 0.4 / (40 * 256) ** 0.5)


def test_it_says_what_bayes_and_the_model_believe(model):
    explorer = drawing_reader(model, 4)
    explorer.controls["noise"].value, explorer.controls["sheet"].value = 0.25, 2
    image = noisy("six", 0.25, 2)
    exact = drawings.posterior(image, 0.25)[0].numpy()
    model_says = captioning.caption_log_probs(model, image)[0].exp().numpy()
    said = [likeliest_of(drawings.NAMES, belief) for belief in (exact, model_says)]
    assert explorer.picture.alt.endswith(f"Bayes {said[0]}; model {said[1]}.")


def test_every_control_changes_the_picture(model):
    assert min(drawing_reader(model, 4).answers().values()) > 1


def test_patches_that_do_not_fit_are_refused(model):
    with pytest.raises(ValueError, match="patch_size must divide 16"):
        drawing_reader(model, 5)
