"""The Playwright: a text whose entropy, and whose every probability, is exactly known."""

from helpers.text.playwright.play import (
    ANOTHER_COUPLET,
    LAST_EXCHANGE,
    PASSAGES,
    SPEECHES,
    bigram_entropy,
    characters,
    entropy_rate,
    grammar,
    log2_prob,
    mean_scene_length,
    next_char_probs,
    surprisals,
    unigram_entropy,
    writable_length,
    write,
)

__all__ = [
    "ANOTHER_COUPLET",
    "LAST_EXCHANGE",
    "PASSAGES",
    "SPEECHES",
    "bigram_entropy",
    "characters",
    "entropy_rate",
    "grammar",
    "log2_prob",
    "mean_scene_length",
    "next_char_probs",
    "surprisals",
    "unigram_entropy",
    "writable_length",
    "write",
]
