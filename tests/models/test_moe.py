"""The MoE layer: equal to a slow one and to Mixtral's, causal, deterministic, and part of a GPT."""

import dataclasses

import pytest
import torch
from torch import nn
from torch.testing import assert_close
from transformers import MixtralConfig
from transformers.models.mixtral.modeling_mixtral import MixtralSparseMoeBlock

from helpers.learning import sampling
from helpers.models import moe, routing
from helpers.models.balance import balance_loss, load
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.mlp import MLP
from helpers.models.moe import MoE, SharedExpert
from helpers.models.routing import (
    Biased,
    Capacity,
    ExpertChoice,
    ExpertDropout,
    NoisyRouter,
    Switch,
    TopK,
)
from helpers.models.transformer import block, feed_forward

B, T = 3, 7
IDX = torch.tensor([[3, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 9, 7], [0, 3, 2, 3, 8, 4, 6]])


@pytest.fixture
def config():
    return GPTConfig(8, 11, n_layer=2, n_head=2, n_embd=12, n_expert=4, n_expert_active=2)


@pytest.fixture
def x(config):
    torch.manual_seed(1)
    return torch.randn(B, T, config.n_embd)


@pytest.fixture
def gpt(config):
    torch.manual_seed(0)
    return lively(GPT(config))


def lively(module):
    """Give every parameter a value of its own, so that every path through the model matters."""
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.4)
    return module


def slowly(layer, x, k, capacity=None):
    """The layer as one would explain it: token by token, expert by expert."""
    y, places = torch.zeros_like(x), [0] * len(layer.experts)
    for b in range(x.shape[0]):
        for t in range(x.shape[1]):
            logits = layer.router(x[b, t])
            experts, weights = moe.route(logits, k)
            if k == 1:
                weights = logits.softmax(-1)[experts]
            for i, weight in zip(experts.tolist(), weights, strict=True):
                places[i] += 1
                if capacity is None or places[i] <= capacity:
                    y[b, t] = y[b, t] + weight * layer.experts[i](x[b, t])
    return y


# Equal to others


@pytest.mark.parametrize(("n_expert", "k"), [(1, 1), (4, 1), (4, 2), (5, 3), (4, 4), (16, 2)])
def test_the_layer_equals_a_slow_one_and_so_do_its_gradients(config, x, n_expert, k):
    config = dataclasses.replace(config, n_expert=n_expert, n_expert_active=k)
    layer, x = lively(MoE(config)).double(), x.double().requires_grad_()
    results = []
    for y in (layer(x), slowly(layer, x, k)):
        layer.zero_grad()
        y.square().sum().backward()
        grads = [
            p.grad.clone() if p.grad is not None else torch.zeros_like(p)
            for p in layer.parameters()
        ]
        results.append((y.detach(), x.grad.clone(), *grads))
        x.grad = None
    for ours, slow in zip(*results, strict=True):
        assert_close(ours, slow, atol=1e-6, rtol=0)


def test_with_a_capacity_the_layer_equals_a_slow_one_that_counts(config, x):
    layer = lively(MoE(config, gate=Capacity(TopK(2), 0.75)))
    most = int(0.75 * B * T * 2 / 4)
    assert_close(layer(x), slowly(layer, x, 2, most), atol=1e-5, rtol=0)
    assert not torch.allclose(layer(x), slowly(layer, x, 2))
    assert_close(layer.eval()(x), slowly(layer, x, 2), atol=1e-5, rtol=0)


class SwiGLU(nn.Module):
    """Mixtral's expert, for the twin below."""

    def __init__(self, gate_up, down):
        super().__init__()
        self.gate_up, self.down = gate_up, down

    def forward(self, x):
        gate, up = (x @ self.gate_up.T).chunk(2, dim=-1)
        return (nn.functional.silu(gate) * up) @ self.down.T


@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_layer_with_mixtrals_experts_equals_mixtrals_block(config, x, k):
    sizes = {"hidden_size": 12, "intermediate_size": 20, "num_local_experts": 4}
    twin = MixtralSparseMoeBlock(MixtralConfig(**sizes, num_experts_per_tok=k)).eval()
    lively(twin)
    layer = MoE(config, gate=TopK(k))
    layer.router.weight = twin.gate.weight
    weights = zip(twin.experts.gate_up_proj, twin.experts.down_proj, strict=True)
    layer.experts = nn.ModuleList(SwiGLU(*pair) for pair in weights)
    assert_close(layer(x), twin(x))


def test_one_expert_is_the_dense_mlp(config, x):
    layer = MoE(dataclasses.replace(config, n_expert=1, n_expert_active=1))
    assert_close(layer(x), layer.experts[0](x))


def test_any_shape_goes_through_token_by_token(config, x):
    layer = lively(MoE(config))
    assert_close(layer(x)[1, 2], layer(x[1, 2]))
    assert_close(layer(x.transpose(0, 1)), layer(x).transpose(0, 1))


def test_a_shared_expert_is_added(config, x):
    layer = SharedExpert(config, MoE(config))
    assert_close(layer(x), layer.shared(x) + layer.routed(x))
    assert type(layer.shared) is MLP


# What is computed


def test_an_expert_reads_only_the_tokens_that_ask_for_it(config, x):
    layer, read = lively(MoE(config)), []
    for expert in layer.experts:
        expert.register_forward_hook(lambda m, args, out: read.append(len(args[0])))
    with moe.observed(layer) as seen:
        layer(x)
    assert read == load(seen[0].gates).tolist() and sum(read) == 2 * B * T


def test_a_token_that_is_dropped_by_all_keeps_its_residual_only(config, x):
    moe_block = lively(block(config))
    moe_block.mlp.gate = Capacity(TopK(1), 1e-9)  # one place per expert
    with moe.observed(moe_block) as seen:
        y = moe_block(x)
    dropped = (seen[0].gates == 0).all(-1).view(B, T)
    residual = x + moe_block.attention(moe_block.attention_norm(x))
    assert_close(y[dropped], residual[dropped])
    assert dropped.sum() == B * T - (seen[0].gates != 0).sum() > 10
    assert not torch.isclose(y[~dropped], residual[~dropped]).all(-1).any()


def test_a_layer_without_takers_returns_zeros(config, x):
    class Nobody(nn.Module):
        def forward(self, logits):
            return torch.zeros_like(logits)

    layer = MoE(config, gate=Nobody())
    assert torch.equal(layer(x), torch.zeros_like(x))


# Gradients


@pytest.mark.parametrize(("gate", "learns"), [(TopK(1), False), (Switch(1), True), (TopK(2), True)])
def test_the_router_learns_unless_its_one_weight_is_always_1(config, x, gate, learns):
    layer = lively(MoE(config, gate=gate))
    layer(x).square().sum().backward()
    gradient = layer.router.weight.grad.abs().max()
    assert gradient > 1 if learns else gradient < 1e-6


def test_with_one_active_expert_the_plain_layer_is_a_switch_that_learns(config, x):
    layer = MoE(dataclasses.replace(config, n_expert_active=1))
    assert type(layer.gate) is Switch
    assert type(MoE(config).gate) is TopK and MoE(config).gate.k == 2


def test_the_gradient_on_a_logit_is_gate_times_the_experts_advantage(config, x):
    # ∂L/∂logit_i = g_i ⟨∂L/∂y, E_i(x) - y⟩ for the chosen experts
    layer = lively(MoE(config))
    with moe.observed(layer) as seen:
        y = layer(x)
    y.retain_grad(), seen[0].logits.retain_grad()
    y.pow(3).sum().backward()
    answers = torch.stack([expert(x) for expert in layer.experts], dim=-2)  # (B, T, E, C)
    advantage = ((answers - y.unsqueeze(-2)) * y.grad.unsqueeze(-2)).sum(-1).flatten(0, 1)
    assert_close(seen[0].logits.grad, seen[0].gates * advantage, atol=1e-3, rtol=1e-4)


# Determinism and causality


@pytest.mark.parametrize("part", ["plain", "noise", "absent", "capacity", "biased"])
def test_evaluation_is_the_same_every_time_and_free_of_noise(config, x, part):
    layer = lively(MoE(config)).eval()
    plain = layer(x)
    if part == "noise":
        noisy = NoisyRouter(config)
        noisy.weight = layer.router.weight
        layer.router = noisy
    if part == "absent":
        layer.router = ExpertDropout(layer.router, 0.5, k=2)
    if part == "capacity":
        layer.gate = Capacity(layer.gate, 0.5)
    if part == "biased":
        layer.gate = Biased(2, 4)
        assert torch.equal(layer(x), layer(x))
        return
    layer.train()
    assert part == "plain" or not torch.allclose(layer(x), plain)
    layer.eval()
    assert torch.equal(layer(x), plain)


def changes_behind(model, idx, at):
    """Which positions of the first row change their logits when the token at `at` changes."""
    other = idx.clone()
    other[0, at] = (other[0, at] + 1) % 11
    with torch.no_grad():
        return (model(idx)[0] - model(other)[0]).abs().amax(-1) > 1e-6  # (B, T)


GATES = [TopK(2), Switch(1), Biased(2, 4), Capacity(TopK(2), 0.5)]


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: type(gate).__name__)
def test_a_later_token_never_changes_an_earlier_output_or_another_text(gpt, gate):
    for layer in moe.layers(gpt):
        layer.gate = gate
    changed = changes_behind(gpt.eval(), IDX, at=4)
    assert not changed[0, :4].any() and changed[0, 4:].all()
    assert not changed[1:].any()


def test_under_expert_choice_a_later_token_does_change_earlier_outputs(gpt):
    for layer in moe.layers(gpt):
        layer.gate = ExpertChoice(1.0)
    found = torch.stack([changes_behind(gpt.eval(), IDX, at) for at in range(1, T)])
    assert any(found[i, 0, : i + 1].any() for i in range(T - 1))  # the past of its own text
    assert found[:, 1:].any()  # and other texts


def test_with_the_cache_a_mixture_writes_the_same_text(gpt):
    texts = [
        sampling.generate(gpt, IDX[:, :2], 12, use_cache=cached, temperature=0)
        for cached in (True, False)
    ]
    assert torch.equal(*texts)


# In the GPT


def test_a_config_with_experts_gets_a_mixture_in_every_block(config):
    assert [type(b.mlp) for b in GPT(config).blocks] == [MoE, MoE]
    assert type(feed_forward(dataclasses.replace(config, n_expert=0))) is MLP
    assert len(GPT(config).blocks[0].mlp.experts) == 4


def test_a_mixture_starts_as_gpt2_does():
    config = GPTConfig(8, 11, n_layer=2, n_head=2, n_embd=64, n_expert=4)
    layer = GPT(config).blocks[1].mlp
    # N(0, .02), what writes to the stream 1/√(2L) = ½ of it; 16,384 numbers: se .6 %
    assert layer.router.weight.std().item() == pytest.approx(0.02, rel=0.18)  # 256 numbers
    for expert in layer.experts:
        assert expert.expand.weight.std().item() == pytest.approx(0.02, rel=0.025)
        assert expert.projection.weight.std().item() == pytest.approx(0.01, rel=0.025)
        assert (expert.projection.bias == 0).all()


@pytest.mark.parametrize(("n_expert", "k"), [(4, 2), (4, 1)])
def test_a_saved_mixture_comes_back(tmp_path, config, n_expert, k):
    config = dataclasses.replace(config, n_expert=n_expert, n_expert_active=k)
    model = lively(GPT(config)).eval()
    model.save(tmp_path)
    loaded = GPT.load(tmp_path)
    assert loaded.config == config
    assert torch.equal(loaded(IDX)[0], model(IDX)[0])


@pytest.mark.parametrize(
    "change",
    [
        lambda layer: setattr(layer, "gate", Switch(2)),
        lambda layer: setattr(layer, "gate", ExpertChoice(2.0)),
        lambda layer: setattr(layer, "router", ExpertDropout(layer.router, 0.5, 2)),
        lambda layer: layer.experts.append(layer.experts[0]),
    ],
    ids=["switch", "expert choice", "expert dropout", "one more"],
)
def test_a_model_with_parts_that_its_config_does_not_say_is_not_saved(gpt, tmp_path, change):
    change(gpt.blocks[1].mlp)
    with pytest.raises(ValueError, match="restores the model that its config describes; this one"):
        gpt.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_under_bfloat16_a_mixture_computes_about_the_same(gpt):
    exact = gpt(IDX, IDX)[1]
    with torch.autocast("cpu", torch.bfloat16):
        rough = gpt(IDX, IDX)[1]
    rough.backward()
    assert rough.item() == pytest.approx(exact.item(), rel=0.1)
    assert all(layer.router.weight.grad.isfinite().all() for layer in moe.layers(gpt))


def test_it_learns_a_ring(config):
    model = GPT(config)
    x = (torch.arange(8) + torch.arange(11).unsqueeze(1)) % 11
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(30):
        loss = model(x[:, :-1], x[:, 1:])[1]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


# What is recorded


def test_routing_returns_logits_and_gates_of_every_layer(gpt):
    found = moe.routing(gpt, IDX)
    assert found.logits.shape == found.gates.shape == (2, B, T, 4)
    stream = gpt.token_embedding(IDX) + gpt.position_embedding(torch.arange(T))
    for i, layer in enumerate(gpt.blocks):
        read = layer.mlp_norm(stream + layer.attention(layer.attention_norm(stream)))
        assert_close(found.logits[i], layer.mlp.router(read))
        assert_close(
            found.gates[i].flatten(0, 1), layer.mlp.gate(layer.mlp.router(read.flatten(0, 1)))
        )
        stream = layer(stream)


@pytest.mark.parametrize("training", [True, False])
def test_looking_leaves_no_trace(gpt, training):
    gpt.train(training)
    before = gpt(IDX)[0]
    moe.routing(gpt, IDX)
    assert gpt.training is training and torch.equal(gpt(IDX)[0], before)
    assert not any(layer.gate._forward_hooks for layer in moe.layers(gpt))


def test_routing_is_that_of_evaluation(gpt):
    for layer in moe.layers(gpt):
        layer.gate = Capacity(layer.gate, 0.25)
        layer.router = ExpertDropout(layer.router, 0.5, k=2)
    found = moe.routing(gpt.train(), IDX)
    assert ((found.gates != 0).sum(-1) == 2).all() and found.logits.isfinite().all()


def test_hooks_go_even_when_the_forward_pass_fails(gpt):
    with pytest.raises(ValueError, match="block_size"):
        moe.routing(gpt, torch.zeros(1, 99, dtype=torch.int64))
    assert not any(layer.gate._forward_hooks for layer in moe.layers(gpt))


def test_what_is_recorded_carries_gradients_to_the_router(gpt):
    with moe.observed(gpt) as seen:
        gpt(IDX)
    sum(balance_loss(layer.logits, 2) for layer in seen).backward()
    assert all(layer.router.weight.grad.abs().max() > 0 for layer in moe.layers(gpt))


def test_a_gate_that_serves_two_layers_is_recorded_once_for_each(gpt):
    shared, layers = TopK(2), moe.layers(gpt)
    for layer in layers:
        layer.gate = shared
    found = moe.routing(gpt, IDX)
    assert found.gates.shape == (2, B, T, 4)
    assert not torch.equal(found.gates[0], found.gates[1])


# Upcycling


@pytest.fixture
def dense(config):
    torch.manual_seed(2)
    return lively(GPT(dataclasses.replace(config, n_expert=0))).eval()


@pytest.mark.parametrize("k", [2, 3])
def test_an_upcycled_model_equals_the_dense_one(dense, k):
    sparse = moe.upcycle(dense, n_expert=4, n_expert_active=k)
    assert (sparse.config.n_expert, sparse.config.n_expert_active) == (4, k)
    assert_close(sparse(IDX)[0], dense(IDX)[0])
    assert not sparse.training


def test_upcycled_experts_are_copies_that_can_part(dense):
    layer = moe.upcycle(dense, 4).blocks[0].mlp
    first, second = (expert.expand.weight for expert in layer.experts[:2])
    assert torch.equal(first, second) and first.data_ptr() != second.data_ptr()


def test_with_one_active_expert_an_upcycled_mlp_is_scaled_by_its_probability(dense):
    sparse = moe.upcycle(dense, n_expert=4, n_expert_active=1)
    x = torch.randn(5, 12)
    p = sparse.blocks[0].mlp.router(x).softmax(-1).amax(-1, keepdim=True)
    assert_close(sparse.blocks[0].mlp(x), p * dense.blocks[0].mlp(x))
    assert not torch.allclose(sparse(IDX)[0], dense(IDX)[0])


# What is refused


@pytest.mark.parametrize(
    "gate",
    [TopK(2), Switch(1), Biased(2, 4), ExpertChoice(1.0), Capacity(TopK(2), 1.0)],
    ids=lambda gate: type(gate).__name__,
)
def test_tokens_that_are_not_numbers_are_refused(config, x, gate):
    x[1, 2, 3] = float("nan")
    with pytest.raises(
        ValueError, match=r"\(21, 4\) with 4 NaN. If training diverged, try a small"
    ):
        MoE(config, gate=gate)(x)


def test_a_layer_needs_experts(config):
    with pytest.raises(ValueError, match="An MoE layer needs n_expert ≥ 1; got a dense config"):
        MoE(dataclasses.replace(config, n_expert=0))


def test_a_dense_model_has_no_routing(dense):
    with pytest.raises(ValueError, match="must have experts to look at; it has none"):
        moe.routing(dense, IDX)


def test_a_mixture_is_not_upcycled_again(gpt):
    with pytest.raises(ValueError, match="needs a dense model; this one has n_expert=4"):
        moe.upcycle(gpt, 8)


@pytest.mark.parametrize("k", [0, 5, -1, 1.5, None, True])
def test_an_impossible_number_of_active_experts_is_refused(config, k):
    with pytest.raises(ValueError, match=f"n_expert_active must be .* 1 … n_expert = 4; got {k!r}"):
        dataclasses.replace(config, n_expert_active=k)


@pytest.mark.parametrize("n_expert", [-1, 1.5, "8", True, None])
def test_an_impossible_number_of_experts_is_refused(config, n_expert):
    with pytest.raises(ValueError, match=f"n_expert must be a whole number ≥ 0; got {n_expert!r}"):
        dataclasses.replace(config, n_expert=n_expert)


def test_a_dense_config_does_not_mind_the_number_of_active_experts(config):
    assert dataclasses.replace(config, n_expert=0, n_expert_active=0).n_expert == 0


def test_names_that_others_rely_on_are_there():
    assert {"MoE", "route", "balance_loss", "z_loss", "expected_experts_hit"} <= set(moe.__all__)
    assert moe.route is routing.route and all(hasattr(moe, name) for name in moe.__all__)
