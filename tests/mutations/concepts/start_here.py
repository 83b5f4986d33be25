"""Wrong concepts of the notebook *Start here*."""

from tests.mutations.concept import concept

NAME = "start_here"
CONCEPTS = [
    concept(
        "a bet that costs the probability left over, not its logarithm",
        NAME,
        "You pay least if you are as sure",
        "",
        "return -share_right * math.log2(sure) - (1 - share_right) * math.log2((1 - sure) / 59)",
        "return share_right * (1 - sure) + (1 - share_right) * sure",
    ),
    concept(
        "the entropy of single letters taken for the entropy rate",
        NAME,
        "A million characters come within 2 %",
        "",
        "h = playwright.entropy_rate()",
        "h = playwright.unigram_entropy()",
    ),
    concept(
        "a model that was never trained",
        NAME,
        "On average the model is right",
        "",
        'model = GPT.load("../data/checkpoints/playwright")',
        'model = GPT(GPT.load("../data/checkpoints/playwright").config)',
    ),
    concept(
        "the last right character taken for the first wrong one",
        NAME,
        "The truth gives it 0, the model more",
        "",
        "end = len(opening) + right[worst]",
        "end = len(opening) + right[worst] - 1",
    ),
    concept(
        "a mistake looked for in the word before it",
        NAME,
        "Most of the mistakes stand in a name",
        "",
        "word = attempt[: place + 1].split()[-1]",
        "word = attempt[: place - 1].split()[-1]",
    ),
]
