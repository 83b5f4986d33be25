"""Right calls of experts, routers, gates and balances, in the rooms models and learning."""

from helpers.learning import balancing
from helpers.models import balance, moe, routing
from tests.borders.calls.small import LONGER, gpt, stream, tokens
from tests.borders.slips import call


def of_experts():
    sparse, idx, logits = gpt(n_expert=4), tokens(2, 5), stream(6, 4)
    layer = sparse.blocks[0].mlp
    free = {"logits": "one more, transposed, one for batch, batch for one"}
    gates = routing.TopK(2)(logits)
    yield call(moe.MoE, sparse.config)
    yield call(layer.forward, stream(2, 5, 8), free={"x": "NaN, one for batch, batch for one"})
    yield call(moe.SharedExpert, sparse.config)
    yield call(moe.mix, layer.experts, stream(6, 8), gates, free={"tokens": "NaN"})
    yield call(moe.layers, sparse)
    yield call(moe.observed, sparse)
    yield call(moe.routes, sparse, idx, free=LONGER)
    yield call(moe.upcycle, gpt(), 4, 2)
    yield call(routing.route, logits, 2, free=free)
    yield call(routing.Router(sparse.config).forward, stream(6, 8), free={"input": "all"})
    gate = {"logits": "one more, transposed"}
    kinds = routing.TopK(2), routing.Switch(1), routing.Biased(2, 4), routing.ExpertChoice(1.0)
    for each in kinds:
        name = f"models.routing.{type(each).__name__}.forward"
        yield call(each.forward, logits, name=name, free=gate)
    yield call(routing.TopK, 2)
    yield call(routing.Switch, 1)
    yield call(routing.Biased, 2, 4)
    yield call(routing.ExpertChoice, 1.25)
    yield call(routing.Capacity, routing.TopK(2), 1.25)
    yield call(moe.Scaled, routing.TopK(2), 2.5)
    yield call(moe.Scaled(routing.TopK(2), 2.5).forward, logits)
    yield call(routing.ExpertDropout, routing.Router(sparse.config), 0.25, 2)
    yield call(routing.Capacity(routing.TopK(2), 1.0).forward, logits, free=gate)
    yield call(routing.first_come, gates, 2, free={"gates": "one more, transposed"})
    yield call(routing.capacity, 1.25, 16, 4, free={"n_choices": "zero"})
    yield call(balance.balance_loss, logits, 2, free=free)
    yield call(balance.chosen_share, logits, 2, free=free)
    yield call(balance.z_loss, logits, free=free)
    yield call(balance.expert_load, gates, free={"gates": "one more, transposed, batch for one"})
    yield call(
        balance.variation,
        balance.expert_load(gates),
        free={"counts": "out of range, wrong dtype, one more"},
    )
    yield call(balance.expected_experts_hit, 8, 2, 4, free={"n_tokens": "zero"})
    yield call(balance.expected_dropped, 64, 8, 1.25)
    yield call(balancing.BalanceLoss, 0.01, 0.001)
    yield call(balancing.BalanceLoss().__call__, sparse, idx, tokens(2, 5))
    yield call(balancing.BiasSteps, 0.01)
