"""Floor 4: training a model, measuring it, and letting it speak."""
