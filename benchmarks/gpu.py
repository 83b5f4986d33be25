"""One GPU, if there is one.   python benchmarks/gpu.py

The lecture's final model on TinyShakespeare, and GPT-2's training beside what the card can do: the
speed of one large product of bfloat16 matrices, measured here and now, is the peak. Operations are
counted as Chowdhery et al. 2022 do: 6 per parameter and token, and 12·L·C·T for attention.
"""

import time
from collections.abc import Callable, Iterator

import measuring  # first: it fixes the threads
import torch

from helpers.learning import evaluation, training
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import batches, corpora
from helpers.text.tokenizers import CharTokenizer

FINAL = {"steps": 2500, "batch_size": 64, "lr": 2e-3, "warmup": 100, "precision": torch.bfloat16}
GOAL_LOSS, GOAL_SECONDS, GOAL_UTILISATION = 1.48, 60, 0.45


def per_second(way: Callable[[], None], amount: float, device: str, repeats: int = 20) -> float:
    """How much of `amount` gets done in a second: the best of three rounds, once warm."""
    best = 0.0
    for _ in range(4):
        _wait(device)
        started = time.perf_counter()
        for _ in range(repeats):
            way()
        _wait(device)
        best = max(best, repeats * amount / (time.perf_counter() - started))
    return best


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def peak(device: str, n: int = 8192) -> float:
    """Operations per second of one product of two (n, n) matrices in bfloat16."""
    a, b = (torch.randn(n, n, device=device, dtype=torch.bfloat16) for _ in range(2))
    return per_second(lambda: a @ b, 2 * n**3, device)


def flops_per_token(model: GPT) -> float:
    c = model.config
    parameters = sum(p.numel() for p in model.parameters()) - c.block_size * c.n_embd
    return 6 * parameters + 12 * c.n_layer * c.n_embd * c.block_size


def training_flops(config: GPTConfig, batch_size: int, device: str) -> float:
    """Operations per second of whole training steps, optimizer included."""
    torch.manual_seed(0)
    model = GPT(config).to(device).train()
    ids = torch.randint(config.vocab_size, (200_000,))
    settings = {"batch_size": batch_size, "lr": 1e-4, "seed": 0, "steps": 10**9, "warmup": 0}
    settings |= {"weight_decay": 0.1, "precision": "bfloat16"}
    run = training.Run(model, ids, ids, settings)
    amount = flops_per_token(model) * batch_size * config.block_size
    return per_second(run.take_step, amount, device, repeats=10)


def final_model(device: str) -> tuple[float, float]:
    """The lecture's final model: validation loss in nats, and the seconds of training."""
    text = corpora.load("tinyshakespeare").text
    tokenizer = CharTokenizer.from_text(text)
    train_ids, val_ids = batches.split(tokenizer.encode(text))
    torch.manual_seed(0)
    model = GPT(GPTConfig.preset("final")).to(device)
    history = training.train(model, train_ids, val_ids, **FINAL, eval_every=FINAL["steps"])
    return evaluation.evaluate(model, val_ids, tokens=None), history.seconds


def rows() -> Iterator[measuring.Row]:
    if not torch.cuda.is_available():
        yield measuring.Row("one GPU", "not run: there is none")
        return
    card, config = torch.cuda.get_device_name(), GPTConfig.preset("gpt2")
    best = peak("cuda")
    share = training_flops(config, 16, "cuda") / best
    work, goal = "GPT-2 124M, a training step, T=1024 B=16", f"≥ {GOAL_UTILISATION:.0%}"
    speed = f"of {card}'s {best / 1e12:.0f} TFLOP/s"
    yield measuring.Row(work, f"{share:.0%} {speed}", "", "", goal, share >= GOAL_UTILISATION)
    loss, seconds = final_model("cuda")
    met = loss <= GOAL_LOSS and seconds <= GOAL_SECONDS
    goal = f"≤ {GOAL_LOSS} nats in ≤ {GOAL_SECONDS} s"
    reached = f"{loss:.3f} nats in {seconds:.0f} s"
    yield measuring.Row(f"the lecture's final model on {card}", reached, "", "", goal, met)


if __name__ == "__main__":
    measuring.main(__doc__, rows)
