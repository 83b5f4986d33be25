"""Wrong concepts of the notebook *Adapt a model*."""

from tests.mutations.concept import concept

NAME = "adapt_a_model"
CONCEPTS = [
    concept(
        "all weights that pass for LoRA",
        NAME,
        "Both learn a nat, a ninth of the numbers nearly as much",
        "",
        "adapted = learn_new(lora.with_lora(before, rank=16), 1e-2)",
        "adapted = learn_new(copy.deepcopy(before), 2e-3)",
    ),
    concept(
        "a change compared with itself",
        NAME,
        "The 16 strongest of 192 hold about half",
        "",
        "in_strongest(torch.randn_like(c))",
        "in_strongest(c)",
    ),
    concept(
        "a shorter change that is not shorter",
        NAME,
        "A shorter change forgets as little",
        "",
        "shorter = [W + 0.7 * c",
        "shorter = [W + c",
    ),
    concept(
        "a slower run that is a faster one",
        NAME,
        "All weights, half as fast",
        "",
        'at("all weights", best["all weights"]["rate"] / 2)',
        'at("all weights", best["all weights"]["rate"] * 2)',
    ),
    concept(
        "a chat whose targets are not shifted",
        NAME,
        "Most of 16 new sums are answered rightly",
        "",
        "return token_loss(chatter(x[some])[0], y[some])",
        "return token_loss(chatter(x[some])[0], x[some])",
    ),
    concept(
        "a model that has learned the text on which it is measured",
        NAME,
        "Hardly a piece of the unseen text",
        "",
        "playwright.write(27_000, seed=100)",
        "playwright.write(27_000, seed=200)",
    ),
]
