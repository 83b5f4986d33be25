"""Notebook 00: what characters cost."""


def text_bits(probabilities):
    return -probabilities.log2().sum()


def entropy_per_character(p, lengths):
    entropy = -(p * p.log2()).sum()
    return entropy / (p * lengths).sum()


def equal_choices(nats):
    return nats.mean().exp()
