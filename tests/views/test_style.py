"""Style: colours that everybody can tell apart, words that can be read aloud."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from helpers.views.drawing import palette, style, wording
from helpers.views.pictures import surprisal_text

# How the colours look without one kind of cone: Machado, Oliveira & Fernandes 2009, severity 1.
VISION = {
    "normal": np.eye(3),
    "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
}


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    dark, bright = sorted([luminance(one), luminance(other)])
    return (bright + 0.05) / (dark + 0.05)


def lab(colour, vision):
    """CIELAB of a colour as seen with that vision, white point D65."""
    seen = (np.array(VISION[vision]) @ linear(colour)).clip(0, 1)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = np.cbrt(to_xyz @ seen / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISION)
def test_any_two_line_colours_are_told_apart(vision):
    seen = [lab(colour, vision) for colour in palette.PALETTE]
    distances = [np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)]
    assert min(distances) > 15  # matplotlib's own first six come to 4.6


@pytest.mark.parametrize("vision", VISION)
def test_the_map_gets_darker_all_the_way(vision):
    colours = palette.MAP(np.linspace(0, 1, 32))
    assert (np.diff([lab(c[:3], vision)[0] for c in colours]) < 0).all()


@pytest.mark.parametrize("dust", [4.44e-16, -1.39e-17, 5e-324])
def test_what_rounding_leaves_of_zero_is_written_as_zero(dust):
    assert wording.number(dust) == "0" and wording.number(1.11e-13) == "1.11e-13"


def test_lines_differ_in_more_than_colour():
    looks = [style.line_style(i, 5) for i in range(len(palette.PALETTE))]
    for trait in ("color", "linestyle", "marker"):
        assert len({str(look[trait]) for look in looks}) == len(looks)


def test_writing_stands_out_from_the_page():
    assert contrast(palette.INK, "white") > 12 and contrast(palette.QUIET, "white") > 4.5


@pytest.mark.parametrize("page, ink", [("white", "black"), ("#111111", "white")])
def test_coloured_text_can_be_read_in_both_themes(page, ink):
    tint = np.array([int(c) for c in surprisal_text.TINT.split(",")]) / 255
    for opacity in surprisal_text.OPACITY:
        mixed = tuple(opacity * tint + (1 - opacity) * np.array(to_rgb(page)))
        assert contrast(mixed, ink) > 4.5


@pytest.mark.parametrize(
    "value, said",
    [(4.11087, "4.11"), (0.05, "0.0500"), (12000.4, "12,000"), (3.0, "3"), (123.4, "123"),
     (0, "0"), (-0.25, "-0.250"), (float("inf"), "∞"), (float("nan"), "nan")],
)  # fmt: skip
def test_numbers_have_three_digits(value, said):
    assert wording.number(value) == said


@pytest.mark.parametrize(
    "token, drawn, said",
    [("\n", "↵", "newline"), (" ", "␣", "space"), ("a", "a", "'a'"), ("$", "$", "'$'"),
     ("中", "<4E2D>", "'中'"), ("\x00", "<0>", "'\\x00'"), (" the", "␣the", "' the'")],
)  # fmt: skip
def test_every_token_can_be_drawn_and_said(token, drawn, said):
    assert (wording.glyph(token), wording.spoken(token)) == (drawn, said)
