"""Floor 3: the mathematics beside the models: entropy, divergence, sizes and costs."""
