"""Vision: an image is cut into patches, and a linear layer turns each into something like a token.

Source: Dosovitskiy et al. 2021, §3.1, equation 1. Built in the notebook *Toward GPT-4*. Besides the
letters of this floor: H, W height and width in pixels, K channels of colour, P side of a square
patch, N patches.
"""

import torch
from torch import Tensor, nn

from helpers.basics.borders import explains, takes
from helpers.basics.numbers import whole
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.losses import token_loss


@takes(images="stream B K H W")
def patchify(images: Tensor, patch_size: int) -> Tensor:
    """Cut images into square patches, row by row: (B, K, H, W) -> (B, H·W/P², P²·K).

    Within a patch the pixels stand row by row, the channels of a pixel side by side. Nothing is
    lost: `unpatchify` brings the images back. ValueError unless P divides H and W.
    """
    H, W = _checked(images, 4, "images (B, K, H, W)").shape[-2:]
    _divides(patch_size, H, W)
    grid = images.unflatten(3, (-1, patch_size)).unflatten(2, (-1, patch_size))
    # neighbours in the list are neighbours in the image: row by row, and so within a patch
    return grid.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)  # B, (row, column), (y, x, K)


@takes(patches="stream B N P", height="count", width="count")
def unpatchify(patches: Tensor, patch_size: int, height: int, width: int) -> Tensor:
    """The images again: (B, N, P²·K) -> (B, K, H, W). ValueError if the shapes do not fit."""
    _divides(patch_size, height, width)
    rows, columns = height // patch_size, width // patch_size
    B, N, numbers = _checked(patches, 3, "patches (B, N, P²·K)").shape
    if rows * columns != N or numbers % patch_size**2:
        raise ValueError(
            f"{height}×{width} pixels in patches of {patch_size}×{patch_size} are {rows * columns} "
            f"patches of a multiple of {patch_size**2} numbers; got {N} of {numbers}. "
            "Try the sizes that patchify was given."
        )
    grid = patches.reshape(B, rows, columns, patch_size, patch_size, -1)
    return grid.permute(0, 5, 1, 3, 2, 4).flatten(4).flatten(2, 3)


@explains(
    config="with n_embd",
    images="stream B K H W",
    idx="tokens B T <V",
    targets="targets B T <V None",
)
class Captioner(nn.Module):
    """P(text | image): a GPT that reads an image's patches before the first token of the text.

    Patches have no vocabulary: a linear layer, learned with everything else, puts each where a
    token's embedding would stand. All else is the GPT as it was. parts: as for GPT.
    """

    def __init__(
        self, config: GPTConfig, image_size: int, patch_size: int, channels: int = 1, **parts
    ):
        super().__init__()
        image_size = whole("The image size", image_size, advice="Try 16.")
        _divides(patch_size, image_size, image_size)
        self.config, self.patch_size = config, patch_size
        self.n_patches = (image_size // patch_size) ** 2
        channels = whole("channels", channels)
        self.patch_embedding = nn.Linear(patch_size**2 * channels, config.n_embd)
        self.gpt = GPT(config, **parts)

    def forward(
        self, images: Tensor, idx: Tensor, targets: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """images (B, K, H, W), idx and targets (B, T) -> logits (B, T, V), loss in nats per token.

        logits[:, t] depend on the whole image and on idx[:, :t+1]. ValueError if the patches and
        the text together are longer than block_size.
        """
        x = self.gpt.place(self.embed(images, idx))  # (B, N + T, C)
        logits = self.gpt.answer(x)[:, self.n_patches :]  # only text is asked for
        return logits, None if targets is None else token_loss(logits, targets)

    def embed(self, images: Tensor, idx: Tensor) -> Tensor:
        """Patches, then tokens: (B, K, H, W) and (B, T) -> (B, N + T, C), without positions yet."""
        patches = self.patch_embedding(patchify(images, self.patch_size))  # (B, N, C)
        N, T, most = patches.shape[1], idx.shape[1], self.config.block_size
        if most < N + T:
            raise ValueError(
                f"Patches and text may hold at most block_size = {most} positions; "
                f"got {N} + {T}. Try larger patches."
            )
        return torch.cat([patches, self.gpt.token_embedding(idx)], dim=1)


def _checked(tensor: Tensor, dimensions: int, wanted: str) -> Tensor:
    if tensor.dim() != dimensions:
        raise ValueError(
            f"Needed are {wanted}; got shape {tuple(tensor.shape)}. Try unsqueeze for a single one."
        )
    return tensor


def _divides(patch_size: int, height: int, width: int) -> None:
    patch_size = whole("The patch size", patch_size, advice="Try 4 for 16×16 pixels.")
    if height % patch_size or width % patch_size:
        raise ValueError(
            f"The patch size must divide height and width; got {patch_size} for {height}×{width} "
            "pixels. Try 4 for 16×16."
        )
