"""Wrong concepts of the notebook *Bugs that still train*."""

from tests.mutations.concept import concept

NAME = "bugs_that_still_train"
CONCEPTS = [
    concept(
        "a suspect whose scale is two per cent off, not half",
        NAME,
        "A is a sound model whose scores are halved",
        "practice/bugs/in_the_model.py",
        "is_causal=T == S, scale=C**-0.5)",
        "is_causal=T == S, scale=q.shape[-1] ** -0.5 / 1.02)",
    ),
    concept(
        "a slow twin that divides by the root of the width",
        NAME,
        "The slow twin disagrees with A, C and E",
        "",
        "/ math.sqrt(d_k) for s",
        "/ math.sqrt(x.shape[-1]) for s",
    ),
    concept(
        "the cache asked about the future once more",
        NAME,
        "Read in pieces, K gives other answers",
        "practice/checks.py",
        "return largest_difference(torch.cat(pieces, dim=1), model(idx)[0])",
        "return future_effect(model, idx)",
    ),
    concept(
        "a first token that is never compared",
        NAME,
        "Alone or in company",
        "practice/checks.py",
        "return largest_difference(model(idx[:, :1])[0], model(idx)[0][:, :1])",
        "return 0.0",
    ),
    concept(
        "a map of whose answers move, rows and columns exchanged",
        NAME,
        "C looks 2 tokens ahead",
        "",
        "return difference.abs().amax(-1) > checks.ROUNDING",
        "return difference.abs().amax(-1).T > checks.ROUNDING",
    ),
]
