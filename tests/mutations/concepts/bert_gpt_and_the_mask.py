"""Wrong concepts of the notebook *BERT, GPT and the mask*."""

from tests.mutations.concept import concept

NAME = "bert_gpt_and_the_mask"
CONCEPTS = [
    concept(
        "a model without a mask that has one",
        NAME,
        "Trained without a mask it pays less than the author.",
        "",
        "leaky = masking.trained_under(masks.full(T), small, ids)",
        "leaky = masking.trained_under(masks.causal(T), small, ids)",
    ),
    concept(
        "a mask that is never taken away",
        NAME,
        "Losing the mask makes a model worse.",
        "",
        "with_mask(honest, masks.full(T))",
        "with_mask(honest, masks.causal(T))",
    ),
    concept(
        "an earlier token changed in place of a later one",
        NAME,
        "With the mask an earlier position notices nothing.",
        "",
        "changed[:, -1] = (changed[:, -1] + 1) % chars.vocab_size",
        "changed[:, 0] = (changed[:, 0] + 1) % chars.vocab_size",
    ),
    concept(
        "two honest writers",
        NAME,
        "The leaky model repeats one character.",
        "",
        '{"with the mask": honest, "without": leaky}',
        '{"with the mask": honest, "without": honest}',
    ),
    concept(
        "a leak only where every position leaks",
        NAME,
        "Two leak: full and prefix.",
        "",
        "masking.below(losses, author).any()",
        "masking.below(losses, author).all()",
    ),
    concept(
        "a control that is trained, too",
        NAME,
        "Training on the text first helps both.",
        "",
        "copy.deepcopy(base) for name, base in bases.items()",
        "base for name, base in bases.items()",
    ),
    concept(
        "GPT in both roles",
        NAME,
        "An untrained BERT beats a trained GPT.",
        "",
        "classifier = with_classes(base, len(KINDS))",
        'role = name.replace("BERT", "GPT")\n'
        "    classifier = with_classes((bases | untrained)[role], len(KINDS))",
    ),
    concept(
        "both questions from the same side",
        NAME,
        "In half of the texts BERT contradicts itself by 0.2 nats.",
        "",
        'asked_16 = log_odds_ratio(bases["BERT"], texts, 16, 15, at_16, at_15)',
        'asked_16 = log_odds_ratio(bases["BERT"], texts, 15, 16, at_15, at_16)',
    ),
]
