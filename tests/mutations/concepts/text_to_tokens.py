"""Wrong concepts of the notebook *Text to tokens*."""

from tests.mutations.concept import concept

NAME = "text_to_tokens"
CONCEPTS = [
    concept(
        "windows that share characters only if they begin at the same place",
        NAME,
        "Shuffled windows leak",
        "",
        "for d in range(-63, 64)",
        "for d in range(1)",
    ),
    concept(
        "a gradient for every row of the table",
        NAME,
        "Only tokens in the batch get a gradient",
        "",
        "embedding(xb).sum().backward()",
        "embedding.weight.sum().backward()",
    ),
    concept(
        "merges tried in the wrong order",
        NAME,
        "Rule 1 changes",
        "",
        "earliest_first = BPETokenizer(tokens)",
        "earliest_first = BPETokenizer(tokens[:256] + tokens[:255:-1])",
    ),
    concept(
        "a bigram tested on the text on which it was counted",
        NAME,
        "Yet more per token",
        "",
        "Bigram.from_counts(seen, t.vocab_size)",
        "Bigram.from_counts(held_out, t.vocab_size)",
    ),
    concept(
        "tokens per character in place of characters per token",
        NAME,
        "With merges the bigram pays less",
        "",
        "length = len(t.decode(held_out)) / len(held_out)",
        "length = len(held_out) / len(t.decode(held_out))",
    ),
    concept(
        "a table that is cut off at a multiple of 128",
        NAME,
        "The table gets",
        "",
        "rows_in_table = math.ceil(50_257 / 128) * 128",
        "rows_in_table = 50_257 // 128 * 128",
    ),
    concept(
        "all merges used, however few were asked for",
        NAME,
        "A late merge saves less",
        "",
        "bpe.first(size).encode(text)",
        "bpe.encode(text)",
    ),
]
