"""Wrong concepts of the notebook *The bigram and its floor*."""

from tests.mutations.concept import concept

NAME = "bigram_and_its_floor"
CONCEPTS = [
    concept(
        "position vectors that are never added",
        NAME,
        "Where the place means something",
        "models/gpt.py",
        "self.dropout(x + self.position_embedding(where))",
        "self.dropout(x + 0 * self.position_embedding(where))",
    ),
    concept(
        "a bigram trained to repeat its input",
        NAME,
        "Training arrives where counting did",
        "",
        "_, batch_loss = careless(x, y)",
        "_, batch_loss = careless(x, x)",
    ),
    concept(
        "slopes that are never forgotten",
        NAME,
        "Training arrives where counting did",
        "",
        "    optimizer.zero_grad()\n    batch_loss.backward()",
        "    batch_loss.backward()",
    ),
    concept(
        "a floor for pairs in place of one for the next character",
        NAME,
        "The table is within 3 standard errors",
        "text/playwright/__init__.py",
        "return expectation.entropy_of(_pairs()) - unigram_entropy()",
        "return expectation.entropy_of(_pairs())",
    ),
    concept(
        "a comparison in which both have read the same text",
        NAME,
        "With less text the eighth character",
        "",
        "small = NGrams(train_ids, V, longest=8)",
        "small = NGrams(much, V, longest=8)",
    ),
    concept(
        "columns that sum to 1 in place of rows",
        NAME,
        "At the counted table there is no slope",
        "",
        "steepest((counts + 1e-9).log())",
        "steepest((counts / counts.sum(0) + 1e-9).log())",
    ),
    concept(
        "a control whose table is hardly trained",
        NAME,
        "The table learns what can be counted",
        "",
        "learn_beginnings(PairTable(V), 0.3)",
        "learn_beginnings(PairTable(V), 0.01)",
    ),
    concept(
        "a start at zero, said to be random",
        NAME,
        "Random logits pay more",
        "",
        "careless = PairTable(V)",
        "careless = PairTable(V)\ncareless.table.weight.data.zero_()",
    ),
    concept(
        "long contexts tested on the text on which they were counted",
        NAME,
        "Eight characters miss about",
        "",
        '"4,000,000": grams.losses(val_ids)',
        '"4,000,000": grams.losses(much[: len(val_ids)])',
    ),
]
