"""Mixtures of experts: against dense models, with and without balancing, on too little text.

Small models, three seeds each. Losses in nats per character, times in CPU milliseconds per step.
Notebook *Mixture of experts in GPT*.
"""

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from helpers.learning import training
from helpers.learning.balancing import BalanceLoss, BiasSteps
from helpers.learning.evaluation import evaluate
from helpers.models import moe
from helpers.models.balance import balance_loss, expert_load, variation
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.routing import Biased, ExpertDropout, NoisyRouter
from helpers.text import batches, playwright
from helpers.text.tokenizers import CharTokenizer
from helpers.theory.scaling import count_parameters
from helpers.theory.serving import active_parameters

SHAPE = {"block_size": 64, "n_layer": 2, "n_head": 4, "n_embd": 64}
TRAINING = {"batch_size": 32, "lr": 3e-3}
SEEDS = [0, 1, 2]
BALANCED = {"balance_loss": 0.01}
CROWD = {"config": {"n_expert": 64}} | BALANCED
RECIPES = {
    "moe_against_dense": {
        "characters": 1_000_000,
        "config": SHAPE,
        "training": TRAINING | {"steps": 700, "eval_every": 100},
        "seeds": SEEDS,
        "models": {
            "8 experts, 2 active": {"config": {"n_expert": 8}} | BALANCED,
            "dense, same width": {},
            "dense, same active work": {"config": {"n_embd": 84}},
            "dense, same parameters": {"config": {"n_embd": 152}},
            # the same CPU time as the dense model of the same work, each with its own schedule
            "8 experts, 2 active, same time": {
                "config": {"n_expert": 8},
                "training": {"steps": 561},
            }
            | BALANCED,
            "dense, same width, same time": {"training": {"steps": 1106}},
            "dense, same parameters, same time": {
                "config": {"n_embd": 152},
                "training": {"steps": 298},
            },
        },
    },
    "moe_collapse": {
        "characters": 1_000_000,
        "config": SHAPE | {"n_expert": 16, "n_expert_active": 1},
        "training": TRAINING | {"steps": 400, "eval_every": 50},
        "seeds": SEEDS,
        "models": {
            "nothing": {},
            "nothing, ×8": {"scale": 8},
            "router noise": {"noise": True},
            "balance loss": BALANCED,
            "balance loss, ×8": BALANCED | {"scale": 8},
            "sigmoid scores": {"sigmoid": True},
            "sigmoid scores, ÷8": {"sigmoid": True, "scale": 1 / 8},
            "sigmoid scores, bias steps": {"sigmoid": True, "bias_steps": 0.01},
            "sigmoid scores, bias steps of 0.001": {"sigmoid": True, "bias_steps": 0.001},
        },
    },
    "moe_many_experts": {
        "characters": 8_000,
        "config": SHAPE,
        "training": TRAINING | {"lr": 4e-3, "steps": 400, "eval_every": 50},
        "seeds": SEEDS,
        "models": {
            **{f"{E} experts": {"config": {"n_expert": E}} | BALANCED for E in (4, 16, 64)},
            "64 experts, 1/8 absent": CROWD | {"expert_dropout": 1 / 8},
            "64 experts, 1/4 absent": CROWD | {"expert_dropout": 1 / 4},
            "64 experts, 1/2 absent": CROWD | {"expert_dropout": 1 / 2},
            "64 experts, dropout 0.2": BALANCED | {"config": {"n_expert": 64, "dropout": 0.2}},
        },
    },
}
TOKENIZER = CharTokenizer(playwright.characters())
UNSEEN, SEEN_SEED, UNSEEN_SEED = 60_000, 1, 2


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """Per model what `train` returns, a list with a value per seed."""
    models = {}
    for name in settings["models"]:
        runs = [train(settings, name, seed, on_step, progress) for seed in settings["seeds"]]
        models[name] = {key: [each[key] for each in runs] for key in runs[0]}
    return {"models": models}


def train(
    settings: dict, name: str, seed: int, on_step: Callable | None = None, progress: bool = False
) -> dict:
    """Train one model from one seed: its sizes, its curves, its loads at every evaluation."""
    train_ids, val_ids = texts(settings)
    model = build(settings, name, seed)
    watch = Watch(model, val_ids, on_step)
    change = settings["models"][name]
    plan = settings["training"] | change.get("training", {})
    plan |= {"seed": seed, "progress": progress, "on_step": watch}
    auxiliary = _auxiliary(change)
    history = training.train(model, train_ids, val_ids, **plan, auxiliary=auxiliary)
    return {
        "parameters": count_parameters(model.config),
        "active": active_parameters(model.config),
        "steps": history.steps,
        "train_curve": _rounded(history.train_loss),
        "val_curve": _rounded(history.val_loss),
        "train_loss": round(evaluate(model, train_ids), 4),
        "val_loss": round(evaluate(model, val_ids, tokens=None), 4),
        "ms_per_step": round(1e3 * statistics.median(watch.seconds), 1),
        **watch.found,
    }


def texts(settings: dict) -> tuple[Tensor, Tensor]:
    """The training text of a recipe, and text of the same author that it never sees."""
    seen = playwright.write(settings["characters"], SEEN_SEED)
    unseen = playwright.write(UNSEEN, UNSEEN_SEED)
    return torch.tensor(TOKENIZER.encode(seen)), torch.tensor(TOKENIZER.encode(unseen))


def build(settings: dict, name: str, seed: int) -> GPT:
    """A model of the recipe at its start: the same seed gives the same start to every remedy."""
    change = settings["models"][name]
    torch.manual_seed(seed)
    sizes = settings["config"] | change.get("config", {})
    model = GPT(GPTConfig(vocab_size=TOKENIZER.vocab_size, **sizes))
    for layer in moe.layers(model) if model.config.n_expert else []:
        if change.get("sigmoid"):
            layer.gate = Biased(model.config.n_expert_active, model.config.n_expert)
        if change.get("noise"):
            noisy = NoisyRouter(model.config)
            noisy.weight = layer.router.weight
            layer.router = noisy
        if rate := change.get("expert_dropout"):
            layer.router = ExpertDropout(layer.router, rate, model.config.n_expert_active)
        if factor := change.get("scale"):
            layer.gate = moe.Scaled(layer.gate, factor)
    return model


def _auxiliary(change: dict) -> training.Auxiliary | None:
    if "balance_loss" in change:
        return BalanceLoss(change["balance_loss"])
    return BiasSteps(change["bias_steps"]) if "bias_steps" in change else None


def _rounded(values) -> list[float]:
    return [round(float(value), 4) for value in values]


class Watch:
    """An `on_step` that clocks every step and looks at the experts' loads at every evaluation.

    found: per evaluation and layer the loads' variation and the balance loss; the last loads, as
    shares of all choices. Empty lists for a dense model.
    """

    def __init__(self, model: GPT, ids: Tensor, on_step: Callable | None):
        starts = batches.even_starts(ids, model.config.block_size, at_most=128)
        self.model, self.text = model, batches.windows(ids, starts, model.config.block_size)[0]
        self.on_step, self.seconds, self.clock = on_step, [], time.process_time()
        self.found = {"variation": [], "balance_loss": [], "loads": []}
        self._look()

    def __call__(self, step: int, history: training.History) -> None:
        self.seconds.append(time.process_time() - self.clock)
        if history.steps[-1] == step:
            self._look()
        if self.on_step:
            self.on_step(step, history)
        self.clock = time.process_time()

    def _look(self) -> None:
        if not self.model.config.n_expert:
            return
        seen, k = moe.routes(self.model, self.text), self.model.config.n_expert_active
        loads = [expert_load(gates) for gates in seen.gates]
        self.found["variation"].append(_rounded(map(variation, loads)))
        losses = [balance_loss(logits, k) for logits in seen.logits]
        self.found["balance_loss"].append(_rounded(losses))
        self.found["loads"] = [_rounded(each / each.sum()) for each in loads]
