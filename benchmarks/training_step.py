"""One training step: ours beside Hugging Face's GPT-2 and a model as nanoGPT writes it.

    python benchmarks/training_step.py

Everyone takes whole steps as their users would write them: cut a batch, forward, backward, clip,
AdamW. All begin with the same weights; before anything is timed, all must have the same losses to
1e-4 over 20 steps on the same batches, in float32. Hugging Face's model is timed with its own GELU
and once more with PyTorch's fused one.
"""

import tempfile
from collections.abc import Callable, Iterator

import measuring  # first: it fixes the threads
import nanogpt
import torch
import transformers
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.learning import training
from helpers.models.gpt import GPT
from helpers.text import batches

VOCABULARY, LAYERS, HEADS, LR, EQUAL = 65, 4, 4, 1e-3, 1e-4
SIZES = [(64, 32, 64), (128, 16, 128)]  # T, B, C
OURS, NANO = "ours", "nanoGPT-style"
GELUS = {"Hugging Face": "gelu_new", "Hugging Face, fused GELU": "gelu_pytorch_tanh"}
STEPS, GOALS = 20, {NANO: 1.0, "Hugging Face": 1.2}
SETTINGS = {"lr": LR, "seed": 0, "steps": 10**9, "warmup": 0, "weight_decay": 0.1}


class Peer:
    """A model that is not ours, its optimizer, and a step that also returns the loss."""

    def __init__(self, model: nn.Module, loss, ids: Tensor, size: int, context: int):
        self.model, self.loss, self.ids, self.size, self.context = model, loss, ids, size, context
        self.optimizer = nanogpt.adamw(model.train(), LR)

    def step(self) -> None:
        self.update(*nanogpt.batch(self.ids, self.size, self.context))

    def update(self, x: Tensor, y: Tensor) -> float:
        loss = self.loss(x, y)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return loss.item()


def contestants(T: int, B: int, C: int) -> tuple[training.Run, dict[str, Peer]]:
    """Ours and its peers, all with the same weights."""
    ids = torch.randint(VOCABULARY, (100_000,), generator=torch.Generator().manual_seed(0))
    theirs = {name: hugging_face(T, C, gelu) for name, gelu in GELUS.items()}
    ours = with_weights_of(theirs["Hugging Face"])
    run = training.Run(ours, ids, ids, {**SETTINGS, "batch_size": B, "precision": "float32"})
    ours.train()
    nano = nanogpt.NanoGPT(VOCABULARY, T, LAYERS, HEADS, C)
    nano.load_state_dict(ours.state_dict())
    peers = {NANO: Peer(nano, nano, ids, B, T)}
    for name, model in theirs.items():
        peers[name] = Peer(model, _loss_of(model), ids, B, T)
    return run, peers


def hugging_face(T: int, C: int, gelu: str) -> transformers.GPT2LMHeadModel:
    """Hugging Face's model, always with the same weights."""
    torch.manual_seed(0)
    sizes = {"vocab_size": VOCABULARY, "n_positions": T, "n_embd": C, "n_layer": LAYERS}
    plain = {"resid_pdrop": 0, "embd_pdrop": 0, "attn_pdrop": 0, "use_cache": False}
    unused = {"bos_token_id": None, "eos_token_id": None}
    config = transformers.GPT2Config(
        n_head=HEADS, activation_function=gelu, **sizes, **plain, **unused
    )
    return transformers.GPT2LMHeadModel(config)


def with_weights_of(model: transformers.GPT2LMHeadModel) -> GPT:
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return GPT.from_pretrained(folder)


def check_equal(run: training.Run, peers: dict[str, Peer], steps: int = 20) -> float:
    """The largest difference of two losses on the same batches. SystemExit above 1e-4."""
    worst = 0.0
    for _ in range(steps):
        torch.manual_seed(run.step)  # the batch that take_step will draw, its seed being 0
        x, y = batches.sample(run.train_ids, run.settings["batch_size"], run.block_size)
        run.take_step()
        mine = run.recent[-1].item()
        worst = max(worst, *(abs(peer.update(x, y) - mine) for peer in peers.values()))
    if worst > EQUAL:
        raise SystemExit(f"The losses differ by {worst:.1e}: the times would mean nothing.")
    return worst


def rows() -> Iterator[measuring.Row]:
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for T, B, C in SIZES:
        run, peers = contestants(T, B, C)
        worst = check_equal(run, peers)
        ways = {OURS: run.take_step, **{name: peer.step for name, peer in peers.items()}}
        seconds = measuring.in_turns({n: repeated(w, STEPS) for n, w in ways.items()}, rounds=9)
        each = {name: [s / STEPS for s in values] for name, values in seconds.items()}
        work = f"training step, T={T} B={B} C={C} (losses equal to {worst:.0e})"
        for name in peers:
            yield measuring.faster(work, each, OURS, name, GOALS.get(name))


def repeated(step: Callable[[], None], n: int) -> Callable[[], None]:
    """n steps as one thing to time."""
    return lambda: [step() for _ in range(n)]


def _loss_of(model: nn.Module) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda x, y: F.cross_entropy(model(x).logits.flatten(0, 1), y.flatten())


if __name__ == "__main__":
    measuring.main(__doc__, rows)
