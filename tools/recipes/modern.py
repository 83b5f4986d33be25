"""What changed since GPT-2, one part at a time, on the Playwright. Notebook *The modern block*.

Every model is trained and scored as `recipes.changes` does it, from three seeds on the same text.
GPT-2's block itself, also with its start N(0, 1/√C) and for twice as long, stands in that family's
record. At twice the rate only one seed was tried, to see whether the rate decides.
"""

from tqdm.auto import tqdm

from recipes import changes

ROTARY, RMS = {"positions": "rotary"}, {"norm": "rms"}
GATED, FREE = {"feed_forward": "swiglu"}, {"bias": False, "qkv_bias": False}
GROUPED = {"attention": "grouped", "n_kv_head": 2}
LLAMA = ROTARY | RMS | GATED | FREE | GROUPED
TWICE = {"training": {"lr": 16e-3}, "seeds": [0]}


def _config(**config) -> dict:
    return {"config": config}


RECIPES = {
    "modern_playwright": changes.RECIPES["changes_playwright"]
    | {
        "models": {
            "rotary": _config(**ROTARY),
            "RMSNorm, no biases": _config(**RMS | FREE),
            "SwiGLU": _config(**GATED),
            "1 key-value head, wider MLP": _config(attention="grouped", n_kv_head=1, n_hidden=304),
            "QK-norm": _config(attention="qk-norm"),
            "2 of 3 layers see 16": _config(attention="sliding/sliding/grouped", window=16),
            "no positions": _config(positions="none"),
            "all (Llama's block)": _config(**LLAMA),
            "all but rotary": _config(**LLAMA | {"positions": "learned"}),
            "all, N(0, 1/√C)": _config(**LLAMA) | {"start": "by width"},
            "GPT-2's, twice the rate": TWICE,
            "rotary, twice the rate": _config(**ROTARY) | TWICE,
        },
    }
}


def run(settings: dict, on_step=None, progress: bool = True) -> dict:
    """Per model what `changes.climb` returns, a list with a value per seed."""
    models = {}
    for name, change in tqdm(settings["models"].items(), disable=not progress):
        seeds = change.get("seeds", settings["seeds"])
        runs = [changes.climb(settings, name, seed, on_step) for seed in seeds]
        models[name] = {key: [each[key] for each in runs] for key in runs[0]}
    return {"models": models}
