"""A batch, place by place: what is read, what must be predicted. Notebook: Text to tokens."""

import ipywidgets
from torch import Tensor

from helpers.views.drawing import Picture, given
from helpers.views.pictures.batch_grid import Batch, batch_grid
from helpers.views.widgets.explorer import Explorer


def one_batch(x: Tensor, y: Tensor, tokenizer, vectors: Tensor) -> Explorer:
    """Choose a row and a position: what has been read, what must come, and the token's vector.

    x, y: (B, T) of tokens, y one step later. vectors: (B, T, C), those of x. ValueError unless the
    shapes fit.
    """
    shapes = [tuple(each.shape) for each in (x, y, vectors)]
    fits = x.ndim == 2 and len(x) and x.shape == y.shape and vectors.shape[:-1] == x.shape
    rule = "x and y are (B, T), the vectors (B, T, C)"
    given.must(fits, rule, f"shapes {shapes}", "Try embedding(x) for the vectors.")
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
