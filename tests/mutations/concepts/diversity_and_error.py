"""Wrong concepts of the notebook *Diversity and error*."""

from tests.mutations.concept import concept

CONCEPTS = [
    concept(
        "one kind of weights for the mean, another for the errors",
        "diversity_and_error",
        "The identity holds at every point",
        "",
        "mean = (gate * f).sum(-1)",
        "mean = f.mean(-1)",
    ),
]
