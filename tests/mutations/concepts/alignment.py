"""Wrong concepts of the notebook *Alignment*."""

from tests.mutations.concept import concept

NAME = "alignment"
CONCEPTS = [
    concept(
        "a beta that the loss does not know",
        NAME,
        "A larger β: a steeper start",
        "",
        "        loss = -logsigmoid(beta * (gain[winners]",
        "        loss = -logsigmoid(1.0 * (gain[winners]",
    ),
    concept(
        "winners and losers exchanged",
        NAME,
        "From choices alone the rewards",
        "",
        "winners, losers = shown[places[0]], shown[places[1]]",
        "losers, winners = shown[places[0]], shown[places[1]]",
    ),
    concept(
        "the best policy at another price",
        NAME,
        "DPO ends at the best policy",
        "",
        "of_fitted = alignment.optimal_policy(reference, learned, beta)",
        "of_fitted = alignment.optimal_policy(reference, learned, 1)",
    ),
    concept(
        "an optimum that forgets the reference",
        NAME,
        "At the optimum nearly all answers",
        "",
        "star = alignment.optimal_policy(was, levels, beta)",
        "star = alignment.optimal_policy(torch.ones(3) / 3, levels, 2)",
    ),
    concept(
        "a policy gradient that makes bad answers likelier",
        NAME,
        "In 40 steps the policy gradient",
        "",
        "        loss.backward()\n        adam.step()",
        "        (-loss).backward()\n        adam.step()",
    ),
    concept(
        "a policy that is never changed",
        NAME,
        "In 40 steps the policy gradient",
        "",
        "        adam.step()\n",
        "        pass\n",
    ),
    concept(
        "DPO that prefers the losers",
        NAME,
        "Both gain a part",
        "",
        "dpo.train(after_dpo, prompt, drawn[wins], drawn[losses_at], **options)",
        "dpo.train(after_dpo, prompt, drawn[losses_at], drawn[wins], **options)",
    ),
    concept(
        "distance that costs nothing when it is counted",
        NAME,
        "None is worth more than the ceiling",
        "",
        "each = clapped(answers) - beta * log_ratio(speaker, answers)",
        "each = clapped(answers) + beta * log_ratio(speaker, answers)",
    ),
    concept(
        "a reward model of other answers",
        NAME,
        "On new pairs the points explain",
        "",
        "points = preferences.count_reward(counted[wins[:2000]], counted[losses_at[:2000]])",
        "points = preferences.count_reward(counted[losses_at[:2000]], counted[wins[:2000]])",
    ),
]
