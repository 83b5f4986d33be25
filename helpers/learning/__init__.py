"""Floor 3: training a model, measuring it, and letting it speak."""
