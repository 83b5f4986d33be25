"""Kinds: what an argument may be, in a word: "count", "share", "tokens B T"; see `borders`."""

from helpers.basics.numbers import checked, real, whole

PLAIN = {  # kind -> rule, check, and what to try
    "text": ("be a text", lambda x: isinstance(x, str), "Try str(…)."),
    "model": ("be a model", lambda x: callable(getattr(x, "parameters", None)), "Try GPT(config)."),
    "rows": (
        "be a list of numbers, not empty",
        lambda x: hasattr(x, "__len__") and not isinstance(x, (str, dict)) and len(x),
        "Try [1.0, 2.0].",
    ),
    "call": ("be a function", callable, "Pass its name, without brackets."),
    "generator": (
        "be a random generator or None",
        lambda x: x is None or hasattr(x, "manual_seed"),
        "Try torch.Generator().manual_seed(0).",
    ),
}
REAL = {  # kind -> rule, check, and what to try
    "real": ("be a finite number", lambda x: True, "Try 1.0."),
    "positive": ("be a number > 0", lambda x: x > 0, "Try 0.1."),
    "least0": ("be a number ≥ 0", lambda x: x >= 0, "Try 0.1."),
    "share": ("lie in [0, 1]", lambda x: 0 <= x <= 1, "Try 0.5."),
}
WHOLE = {"count": 1, "whole": 0}  # kind -> the least
AMOUNTS = {"amount": ("be > 0", lambda x: x > 0), "amount0": ("be ≥ 0", lambda x: x >= 0)}
TENSORS = {  # kind -> what its numbers are, a check of the kind, and what to try
    "any": ("numbers", lambda dtype: True, "Try torch.as_tensor(…)."),
    "stream": ("real numbers", lambda dtype: dtype.is_floating_point, "Try x.float()."),
    "ids": ("int64", lambda dtype: str(dtype) == "torch.int64", "Try torch.as_tensor(…).long()."),
    "mask": ("True and False", lambda dtype: str(dtype) == "torch.bool", "Try mask.bool()."),
}
OF_A_MODEL = ("numbers", "logits")  # what is not finite there may come from a training
VALUES = {  # kind -> the tensor that it is, what must hold for all values, and a check of them
    "tokens": ("ids", "≥ 0", lambda x: x >= 0),
    "targets": ("ids", "≥ 0, or -100 where nothing is asked", lambda x: (x >= 0) | (x == -100)),
    "numbers": ("stream", "not NaN", lambda x: ~x.isnan()),
    "logits": ("stream", "with a finite best one, not NaN", lambda x: x.amax(-1).isfinite()),
    "counts": ("any", "≥ 0, not all 0", lambda x: (x >= 0) & (x.sum() > 0)),
    "chances": ("stream", "≥ 0 with a sum of 1 in a row", lambda x: (x.sum(-1) - 1).abs() < 1e-3),
}


class Misfit(ValueError):
    """An argument that is not what a function takes."""


def check_plain(name: str, value, kind: str, words: list[str], sizes: dict) -> None:
    """ValueError unless the value is of this kind: a number, a text, a model, ..."""
    if kind in WHOLE:
        sizes[name] = whole(name, value, WHOLE[kind])
    elif kind in REAL:
        rule, holds, advice = REAL[kind]
        real(name, value, holds, rule, advice)
    elif kind in AMOUNTS:
        rule, holds = AMOUNTS[kind]
        need(not isinstance(value, (list, tuple)), name, "be a number", value, "Try np.array(…).")
        checked(name, value, holds, rule, "Try 1e9.")
    elif kind == "list":
        rule, holds, advice = PLAIN["rows"]
        need(holds(value), name, rule, value, advice)
        for each in value:
            whole(name.removesuffix("s"), each, 0, advice=f"Try {name}=[0, 1].")
    elif kind == "with":
        need(hasattr(value, words[0]), name, f"have {words[0]}", value, f"Pass the {name} itself.")
    else:
        rule, holds, advice = PLAIN[kind]
        need(holds(value), name, rule, value, advice)


def check_tensor(name: str, x, kind: str, words: list[str], sizes: dict) -> None:
    """ValueError unless x is a tensor of this kind and shape, and its values are as they must be.

    On the CPU alone: elsewhere to look at values is to wait for them.
    """
    tensor, values, good = VALUES.get(kind, (kind, "", None))
    inside, of_kind, advice = TENSORS[tensor]
    letters = [word for word in words if word[0] != "<" and word != "alike"]
    known = "".join(f", {word} = {sizes[word]}" for word in letters if word in sizes)
    rule = f"be a tensor ({', '.join(letters)}) of {' '.join([inside, values]).strip()}{known}"
    here = hasattr(x, "is_floating_point") and hasattr(x, "dim")
    fewer = here and x.dim() < len(letters) - (letters[:1] == ["..."])
    single = f"Try {name}.unsqueeze(0) for a single one."
    fit = here and fits(tuple(x.shape), letters, sizes)
    need(fit, name, rule, x, single if fewer else advice)
    need(of_kind(x.dtype), name, rule, x, advice)
    wanted = sizes.setdefault("dtype", x.dtype) if "alike" in words else sizes.get("dtype", x.dtype)
    need(tensor != "stream" or x.dtype == wanted, name, f"be {wanted}", x, f"Try x.to({wanted}).")
    if x.device.type != "cpu":
        return
    if good:
        diverged = kind in OF_A_MODEL
        advice = "If training diverged, try a smaller lr." if diverged else advice
        need(bool(good(x).all()), name, rule, x, advice)
    for most in [sizes[word[1:]] for word in words if word[0] == "<" and word[1:] in sizes]:
        lie = f"lie in 0 … {most - 1}"
        need(bool((x < most).all()), name, lie, x, "Encode it with the model's own tokenizer.")


def fits(found: tuple[int, ...], letters: list[str], sizes: dict) -> bool:
    """Whether a shape is what the letters say; a letter without a size gets the one found."""
    free = letters[:1] == ["..."]
    letters = letters[free:]
    n = len(found) - len(letters)
    if n < 0 or (n and not free) or not all(found):
        return False
    sized = zip(letters, found[n:], strict=True)
    return all(
        int(word) == size if word.isdigit() else sizes.setdefault(word, size) == size
        for word, size in sized
    )


def need(holds, name: str, rule: str, got, advice: str) -> None:
    """ValueError unless it holds: the rule, what came (of a tensor: kind, shape, ends), advice."""
    if holds:
        return
    if hasattr(got, "dtype") and getattr(got, "shape", ()):
        some = hasattr(got, "numel") and got.numel() and not got.is_complex()
        ends = f", {got.min().item():g} … {got.max().item():g}" if some else ""
        got = f"{got.dtype} {tuple(got.shape)}{ends}"
    else:
        got = f"{type(got).__name__} {got!r:.60}"
    raise Misfit(f"{name} must {rule}; got {got}. {advice}")
