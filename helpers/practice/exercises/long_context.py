"""Exercise of the notebook *Toward GPT-4*: the cache of a model with windows."""

from helpers.practice.exercise import Exercise


def cache_bytes(windows, kv_heads, head_size, length):
    kept = sum(length if w is None else min(w, length) for w in windows)  # tokens, over all layers
    return 2 * kept * kv_heads * head_size * 2  # a key and a value, 2 bytes a number


def _with(kept, times=4):
    """The same with another count of kept tokens, or another factor."""
    return lambda windows, heads, size, length: times * heads * size * kept(windows, length)


def _kept(windows, length):
    return sum(length if w is None else min(w, length) for w in windows)


SLIPS_OF_THE_CACHE = {
    "half of it: for each token a key *and* a value are kept, and a number takes 2 bytes.": _with(
        _kept, times=2
    ),
    "a key and a value are kept, and a number takes 2 bytes: both are missing.": _with(
        _kept, times=1
    ),
    "a layer whose window is None keeps the whole text.": _with(
        lambda windows, length: sum(min(w, length) for w in windows if w is not None)
    ),
    "here every layer keeps the whole text; one with a window of w keeps w tokens.": _with(
        lambda windows, length: len(windows) * length
    ),
    "a layer cannot keep more tokens than the text has: min(w, length).": _with(
        lambda windows, length: sum(length if w is None else w for w in windows)
    ),
    "this is one layer; the cache has one part for each.": (
        lambda windows, *given: cache_bytes(windows[-1:], *given)
    ),
    "this is what one token adds; the text has `length` tokens.": _with(
        lambda windows, length: len(windows)
    ),
}
GPT_OSS = [128, None] * 18
check_cache_bytes = Exercise(
    "11 The cache of a model with windows",
    "windows (one for each layer, None where it sees all), key-value heads, their size, length of "
    "the text -> bytes.",
    cache_bytes,
    cases={
        "the bytes for three layers and a long text": ([4, None, 4], 2, 8, 100),
        "the bytes for a text shorter than the window": ([16, 16, None], 1, 8, 10),
        "the bytes of gpt-oss-120b": (GPT_OSS, 8, 64, 131_072),
    },
    slips=SLIPS_OF_THE_CACHE,
    right=[
        _with(_kept),
        lambda windows, heads, size, n: sum(4 * heads * size * min(w or n, n) for w in windows),
    ],
    hints=[
        "Add up first how many tokens all layers keep together.",
        "A layer that sees everything (None) keeps `length` tokens, one with a window of w keeps "
        "`min(w, length)`.",
        "For each kept token: a key and a value of `kv_heads * head_size` numbers, 2 bytes each.",
    ],
)
