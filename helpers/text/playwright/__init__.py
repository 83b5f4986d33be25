"""The Playwright: a text whose entropy, and whose every probability, is exactly known.

play         the scenes, and everything that is asked of them: text, probabilities, entropies
grammar      templates whose draws can be read back from the text
slots        the words, and which of them may stand where
pens         a Writer draws a text, a Reader finds the probability of one
expectation  entropy, length and character counts of a scene, without sampling
exchanges    the kind of exchange that each character stands in
speeches     the answers to one opening, a small world for reinforcement learning
"""

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
