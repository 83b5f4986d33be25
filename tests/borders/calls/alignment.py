"""Right calls of what stands in the room alignment."""

import torch

from helpers.learning.alignment import (
    answers,
    attempts,
    closed_form,
    dpo,
    groups,
    policy_gradient,
    preferences,
)
from tests.borders.calls.small import REAL, gpt, stream, tokens
from tests.borders.slips import call


def of_alignment():
    model, prompt, said = gpt(), tokens(1, 2), tokens(6, 3)
    once = {"seed": "zero"}
    flat = {"prompt": "transposed"}
    yield call(
        answers.answer_log_probs,
        model,
        prompt,
        said,
        free=flat | {"answers": "one more, transposed"},
    )
    yield call(
        answers.learn_answers,
        model,
        tokens(6, 5),
        steps=1,
        lr=1e-3,
        batch_size=2,
        seed=0,
        free=once | {"ids": "one more, transposed"},
    )
    probs, reward = stream(4).softmax(-1), stream(4)
    yield call(
        closed_form.optimal_policy,
        probs,
        reward,
        0.5,
        free={"reference": "batch for one", "reward": REAL},
    )
    yield call(
        closed_form.optimal_value,
        probs,
        reward,
        0.5,
        free={"reference": "batch for one", "reward": REAL},
    )
    logs = [-stream(4).abs() for _ in range(4)]
    names = ("policy_w", "policy_l", "reference_w", "reference_l")
    some = dict.fromkeys(names, "one for batch, batch for one")
    yield call(dpo.dpo_loss, *logs, 0.1, free=some)
    yield call(
        dpo.train,
        model,
        prompt,
        said,
        said.flip(0),
        beta=0.1,
        steps=1,
        batch_size=2,
        lr=1e-4,
        seed=0,
        free=once | flat,
    )
    yield call(
        policy_gradient.surrogate, stream(4), stream(4), stream(4), 0.1, free={"beta": "zero"}
    )
    yield call(
        policy_gradient.improve,
        model,
        prompt,
        lambda a: a.sum(1).float(),
        beta=0.1,
        steps=1,
        length=3,
        batch_size=4,
        lr=1e-4,
        seed=0,
        free=once | flat,
    )
    yield call(
        preferences.bradley_terry,
        stream(4),
        stream(4),
        free={"reward_winner": REAL, "reward_loser": REAL},
    )
    yield call(
        preferences.reward_loss,
        stream(4),
        stream(4),
        free={
            "reward_winner": "one for batch, batch for one",
            "reward_loser": "one for batch, batch for one",
        },
    )
    yield call(preferences.compare, stream(6), torch.Generator(), free={"rewards": ""})
    yield call(preferences.count_tokens, said, 11, free={"answers": "one more, transposed"})
    counted = preferences.count_tokens(said, 11)
    yield call(preferences.count_reward, counted, counted.flip(0), 0.005)


def of_groups():
    model, prompts, said = gpt(), tokens(2, 3), tokens(4)
    rewards = stream(2, 4).abs()
    yield call(groups.choice_log_probs, model, prompts, said, free={"prompts": "", "answers": ""})
    alone = {"rewards": "one more, transposed"}
    yield call(groups.centred, rewards, free=alone)
    yield call(groups.standardised, rewards, free=alone)
    yield call(groups.clipped, -rewards, -rewards, rewards, 0.2)
    yield call(
        groups.improve,
        model,
        prompts,
        said,
        rewards,
        beta=0.1,
        steps=1,
        lr=1e-4,
        seed=0,
        group=3,
        reuse=1,
        clip=0.2,
        free={"beta": "zero", "seed": "zero"},
    )
    yield call(attempts.pass_at_k, 5, 2, 3, free={"c": "zero"})
    probs = stream(4).softmax(-1)
    yield call(attempts.best_of_n, probs, stream(4), 3)
