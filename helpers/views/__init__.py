"""Floor 5: pictures with a description, plots, text coloured by surprise, and widgets."""

from helpers.views.drawing.picture import Picture, show

__all__ = ["Picture", "show"]
