"""A pupil that answers sums, tuned by a verifier. In the notebook *Rewards that can be checked*."""

import copy
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from helpers.learning.alignment import groups, optimal_value
from helpers.learning.fitting import fit
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text.tasks import counting

QUESTIONS, ANSWERS, RIGHT = counting.questions(), counting.answer_tokens(), counting.right()
ASKED, TOTALS = counting.rewarded(), torch.tensor([a + b for a, b in counting.PAIRS])
CLIP, NO_CLIP = 0.2, 1e9
BASELINES = {
    "none": lambda worth: worth,
    "all answers": lambda worth: worth - worth.mean(),
    "group": groups.centred,
    "group, standardised": groups.standardised,
}
ARMS = [  # name, baseline, verifier, rate, steps, reuse, clip, price
    *(
        [f"baseline: {name}", name, "exact", lr, 200, 1, CLIP, 0.1]
        for name in BASELINES
        for lr in (3e-4, 1e-3, 3e-3)
    ),
    ["long", "group", "exact", 1e-3, 1000, 1, CLIP, 0.1],
    ["hole", "group", "hole", 1e-3, 200, 1, CLIP, 0.1],
    ["hole, no price", "group", "hole", 1e-3, 200, 1, CLIP, 0.0],
    ["reused, clipped", "group", "exact", 3e-3, 200, 10, CLIP, 0.1],
    ["reused, not clipped", "group", "exact", 3e-3, 200, 10, NO_CLIP, 0.1],
    ["shown", "", "exact", 1e-3, 200, 1, CLIP, 0.0],
]
START = {
    "model": {"block_size": 8, "n_layer": 2, "n_head": 2, "n_embd": 32},
    "overheard": 20_000,
    "start": {"steps": 400, "lr": 5e-3},
}
RECIPES = {
    "checked_rewards": {
        **START,
        "group": 8,
        "seeds": [0, 1, 2],
        "every": 10,
        "arms": ARMS,
        "films": ["baseline: group", "hole"],
        "film_rate": 1e-3,
    },
    "checked_attempts": {
        **START,
        "group": 8,
        "seeds": [0, 1, 2],
        "arm": ["baseline: group", "group", "exact", 1e-3, 200, 1, CLIP, 0.1],
        "attempts": [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
    },
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """Per seed: where the pupil starts and what each arm makes of it; two arms as films.

    "checked_attempts": how often one of k attempts is right, before and after one arm.
    """
    if "attempts" in settings:
        return {"rows": [row for seed in settings["seeds"] for row in attempts(settings, seed)]}
    rows, films = [], {}
    for seed in settings["seeds"]:
        for row, film in one_seed(settings, seed):
            rows.append(row)
            if film:
                films[row["arm"]] = film
    return {"rows": rows, "films": films}


def one_seed(settings: dict, seed: int) -> Iterator[tuple[dict, dict]]:
    """The rows of one pupil, each with a film where one is asked for."""
    start = pupil(settings, seed)
    reference = policy(start)
    about = {"seed": seed, "arm": "start"}
    yield about | {"value": ceiling(reference, 0.1)} | measured(start, reference, 0.1), {}
    for arm in settings["arms"]:
        name, *_, price = arm
        tuned, at, curve, film = copy.deepcopy(start), [], [], []
        watched = filmed(settings, arm, seed)

        def watch(step, tuned=tuned, at=at, curve=curve, film=film, watched=watched, price=price):
            if step % settings["every"] == 0:
                at.append(step)
                curve.append(measured(tuned, reference, price))
                film.extend([frame(tuned)] if watched else [])

        tune(settings, tuned, arm, seed, watch)
        curves = {key: [point[key] for point in curve] for key in curve[0]}
        row = {"seed": seed, "arm": name, "lr": arm[3], "at": at} | curves
        by_total = [round(right_share(tuned, t == TOTALS), 4) for t in range(2, 13)]
        yield row | {"by_total": by_total}, ({"at": at, "frames": film} if watched else {})


def attempts(settings: dict, seed: int) -> Iterator[dict]:
    """P(one of k is right), exactly, where it was rewarded and where not; greedy answers, too."""
    model = pupil(settings, seed)
    for name in ("start", "tuned"):
        if name == "tuned":
            tune(settings, model, settings["arm"], seed, lambda step: None)
        now, row = policy(model), {"seed": seed, "policy": name}
        right, greedy = (now * RIGHT).sum(1), now.argmax(1) == RIGHT.argmax(1)
        for where, rows in (("rewarded", ASKED), ("held_out", ~ASKED)):
            found = [(1 - (1 - right[rows]) ** k).mean().item() for k in settings["attempts"]]
            row[where] = [round(share, 4) for share in found]
            row[f"greedy, {where}"] = round(greedy[rows].double().mean().item(), 4)
        row["held_out, by question"] = [round(p, 4) for p in right[~ASKED].tolist()]
        row["greedy, by question"] = greedy[~ASKED].tolist()
        yield row


def filmed(settings: dict, arm: list, seed: int) -> bool:
    first = seed == settings["seeds"][0] and arm[3] == settings["film_rate"]
    return first and arm[0] in settings["films"]


def pupil(settings: dict, seed: int) -> GPT:
    """A GPT that has learned to answer as the child does, from overheard answers."""
    torch.manual_seed(seed)
    vocab_size = counting.tokenizer().vocab_size
    model = GPT(GPTConfig(vocab_size=vocab_size, **settings["model"]))
    heard = counting.overhear(settings["overheard"], torch.Generator().manual_seed(seed))
    counts = counting.tally(heard)
    options = settings["start"] | {"seed": seed, "progress": False}
    fit(model, lambda: spoken_loss(model, counts), **options)
    return model


def spoken_loss(model: GPT, counts: Tensor) -> Tensor:
    """The mean surprise at the answers that were heard, in nats."""
    log_probs = groups.choice_log_probs(model, QUESTIONS, ANSWERS)
    return -(counts * log_probs).sum() / counts.sum()


def tune(settings: dict, tuned: GPT, arm: list, seed: int, watch: Callable) -> None:
    """One arm, in place; watch is called before each step and after the last."""
    name, baseline, verifier, lr, steps, reuse, clip, price = arm
    options = {"steps": steps, "lr": lr, "seed": seed}
    if name == "shown":
        step, counts = iter(range(steps)), RIGHT * ASKED[:, None]

        def batch_loss() -> Tensor:
            watch(next(step))
            return spoken_loss(tuned, counts)

        fit(tuned, batch_loss, weight_decay=0.0, progress=False, **options)
    else:
        options |= {"beta": price, "group": settings["group"], "reuse": reuse, "clip": clip}
        options |= {"advantage": BASELINES[baseline], "on_step": watch}
        groups.improve(tuned, QUESTIONS[ASKED], ANSWERS, verdicts(verifier)[ASKED], **options)
    watch(steps)


def verdicts(verifier: str) -> Tensor:
    """What a verifier gives every answer to every question: (36, 13)."""
    loose = RIGHT.clone()
    loose[:, counting.MANY] = 1.0  # no wrong number stands in it
    return loose if verifier == "hole" else RIGHT


@torch.no_grad()
def policy(model: GPT) -> Tensor:
    """π of every answer to every question: (36, 13), doubles."""
    return groups.choice_log_probs(model, QUESTIONS, ANSWERS).double().softmax(-1)


def frame(model: GPT) -> list:
    places = [counting.PAIRS.index(pair) for pair in counting.SHOWN]
    return [[round(p, 4) for p in row] for row in policy(model)[places].tolist()]


def right_share(model: GPT, rows: Tensor) -> float:
    return (policy(model) * RIGHT).sum(1)[rows].mean().item()


def ceiling(reference: Tensor, price: float) -> float:
    """What no policy can exceed on the rewarded questions: the mean β ln Z."""
    return round(optimal_value(reference, RIGHT, price)[ASKED].mean().item(), 4)


def measured(model: GPT, reference: Tensor, price: float) -> dict:
    """Exact means: right answers where they were rewarded and where not, KL, E[r] - β KL."""
    now = policy(model)
    right, far = (now * RIGHT).sum(1), (now * (now / reference).log()).sum(1)
    found = {"rewarded": right[ASKED], "held_out": right[~ASKED], "kl": far[ASKED]}
    found = {name: values.mean() for name, values in found.items()}
    found["J"] = found["rewarded"] - price * found["kl"]
    return {name: round(value.item(), 4) for name, value in found.items()}
