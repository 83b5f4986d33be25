"""LoRA to scale: a matrix that stays as it is, and beside it two thin ones that learn."""

from helpers.basics.borders import takes
from helpers.basics.signature import signed
from helpers.views.drawing import Picture
from helpers.views.drawing.palette import GRID, INK, PRINT, VERMILLION
from helpers.views.drawing.svg import document, rect, words

SCALE, TOP, LEFT = 0.4, 62, 24  # pixels of a number; where the matrices begin
GAP = 96  # between two of them


@signed()
@takes(n_in="count", n_out="count", rank="count")
def thin_change(n_in: int, n_out: int, rank: int) -> Picture:
    """W with n_out rows and n_in columns, plus α/r times B times A, every number equally large.

    ValueError unless all three are whole numbers ≥ 1.
    """
    old, new = n_in * n_out, rank * (n_in + n_out)
    x_B = LEFT + SCALE * n_in + GAP
    x_A = x_B + SCALE * rank + GAP
    height, y_A = SCALE * n_out, TOP + SCALE * (n_out - rank) / 2
    y_signs, middle = TOP + height / 2 + 6, {"text_anchor": "middle", "fill": INK}
    parts = [
        rect(LEFT, TOP, SCALE * n_in, height, GRID),
        words(LEFT + SCALE * n_in / 2, y_signs, "W", 18, text_anchor="middle", fill=PRINT),
        words(x_B - GAP / 2, y_signs, "+  α/r ·", 16, **middle),
        rect(x_B, TOP, SCALE * rank, height, VERMILLION),
        words(x_A - GAP / 2, y_signs, "×", 18, **middle),
        rect(x_A, y_A, SCALE * n_in, SCALE * rank, VERMILLION),
        words(LEFT, TOP - 34, "stays as it is", 13, font_weight="bold"),
        words(LEFT, TOP - 14, f"{n_out} × {n_in} = {old:,}", 13),
        words(x_B, TOP - 34, "learns", 13, font_weight="bold", fill=VERMILLION),
        words(x_B, TOP - 14, f"B: {n_out} × {rank}, starts at 0", 13),
        words(x_A, y_A - 12, f"A: {rank} × {n_in}", 13),
        words(x_A, y_A + SCALE * rank + 24, f"together {new:,} numbers", 13),
    ]
    alt = (
        f"A matrix W of {n_out} × {n_in} numbers, {old:,}, that stays as it is; plus α/r times B, "
        f"{n_out} × {rank}, times A, {rank} × {n_in}: together {new:,} numbers that learn."
    )
    width = max(x_A + SCALE * n_in, x_B + 200) + 130
    return Picture(alt, markup=document(width, TOP + height + 24, parts))
