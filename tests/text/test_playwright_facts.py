"""The Playwright's exact expectations are the means of a long text."""

import math

import numpy as np
import pytest

from helpers.text import playwright
from helpers.text.playwright import expectation


@pytest.fixture(scope="module")
def big():
    """4 MB of text as a row of bytes."""
    return np.frombuffer(playwright.write(4_000_000, seed=8).encode("ascii"), dtype=np.uint8)


def ratio_and_error(totals, lengths):
    """Σ totals / Σ lengths over scenes, and its standard error (ratio estimator)."""
    ratio = totals.sum() / lengths.sum()
    spread = (totals - ratio * lengths).std() / lengths.mean()
    return ratio, spread / math.sqrt(len(lengths))


def scene_lengths(text):
    return np.array([len(scene) + len("Exeunt.\n\n") for scene in text.split("Exeunt.\n\n")[:-1]])


def test_the_mean_surprisal_of_a_long_text_is_the_entropy_rate(text, bits):
    lengths = scene_lengths(text)
    by_scene = np.add.reduceat(bits, np.cumsum(lengths) - lengths)
    mean, error = ratio_and_error(by_scene, lengths)
    assert abs(mean - playwright.entropy_rate()) < 4 * error
    assert error < 0.01 * mean  # a long text: the comparison is a sharp one


def test_the_mean_length_of_a_scene_is_exact(big):
    lengths = scene_lengths(big.tobytes().decode())
    error = lengths.std() / math.sqrt(len(lengths))
    assert abs(lengths.mean() - playwright.mean_scene_length()) < 4 * error


def entropy_of(counts):
    p = counts[counts > 0] / counts.sum()
    return -(p * np.log2(p)).sum()


def test_counted_pairs_have_the_exact_entropy(big):
    # .002 bits: what counting some megabytes is good for
    singles = entropy_of(np.bincount(big))
    pairs = entropy_of(np.bincount(128 * big[:-1].astype(np.int64) + big[1:]))
    assert singles == pytest.approx(playwright.unigram_entropy(), abs=0.002)
    assert pairs - singles == pytest.approx(playwright.bigram_entropy(), abs=0.002)


def test_the_entropy_rate_is_that_of_a_scene_over_its_length():
    # Scenes are independent: a row of n of them has n times the bits and n times the characters.
    bits_of_scene = expectation.scene_entropy(playwright.grammar())
    assert playwright.entropy_rate() * playwright.mean_scene_length() == pytest.approx(
        bits_of_scene
    )


def test_knowing_more_never_costs_more():
    by_knowledge = (
        playwright.entropy_rate(),
        playwright.bigram_entropy(),
        playwright.unigram_entropy(),
        math.log2(len(playwright.characters())),
    )
    assert by_knowledge[0] > 0 and sorted(by_knowledge) == list(by_knowledge)
