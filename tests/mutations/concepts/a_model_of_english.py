"""Wrong concepts of the notebook *A model of English*."""

from tests.mutations.concept import concept

NAME = "a_model_of_english"
CONCEPTS = [
    concept(
        "the price of a token under itself",
        NAME,
        "One token costs more than 12 bits",
        "",
        'priced = english.ask("prices", diary, by=costs)',
        'priced = [[piece, 1.0] for piece, _ in english.ask("prices", diary)]',
    ),
    concept(
        "words in their own order",
        NAME,
        "Shuffled words cost half a bit more",
        "",
        'shuffled = " ".join(random.Random(1).sample(in_order, len(in_order)))',
        "shuffled = diary",
    ),
    concept(
        "a temperature that does nothing",
        NAME,
        "At T = 2 the other tokens",
        "",
        "next_token_probs(logits[france], T)[:12]",
        "next_token_probs(logits[france], 1.0)[:12]",
    ),
    concept(
        "the scores of previous tokens taken for those of induction",
        NAME,
        "Head ",
        "",
        "strongest = scores[:, 1, layer, head]",
        "strongest = scores[:, 0, layer, head]",
    ),
    concept(
        "answers that are compared with another country's capital",
        NAME,
        "It is right more often than it says",
        "",
        "zip(answers, CAPITALS.values(), strict=True)",
        "zip(answers[1:] + answers[:1], CAPITALS.values(), strict=True)",
    ),
    concept(
        "halves of a byte side by side",
        NAME,
        "Equal to the helper, to the last bit",
        "",
        "weights = torch.cat([low, high], dim=1) * d + m",
        "weights = torch.stack([low, high], dim=2).flatten(1) * d + m",
    ),
    concept(
        "a mistake that is none",
        NAME,
        "Both mistakes move a tenth",
        "",
        "from_p = kept + (1 - alpha) * p",
        "from_p = kept + (1 - alpha) * missing / missing.sum()",
    ),
    concept(
        "drafts that are nearly always refused",
        NAME,
        "More than nine drafts of ten are kept",
        "",
        "kept_share = speculative.acceptance(*both)",
        "kept_share = speculative.acceptance(both[0], both[1].roll(1, 1))",
    ),
    concept(
        "masking as if it knew the future",
        NAME,
        "Masking gives one of them more than 0.6",
        "",
        "by_mask = masked()",
        "by_mask = {goal: chance[goal] / valid for goal in goals}",
    ),
]
