"""Exercise of the notebook *Toward GPT-4*: an image from its patches."""

import torch
from torch.nn import functional as F

from helpers.practice.exercise import Exercise


def image_again(patches, P, height, width):
    image = torch.zeros(patches.shape[1] // P**2, height, width)
    columns = width // P
    for n, patch in enumerate(patches):
        y, x = n // columns * P, n % columns * P
        image[:, y : y + P, x : x + P] = patch.view(P, P, -1).permute(2, 0, 1)
    return image


def _put(split, order="krycx"):
    """The image by a view and a permutation of rows, columns, y, x and channels."""

    def answer(patches, P, height, width):
        sizes = {"r": height // P, "c": width // P, "y": P, "x": P, "k": patches.shape[1] // P**2}
        grid = patches.reshape([sizes[name] for name in split])
        return grid.permute([split.index(name) for name in order]).reshape(-1, height, width)

    return answer


def _folded(patches, P, height, width):
    channels_first = patches.view(len(patches), P * P, -1).permute(2, 1, 0)  # K, pixel, N
    return F.fold(channels_first.flatten(0, 1)[None], (height, width), P, stride=P)[0]


def _patches(K, height=4, width=6, P=2):
    """An image of whole numbers, cut into patches (N, P²·K), row by row, channels last."""
    image = torch.arange(1.0 * K * height * width).view(K, height, width) + 1
    cut = image.unfold(1, P, P).unfold(2, P, P)  # K, row, column, y, x
    return cut.permute(1, 2, 3, 4, 0).reshape(-1, P * P * K)


SLIPS_OF_THE_IMAGE = {
    "the patches stand column by column; they were cut row by row.": _put("cryxk"),
    "the patches are at their places, but inside them rows and columns are swapped.": _put("rcxyk"),
    "the patches are at their places, but inside them the channels are mixed up: the channels of a "
    "pixel stand side by side.": _put("rckyx"),
    "these are the numbers in the order of the patches; each patch has its own corner.": (
        lambda patches, P, height, width: patches.view(-1, height, width)
    ),
    "the channels must come first: (K, height, width).": (
        lambda *given: image_again(*given).permute(1, 2, 0)
    ),
}
check_image_again = Exercise(
    "11 The image from its patches",
    "patches (N, P²·K), P, height, width -> the image (K, height, width).",
    image_again,
    cases={
        "an image of 4 × 6 pixels, one channel": (_patches(1), 2, 4, 6),
        "an image of 4 × 6 pixels, three channels": (_patches(3), 2, 4, 6),
    },
    slips=SLIPS_OF_THE_IMAGE,
    right=[_put("rcyxk"), _folded],
    hints=[
        "The patches stand row by row: with `columns` of them in a row, patch n stands in row "
        "`n // columns`.",
        "Its corner is `n // columns * P` down and `n % columns * P` to the right.",
        "A patch's numbers are pixels, row by row, and the K channels of a pixel stand side by "
        "side: `patch.view(P, P, -1)` is (P, P, K). The image wants K first.",
        "`patch.view(P, P, -1).permute(2, 0, 1)`",
    ],
)
