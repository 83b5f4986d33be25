"""The six suspects of *Bugs that still train*, each from several seeds.

A seed decides the weights and the batches; the notebook trains the same six from seed 0.
"""

from collections.abc import Callable

from helpers.learning import training
from helpers.models.config import GPTConfig
from helpers.practice import checks
from helpers.practice.bugs import in_the_model
from helpers.text import corpora
from recipes.ladder import Text

RECIPES = {
    "line_up_playwright": {
        "corpus": "playwright",
        "seeds": [0, 1, 2, 3, 4],
        "model": {"block_size": 32, "n_layer": 2, "n_head": 4, "n_embd": 32},
        "training": {"steps": 300, "batch_size": 32, "lr": 1e-2},
    }
}


def run(settings: dict, on_step: Callable | None = None, progress: bool = True) -> dict:
    """For each suspect a list with a row per seed: its last loss, and which tests it fails."""
    text = Text(settings["corpus"])
    rows = [one(settings, seed, text) for seed in settings["seeds"]]
    return {"suspects": {name: [row[name] for row in rows] for name in rows[0]}}


def one(settings: dict, seed: int, text: Text, names: str = "ABCDEF") -> dict:
    """The suspects from one seed, those of `names`."""
    config, rows = GPTConfig(vocab_size=text.vocab_size, **settings["model"]), {}
    floor = corpora.load(settings["corpus"]).floor
    suspects = in_the_model.line_up(config, seed)
    for name in names:
        model = suspects[name]
        paid = training.train(
            model, text.train_ids, text.val_ids, **settings["training"], seed=seed, progress=False
        ).val_loss
        verdicts = checks.examine(model, paid[0], text.val_ids, floor)
        failed = [check for check, passed in verdicts.items() if not passed]
        rows[name] = {"loss": round(paid[-1], 4), "fails": failed}
    return rows
