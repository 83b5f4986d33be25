"""Slips of checked rewards: groups, attempts, and the two tasks."""

from tests.mutations.slip import slip

GROUPS, ATTEMPTS = "learning/alignment/groups.py", "learning/alignment/attempts.py"
CHECKED = [
    slip(
        "one baseline for all questions",
        GROUPS,
        "return rewards - rewards.mean(1, keepdim=True)",
        "return rewards - rewards.mean()",
        "learning/test_groups.py::test_advantages_by_hand",
    ),
    slip(
        "advantages divided by the variance",
        GROUPS,
        "rewards.std(1, keepdim=True, correction=0)",
        "rewards.var(1, keepdim=True, correction=0)",
        "learning/test_groups.py::test_advantages_by_hand",
    ),
    slip(
        "a clip that takes the larger of the two",
        GROUPS,
        "torch.minimum(ratio * advantages, within * advantages)",
        "torch.maximum(ratio * advantages, within * advantages)",
        "learning/test_groups.py::test_what_has_gone_far_enough_pulls_no_more",
    ),
    slip(
        "a group that pays no price",
        GROUPS,
        "drawn[:] = _draw(now, rewards - beta * far, group, advantage)",
        "drawn[:] = _draw(now, rewards, group, advantage)",
        "learning/test_groups.py::test_it_brings_a_gpt_to_the_optimum",
    ),
    slip(
        "answers that are drawn anew at every step",
        GROUPS,
        "if len(seen) % reuse == 0:",
        "if True:",
        "learning/test_groups.py::test_answers_are_drawn_anew_only_when_they_have_been_used_up",
    ),
    slip(
        "attempts that are put back",
        ATTEMPTS,
        "return 1 - math.comb(n - c, k) / math.comb(n, k)",
        "return 1 - (1 - c / n) ** k",
        "learning/test_attempts.py::test_on_average_the_estimate_is_the_truth",
    ),
    slip(
        "the best of n without those that were worse",
        ATTEMPTS,
        "return (upto**n - under**n) *",
        "return upto**n *",
        "learning/test_attempts.py::test_the_best_of_n_is_that_of_all_groups",
    ),
    slip(
        "sums whose weeks stay in",
        "text/tasks/long_sums.py",
        "return days.cumsum(1)[:, 1:] % WEEK",
        "return days.cumsum(1)[:, 1:]",
        "text/test_long_sums.py::test_the_partial_sums_by_hand",
    ),
]
