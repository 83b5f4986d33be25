"""Wrong concepts of the notebook *The Transformer*."""

from tests.mutations.concept import concept

NAME = "transformer_to_gpt"
A_GPT = "Without cross-attention the decoder is a GPT."
CONCEPTS = [
    concept(
        "a decoder that sees the words to come",
        NAME,
        A_GPT,
        "",
        "dtype=torch.bool).tril()\ny = model.embed(idx)",
        "dtype=torch.bool)\ny = model.embed(idx)",
    ),
    concept(
        "a GPT with another bend in its networks",
        NAME,
        A_GPT,
        "",
        '"activation": "relu", "block"',
        '"activation": "gelu", "block"',
    ),
    concept(
        "the same weights in sixteen heads",
        NAME,
        A_GPT,
        "",
        '"n_layer": 2, "n_head": 4',
        '"n_layer": 2, "n_head": 16',
    ),
    concept(
        "embeddings without √C",
        NAME,
        A_GPT,
        "",
        "8 * model.embedding.weight.data  # √C",
        "model.embedding.weight.data",
    ),
    concept(
        "the looks of a model that has learned nothing",
        NAME,
        "In the last layer a word looks at its own digits.",
        "",
        "first, last = on_own_digits(model)",
        "first, last = on_own_digits(transformer.Transformer(config))",
    ),
    concept(
        "a word's loss instead of a name's",
        NAME,
        "Without a source a name costs a little over ln 10,000.",
        "",
        "return (paid * (asked_for != 0)).sum(-1)",
        "return (paid * (asked_for != 0)).mean(-1)",
    ),
    concept(
        "a GPT that is asked for the word that it has read",
        NAME,
        "Without a source a name costs a little over ln 10,000.",
        "",
        "return token_loss(gpt(names[:, :-1])[0], names[:, 1:], ignore=0)",
        "return token_loss(gpt(names[:, :-1])[0], names[:, :-1], ignore=0)",
    ),
    concept(
        "a score that is the average of the words'",
        NAME,
        "The best answer's words multiply to its score.",
        "",
        "answer[:, 1:, None]).sum().item()",
        "answer[:, 1:, None]).mean().item()",
    ),
    concept(
        "a divergence in bits beside an entropy in nats",
        NAME,
        "What the GPT pays is the entropy and its KL.",
        "",
        "divergence = (p * (p / q).log()).sum().item()",
        "divergence = (p * (p / q).log2()).sum().item()",
    ),
]
