"""Exact expectations over a grammar: entropy, length, characters and pairs of characters a scene.

Nothing is sampled. A passage is visited a known number of times, a slot has a known distribution,
and in every template a draw stands beside plain text or beside a slot it does not depend on, so
that expected counts of neighbouring characters are products. Text is a row of independent scenes,
so its entropy rate is H(scene) / E[length] (Cover & Thomas 2006, §4.2).
"""

import math
from collections import Counter

from helpers.text.playwright.grammar import Distribution, Grammar, Part

TINY = 1e-15  # visits that are left out: a scene this long hardly ever happens


def visits(grammar: Grammar) -> Counter:
    """The expected number of visits to each passage in a scene."""
    total, wave = Counter(), {grammar.start: 1.0}  # wave: P(the n-th passage is this one)
    while math.fsum(wave.values()) > TINY:
        total.update(wave)
        following = Counter()
        for name, weight in wave.items():
            following.update({n: weight * p for n, p in grammar.passages[name].then.items()})
        wave = following
    return total


def scene_entropy(grammar: Grammar) -> float:
    """H(scene) in bits: the entropy of every draw and of every choice of the next passage."""
    bits = []
    for name, weight in visits(grammar).items():
        draws = [grammar.slots[part.slot].entropy for part in grammar.parts[name] if part.draws]
        choice = [p * math.log2(p) for p in grammar.passages[name].then.values()]
        bits.append(weight * (math.fsum(draws) - math.fsum(choice)))
    return math.fsum(bits)


def pair_counts(grammar: Grammar) -> Counter:
    """The expected number of times each pair of neighbouring characters ends in a scene.

    The first character of a scene counts with the last of the scene before.
    """
    pairs: Counter[str] = Counter()
    for name, weight in visits(grammar).items():
        row = [_marginal(grammar, part) for part in grammar.parts[name]]
        for distribution in row:
            _add(pairs, weight, _inner_pairs(distribution))
        for left, right in zip(row, row[1:], strict=False):
            _add(pairs, weight, _joints(left, right))
        for following, p in (grammar.passages[name].then or {grammar.start: 1.0}).items():
            first = _marginal(grammar, grammar.parts[following][0])
            _add(pairs, weight * p, _joints(row[-1], first))
    return pairs


def character_counts(pairs: Counter) -> Counter:
    """The expected number of times each character occurs in a scene, from its pairs."""
    counts: Counter[str] = Counter()
    for pair, n in pairs.items():
        counts[pair[1]] += n
    return counts


def entropy_of(counts: Counter) -> float:
    """The entropy in bits of the distribution proportional to some counts."""
    total = math.fsum(counts.values())
    return -math.fsum(n / total * math.log2(n / total) for n in counts.values())


def _marginal(grammar: Grammar, part: Part) -> Distribution:
    """What a part writes when nothing is known: its slot's distribution, or its plain text."""
    if not part.slot:
        return {part.text: 1.0}
    return {part.case(s): p for s, p in grammar.slots[part.slot].marginal.items()}


def _inner_pairs(distribution: Distribution) -> Counter:
    """The expected pairs of neighbours within what a part writes."""
    pairs: Counter[str] = Counter()
    for string, p in distribution.items():
        for i in range(len(string) - 1):
            pairs[string[i : i + 2]] += p
    return pairs


def _joints(left: Distribution, right: Distribution) -> Counter:
    """The expected pair where one part ends and the next begins."""
    pairs: Counter[str] = Counter()
    for a, p in left.items():
        for b, q in right.items():
            pairs[a[-1] + b[0]] += p * q
    return pairs


def _add(pairs: Counter, weight: float, more: Counter) -> None:
    for pair, n in more.items():
        pairs[pair] += weight * n
