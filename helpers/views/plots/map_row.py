"""Heat maps side by side, to be compared."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.views.drawing.style import PADDING
from helpers.views.plots.maps import heatmap

WIDE, HIGH = 7.6, 3.5  # inches, of the whole row


def heatmaps(
    matrices: Mapping[str, Sequence[Sequence[float]]],
    labels: Mapping[str, tuple[Sequence[str], Sequence[str]]] | None = None,
    xlabel: str = "",
    ylabel: str = "",
    unit: str = "",
    vmin: float | None = None,
    vmax: float | None = None,
) -> Axes:
    """Named matrices as heat maps beside each other; returns the first one's Axes.

    labels: name -> (row labels, column labels). vmin, vmax: one scale for all, where given.
    ValueError if there is no matrix.
    """
    if not matrices:
        raise ValueError("heatmaps needs at least one matrix; got none. Try {'head 1': weights}.")
    figure = Figure(figsize=(WIDE, HIGH), facecolor="white", layout="compressed")
    figure.get_layout_engine().set(**PADDING)
    row = figure.subplots(1, len(matrices), squeeze=False)[0]
    shared = {"xlabel": xlabel, "unit": unit, "vmin": vmin, "vmax": vmax}
    for i, (ax, (name, matrix)) in enumerate(zip(row, matrices.items(), strict=True)):
        rows, columns = (labels or {}).get(name, (None, None))
        heatmap(matrix, rows, columns, ax, name, ylabel="" if i else ylabel, **shared)
    return row[0]
