"""Wrong concepts of the notebook *Start here*."""

from tests.mutations.concept import concept

NAME = "start_here"
CONCEPTS = [
    concept(
        "a bet that costs the probability left over, not its logarithm",
        NAME,
        "You pay least if you are as sure",
        "",
        "return -right * math.log2(sure) - (1 - right) * math.log2((1 - sure) / 59)",
        "return right * (1 - sure) + (1 - right) * sure",
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
    concept(
        "a wrong guess that shares what is left with itself",
        NAME,
        "Five guesses at 0.9",
        "",
        "math.log2((1 - sure) / 59)",
        "math.log2((1 - sure) / 60)",
    ),
    concept(
        "a belief read one character too late",
        NAME,
        "Here the model pays one to four",
        "",
        "believed = widgets.reading.next_probs(model, tokenizer, text[:place])",
        "believed = widgets.reading.next_probs(model, tokenizer, text[: place + 1])",
    ),
]
