"""What changed since GPT-2, one part at a time, on the Playwright. Notebook *The modern block*.

Every model is trained as `recipes.changes` trains its full recipe, from three seeds on the same
windows. The rate is chosen for each model by its first seed, and the other seeds take it.
"""

from tqdm.auto import tqdm

from recipes import changes

SIZES = {"block_size": 64, "n_layer": 3, "n_head": 4, "n_embd": 64}
ROTARY, RMS = {"positions": "rotary"}, {"norm": "rms"}
GATED, FREE = {"feed_forward": "swiglu"}, {"bias": False, "qkv_bias": False}
GROUPED = {"attention": "grouped", "n_kv_head": 2}
LLAMA = ROTARY | RMS | GATED | FREE | GROUPED
WIDE = {"start": "by width"}  # N(0, 1/√C) in the place of N(0, .02)
LONG = {"training": {"steps": 1600}, "rates": [8e-3]}


def _config(**config) -> dict:
    return {"config": config}


RECIPES = {
    "modern_playwright": changes.RECIPES["changes_playwright"]
    | {
        "rates": [8e-3, 16e-3],
        "scored": 60_000,
        "models": {
            "GPT-2's block": {},
            "no positions": _config(positions="none"),
            "rotary": _config(**ROTARY),
            "RMSNorm": _config(**RMS),
            "no biases": _config(**FREE),
            "SwiGLU": _config(**GATED),
            "2 key-value heads": _config(**GROUPED),
            "1 key-value head, wider MLP": _config(**GROUPED | {"n_kv_head": 1, "n_hidden": 304}),
            "QK-norm": _config(attention="qk-norm"),
            "2 of 3 layers see 16": _config(attention="sliding/sliding/grouped", window=16),
            "all (Llama's block)": _config(**LLAMA),
            "all but rotary": _config(**LLAMA | {"positions": "learned"}),
            "GPT-2's, N(0, 1/√C)": WIDE,
            "rotary, N(0, 1/√C)": _config(**ROTARY) | WIDE,
            "all, N(0, 1/√C)": _config(**LLAMA) | WIDE,
            "GPT-2's, N(0, 1/√C), 1,600 steps": WIDE | LONG,
            "all, N(0, 1/√C), 1,600 steps": _config(**LLAMA) | WIDE | LONG,
        },
    },
}


def run(settings: dict, on_step=None, progress: bool = True) -> dict:
    """Per model its rate, the first seed's excess at every rate, and what `changes.climb` says."""
    names = tqdm(settings["models"], disable=not progress)
    return {"models": {name: _model(settings, name, on_step) for name in names}}


def climb(settings: dict, name: str, seed: int, rate: float, on_step=None) -> dict:
    """One model from one seed at this peak of the learning rate."""
    at_rate = settings | {"training": settings["training"] | {"lr": rate}}
    return changes.climb(at_rate, name, seed, on_step)


def _model(settings: dict, name: str, on_step=None) -> dict:
    first, *others = settings["seeds"]
    rates = settings["models"][name].get("rates", settings["rates"])
    tried = {rate: climb(settings, name, first, rate, on_step) for rate in rates}
    best = min(tried, key=lambda rate: tried[rate]["excess"])
    runs = [tried[best], *(climb(settings, name, seed, best, on_step) for seed in others)]
    return {
        "rate": best,
        "at_rates": {str(rate): run["excess"] for rate, run in tried.items()},
        **{key: [run[key] for run in runs] for key in runs[0]},
    }
