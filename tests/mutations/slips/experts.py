"""Slips of experts."""

from tests.mutations.slip import slip

EXPERTS = [
    slip(
        "a balance loss that is a constant",
        "models/balance.py",
        "share * probs.mean(0)",
        "share * probs.mean(0).detach()",
        "models/test_balance.py::test_the_gradient_takes_from_busy_experts_and_gives_to_idle_ones",
        by="RuntimeError",
    ),
    slip(
        "shares of the choices that sum to k",
        "models/balance.py",
        "minlength=logits.shape[-1]) / len(choices)",
        "minlength=logits.shape[-1]) * k / len(choices)",
        "models/test_balance.py::test_balance_gives_one_for_every_k_and_k_in_hugging_face",
    ),
    slip(
        "a single expert whose weight is always 1",
        "models/moe.py",
        "(Switch(k) if k == 1 else TopK(k))",
        "TopK(k)",
        "models/experts/test_router_learns.py::test_with_one_active_expert_the_plain_layer_is_a_switch_that_learns",
    ),
    slip(
        "a router that is noisy at evaluation too",
        "models/routing.py",
        "if not self.training:\n            return logits",
        "if False:\n            return logits",
        "models/test_routers.py::test_noise_is_in_training_only",
    ),
    slip(
        "tokens dropped at evaluation",
        "models/routing.py",
        "first_come(gates, most) if self.training else gates",
        "first_come(gates, most)",
        "models/test_even_load.py::test_capacity_acts_in_training_only",
    ),
    slip(
        "the bias of the choice in the weight as well",
        "models/routing.py",
        "experts = (scores + self.bias).topk(",
        "scores = scores + self.bias\n        experts = scores.topk(",
        "models/test_even_load.py::test_the_bias_moves_the_choice_and_never_the_weight",
    ),
    slip(
        "experts read as often as they are asked",
        "theory/serving.py",
        "return float((1 - (1 - q) ** n_tokens).sum())",
        "return float((n_tokens * q).sum())",
        "theory/test_serving.py::test_uneven_hits_agree_with_a_simulation",
    ),
    slip(
        "a scaling factor that is forgotten",
        "models/moe.py",
        "return self.factor * self.gate(logits)",
        "return self.gate(logits)",
        "models/test_gates.py::test_a_scaled_gate_chooses_alike_and_weighs_so_many_times_as_much",
    ),
]
