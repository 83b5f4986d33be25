"""Notebook 08: generation."""


def tempered(logits, temperature):
    return (logits / temperature).softmax(-1)
