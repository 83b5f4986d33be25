"""A batch, place by place: what is read, what must be predicted. Notebook: Text to tokens."""

import ipywidgets
from torch import Tensor

from helpers.basics.borders import takes
from helpers.views.drawing import Picture
from helpers.views.pictures.batch_grid import Batch, batch_grid
from helpers.views.widgets.explorer import Explorer


@takes(x="tokens B T", y="tokens B T", vectors="stream B T C")
def one_batch(x: Tensor, y: Tensor, tokenizer, vectors: Tensor) -> Explorer:
    """Choose a row and a position: what has been read, what must come, and the token's vector.

    x, y: (B, T) of tokens, y one step later. vectors: (B, T, C), those of x. ValueError unless the
    shapes fit.
    """
    read, asked = ([[tokenizer.decode([i]) for i in row] for row in z.tolist()] for z in (x, y))
    batch = Batch(read, x.tolist(), asked, y.tolist(), vectors.tolist())

    def draw(row: int, place: int) -> Picture:
        return batch_grid(batch, row - 1, place - 1)

    B, T = x.shape
    controls = {
        "row": ipywidgets.IntSlider(1, min=1, max=B, description="row"),
        "place": ipywidgets.IntSlider((T + 1) // 2, min=1, max=T, description="position"),
    }
    return Explorer(draw, play=["place"], pairs=[("row", "place")], **controls)
