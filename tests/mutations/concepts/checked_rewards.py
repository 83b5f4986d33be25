"""Wrong concepts of the notebook *Rewards that can be checked*."""

from tests.mutations.concept import concept

NAME = "checked_rewards"
CONCEPTS = [
    concept(
        "a pupil that overhears somebody who never errs",
        NAME,
        "The pupil is as often right as the child",
        "",
        "heard = counting.tally(counting.overhear(20_000, torch.Generator().manual_seed(0)))",
        "heard = 500 * counting.right()",
    ),
    concept(
        "advantages with the wrong sign",
        NAME,
        "In 40 steps most answers become right",
        "",
        "loss = -(lead * logs.gather(1, drawn)).mean()",
        "loss = (lead * logs.gather(1, drawn)).mean()",
    ),
    concept(
        "the slope of a KL in place of the slope of its estimate",
        NAME,
        "It is the slope of KL",
        "",
        "of_term = slope_of((p_now.detach() * term).sum())",
        "of_term = slope_of((p_now * term).sum())",
    ),
    concept(
        "a price that is not paid",
        NAME,
        "Training gains most of what can be gained",
        "",
        "verdicts, beta=beta, steps=200",
        "verdicts, beta=20, steps=200",
    ),
    concept(
        "attempts that are put back",
        NAME,
        "Plugging in c/n is too low",
        "",
        "plugged = sum(w * (1 - (1 - c / n) ** k) for",
        "plugged = sum(w * attempts.pass_at_k(n, c, k) for",
    ),
    concept(
        "a kind verifier without its hole",
        NAME,
        "The kind verifier's reward rises to nearly 1",
        "",
        "return not any(word in NUMERALS and word != right_word for word in words)",
        "return words == [right_word]",
    ),
    concept(
        "dots in the place of partial sums",
        NAME,
        "Written out it adds four terms",
        "",
        "found = {way: right_of(four_terms(way), way)",
        'found = {way: right_of(four_terms("dots"), "dots")',
    ),
]
