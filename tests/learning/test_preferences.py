"""Preferences: whole answers, comparisons, a reward model on counts, and DPO on a small GPT."""

import copy
import itertools
import math

import pytest
import torch
from torch.testing import assert_close

from helpers.learning.alignment import bradley_terry, dpo, optimal_policy, preferences, reward_loss
from helpers.learning.alignment.answers import answer_log_probs, learn_answers
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT

V, A = 3, 2  # nine answers of two tokens
PROMPT = torch.tensor([[0, 1]])
ALL = torch.tensor(list(itertools.product(range(V), repeat=A)))


def tiny(seed=0):
    torch.manual_seed(seed)
    model = GPT(GPTConfig(4, V, n_layer=1, n_head=2, n_embd=16)).eval()
    with torch.no_grad():  # a fresh GPT is nearly uniform: make it sure of something
        model.token_embedding.weight.mul_(4)
    return model


@torch.no_grad()
def policy_of(model):
    """All nine probabilities."""
    return answer_log_probs(model, PROMPT, ALL).exp().double()


def test_the_probabilities_of_all_answers_sum_to_one():
    assert policy_of(tiny()).sum().item() == pytest.approx(1, abs=1e-5)
    assert policy_of(tiny()).max() > 2 / 9


def test_an_answers_probability_is_that_of_its_tokens_one_after_the_other():
    model, answer = tiny(), torch.tensor([2, 1])
    first = model(PROMPT)[0][0, -1].softmax(-1)
    second = model(torch.tensor([[0, 1, 2]]))[0][0, -1].softmax(-1)
    by_hand = (first[2] * second[1]).log()
    assert_close(answer_log_probs(model, PROMPT, answer[None])[0], by_hand)


def test_neighbours_meet_and_the_better_wins_as_often_as_bradley_and_terry_say():
    rewards = torch.tensor([1.0, 0.0] * 4000)
    winners, losers = preferences.compare(rewards, torch.Generator().manual_seed(0))
    assert_close(torch.minimum(winners, losers), 2 * torch.arange(4000))
    assert_close((winners - losers).abs(), torch.ones(4000, dtype=torch.long))
    p = bradley_terry(1.0, 0.0).item()
    share = (rewards[winners] == 1).double().mean().item()
    assert abs(share - p) < 4 * math.sqrt(p * (1 - p) / 4000)


def test_counts():
    counted = preferences.count_tokens(torch.tensor([[0, 2, 2], [1, 1, 1]]), 4)
    assert counted.tolist() == [[1, 0, 2, 0], [0, 3, 0, 0]]


def test_a_reward_model_on_counts_finds_the_weights_that_made_the_choices():
    generator = torch.Generator().manual_seed(0)
    counts = torch.randint(4, (8000, 3), generator=generator).float()
    weights = torch.tensor([1.0, 0.0, -0.5])
    w, l = preferences.compare(counts @ weights, generator)  # noqa: E741
    found = preferences.count_reward(counts[w], counts[l], penalty=0.0)
    # Standard error: 1/√(n · Var(difference) · mean p(1-p)) ≈ 1/√(4000 · 2.5 · 0.12) = 0.029.
    assert_close(found, weights, atol=4 * 0.029, rtol=0)


def test_the_reward_model_is_at_its_minimum_and_a_penalty_shrinks_it():
    counts = torch.randint(3, (200, 4), generator=torch.Generator().manual_seed(1)).float()
    w, l = counts[::2], counts[1::2]  # noqa: E741
    found = preferences.count_reward(w, l, penalty=0.05).requires_grad_()
    loss = reward_loss(w @ found, l @ found) + 0.05 * found.square().sum()
    (slope,) = torch.autograd.grad(loss, found)
    assert slope.abs().max() < 1e-3
    assert preferences.count_reward(w, l, penalty=5.0).norm() < 0.2 * found.norm()


def test_answers_are_learned():
    model = GPT(GPTConfig(4, V, 1, 2, 16))
    texts = torch.tensor([[0, 1, 2, 1]] * 3 + [[0, 1, 0, 0]])
    losses = learn_answers(model, texts, steps=80, lr=1e-2, batch_size=16)
    # Three quarters and one quarter: the loss of the whole text falls to H(3/4) = 0.562 nats.
    assert losses[0] == pytest.approx(3 * math.log(3), abs=0.2)
    assert sum(losses[-10:]) / 10 == pytest.approx(0.562, abs=0.15)


def exhaustive_pairs(reward, copies=60):
    """Pairs in Bradley and Terry's proportions: no luck is left."""
    rows = [
        (w, l)
        for w, l in itertools.permutations(range(len(ALL)), 2)  # noqa: E741
        for _ in range(round(copies * bradley_terry(reward[w], reward[l]).item()))
    ]
    w, l = torch.tensor(rows).T  # noqa: E741
    return ALL[w], ALL[l]


def test_dpo_brings_a_gpt_to_the_optimal_policy():
    model = tiny()
    reward = torch.linspace(-1, 1, 9).double()
    before, winners_losers = policy_of(model), exhaustive_pairs(reward)
    star = optimal_policy(before, reward, beta=0.8)
    tuned = copy.deepcopy(model)
    losses = dpo.train(tuned, PROMPT, *winners_losers, beta=0.8, steps=150, batch_size=256, lr=5e-3)
    after = policy_of(tuned)
    assert losses[0] == pytest.approx(math.log(2), abs=1e-5)
    assert (before - star).abs().max() > 0.1 and (after - star).abs().max() < 0.03
    assert_close(policy_of(model), before)  # the reference is untouched


def test_the_reference_of_dpo_is_the_model_as_it_comes():
    """Tuned twice by one step: the second call starts at ln 2 again."""
    model = tiny()
    pairs = exhaustive_pairs(torch.linspace(-1, 1, 9))
    for _ in range(2):
        losses = dpo.train(model, PROMPT, *pairs, beta=1, steps=20, lr=3e-3, batch_size=64)
        assert losses[0] == pytest.approx(math.log(2), abs=1e-5) and losses[-1] < 0.68
