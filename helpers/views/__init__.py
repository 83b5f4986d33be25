"""Floor 4: pictures with a description, plots, text coloured by surprise, and widgets."""
