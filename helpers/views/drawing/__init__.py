"""What every picture is made of: style, labels, SVG shapes, pages, and the picture itself.

The picture and the words, which nearly all need, can be taken from here.

palette  colours, and the marks, dashes and hatches that say the same
style    how every plot looks: Axes, grid, type sizes, line styles
wording  how a number, a token and a list are written
given    what a picture is given, checked
labels   labels at the ends of lines, spread so that none overlap
diagram  words in boxes and circles, arrows between them
roots    an axis spaced by square roots
svg      SVG by hand
chart    lines, bands and marks over two axes, by hand
vector   a figure as SVG
pages    lists with links and tables, as HTML
source   source code of the helpers, coloured, with its file and class
picture  pixels or markup, with the sentence that says the same
"""

from helpers.views.drawing.picture import Picture, show
from helpers.views.drawing.wording import amounts, counted, course, glyph, listed, number, spoken
