"""Slips of alignment: rewards, DPO, the policy gradient, the best policy."""

from tests.mutations.slip import slip

ALIGNMENT = [
    slip(
        "a policy with dropout beside a reference without",
        "learning/alignment/policy_gradient.py",
        "with evaluating(model):  # without dropout, as it drew them and as the reference is asked",
        "with evaluating(reference):",
        "learning/test_policy_gradient.py"
        "::test_at_first_the_policy_is_the_reference_with_dropout_too",
    ),
    slip(
        "DPO without its reference",
        "learning/alignment/dpo.py",
        "positive_beta(beta) * margin(policy, reference)",
        "positive_beta(beta) * policy",
        "learning/test_alignment.py::test_dpo_starts_at_ln_2_and_by_hand",
    ),
    slip(
        "DPO that forgets its price",
        "learning/alignment/dpo.py",
        "positive_beta(beta) * margin(policy, reference)",
        "margin(policy, reference)",
        "learning/test_alignment.py::test_dpo_starts_at_ln_2_and_by_hand",
    ),
    slip(
        "a policy gradient that forgets its price",
        "learning/alignment/policy_gradient.py",
        "worth = rewards - beta * (log_probs.detach() - reference)",
        "worth = rewards - (log_probs.detach() - reference)",
        "learning/test_policy_gradient.py::test_on_average_the_gradient_is_that_of_the_objective",
    ),
    slip(
        "the best value without the reference",
        "learning/alignment/closed_form.py",
        "return beta * _log_weights(reference, reward, beta).logsumexp(-1)",
        "return beta * (as_tensor(reward) / beta).logsumexp(-1)",
        "learning/test_alignment.py::test_the_optimum_by_hand",
    ),
]
