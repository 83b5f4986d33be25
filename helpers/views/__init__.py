"""Floor 5: pictures with a description, plots, text coloured by surprise, and widgets.

drawing   what every picture is made of
pictures  pictures made by hand, as SVG or HTML
plots     plots on matplotlib's Axes that say what they show
widgets   controls above a picture
"""

from helpers.views.drawing.picture import Picture, show
from helpers.views.drawing.source import listing
