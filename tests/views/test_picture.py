"""Pictures: pixels or markup that never come without their description."""

import base64
import io

import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from helpers.views.drawing.picture import Picture, show


def described_axes():
    ax = Figure(figsize=(2, 1)).add_subplot()
    ax.plot([1, 2], lw=4)
    ax.set_label('a line that "rises"')
    return ax


def test_html_carries_the_description_and_the_pixels():
    picture = show(described_axes())
    pixels = base64.b64encode(picture.png).decode()
    assert picture.html == (
        '<img alt="a line that &quot;rises&quot;" width="200" style="max-width:100%" '
        f'src="data:image/png;base64,{pixels}">'
    )


def test_a_notebook_stores_html_and_the_description_as_plain_text():
    picture = show(described_axes())
    assert picture._repr_mimebundle_() == {"text/html": picture.html, "text/plain": picture.alt}


def test_pixels_are_crisp_opaque_and_not_blank():
    pixels = imread(io.BytesIO(show(described_axes()).png))
    assert pixels.shape[:2] == (150, 300)  # 1 by 2 inches at 150 dots per inch
    assert (pixels[..., -1] == 1).all() and pixels[0, 0, :3].tolist() == [1, 1, 1]
    assert (pixels[..., :3] < 0.9).any()


def test_the_same_figure_gives_the_same_bytes_and_names_no_software():
    first, second = show(described_axes()).png, show(described_axes()).png
    assert first == second and b"Software" not in first


def test_a_given_description_wins_over_the_plot_s_own():
    assert show(described_axes(), alt="mine").alt == "mine"


def test_a_figure_of_several_plots_is_described_in_order():
    left, right = Figure().subplots(1, 2)
    left.set_label("First.")
    right.set_label("Second.")
    left.figure.colorbar(left.imshow([[0, 1]]), ax=left)
    assert show(right).alt == "First. Second."


def test_markup_is_one_labelled_image():
    picture = Picture('say "a"', markup="<b>a</b>")
    assert picture.html == '<div role="img" aria-label="say &quot;a&quot;"><b>a</b></div>'


def test_svg_becomes_an_img_because_an_untrusted_notebook_drops_svg():
    picture = Picture("a square", markup="<svg xmlns='http://www.w3.org/2000/svg'/>", width=80)
    assert picture.html.startswith(
        '<img alt="a square" width="80" style="max-width:100%" src="data:'
    )
    code = picture.html.split("base64,")[1].removesuffix('">')
    assert base64.b64decode(code).decode() == picture.markup


@pytest.mark.parametrize("alt", ["", " \n"])
def test_no_picture_without_a_description(alt):
    with pytest.raises(ValueError, match="needs a description"):
        Picture(alt, png=b"x")


@pytest.mark.parametrize(
    "content, given", [({}, "neither"), ({"png": b"x", "markup": "x"}, "both")]
)
def test_a_picture_is_pixels_or_markup(content, given):
    with pytest.raises(ValueError, match=f"either png or markup; got {given}"):
        Picture("a", **content)


def test_a_plot_that_says_nothing_is_refused():
    with pytest.raises(ValueError, match="Try show\\(ax, alt="):
        show(Figure().add_subplot())
