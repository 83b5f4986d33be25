"""Exercises of notebook *From GPT-1 to GPT-3*: the number of parameters."""

from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.practice.exercise import Exercise


def parameters_of(V, T, L, C, bias):
    block = 12 * C**2 + 2 * C  # attention 4·C², network 8·C², the scales of two norms
    final_norm = C
    if bias:
        block += 11 * C  # 3·C + C in attention, 4·C + C in the network, the shifts of two norms
        final_norm += C
    return V * C + T * C + L * block + final_norm


def _less(biased, **times):
    """The right number less so many C: once, or for each of V, T, L; with biases or without."""

    def answer(V, T, L, C, bias):
        sizes = {"V": V, "T": T, "L": L, "once": 1}
        less = sum(number * sizes[name] for name, number in times.items())
        return parameters_of(V, T, L, C, bias) - (C * less if bias == biased else 0)

    return answer


def _of_the_model(V, T, L, C, bias):
    named = GPT(GPTConfig(T, V, L, 1, C)).named_parameters()
    return sum(p.numel() for name, p in named if bias or not name.endswith("bias"))


def _part_by_part(V, T, L, C, bias):
    b = 1.0 if bias else 0.0
    attention = C * 3 * C + b * 3 * C + C * C + b * C
    network = C * 4 * C + b * 4 * C + 4 * C * C + b * C
    return C * (V + T) + L * (attention + network + 2 * (C + b * C)) + C + b * C


SLIPS_OF_COUNTING = {
    "the head is counted again; it is the embedding's own matrix.": _less(True, V=-1),
    "the positions are missing. (nanoGPT prints this number.)": _less(True, T=1),
    "the final norm is missing.": _less(True, once=2),
    "the final norm has C scales and C shifts.": _less(True, once=1),
    "the biases are missing, although bias is True.": lambda *size: parameters_of(*size[:4], False),
    "a block has two norms, of 2·C each; they are missing.": _less(True, L=4),
    "a block has two norms; you counted one.": _less(True, L=2),
    "the biases of the linear layers are missing: 9·C in a block.": _less(True, L=9),
    "only one block is counted.": lambda V, T, L, C, bias: parameters_of(V, T, 1, C, bias),
    "the biases are still counted.": lambda *size: parameters_of(*size[:4], True),
    "a norm's shift is a bias as well; only its scale stays.": _less(False, L=-2, once=-1),
    "the final norm's shift is a bias as well; only its scale stays.": _less(False, once=-1),
    "the shifts of the norms in the blocks are biases as well.": _less(False, L=-2),
    "the norms are gone altogether; their scales are no biases.": _less(False, L=2, once=1),
    "the final norm is gone altogether; its scale is no bias.": _less(False, once=1),
    "the norms of the blocks are gone altogether; their scales are no biases.": _less(False, L=2),
}
check_parameters_of = Exercise(
    "10 Parameters without biases",
    "V, T, L, C, bias (True or False) -> the number of parameters.",
    parameters_of,
    cases={
        "the number with biases": (50, 16, 3, 8, True),
        "the number without biases": (50, 16, 3, 8, False),
        "the number with biases of another model": (30, 64, 1, 20, True),
        "the number without biases of another model": (30, 64, 1, 20, False),
    },
    slips=SLIPS_OF_COUNTING,
    right=[_of_the_model, _part_by_part],
    hints=[
        "With biases it is the formula of the text. Which terms of 13·C are biases?",
        "13·C are 3·C + C + 4·C + C biases of the matrices, and two norms with a scale and a "
        "shift of C each.",
        "Without biases a block has 12·C² + 2·C, and the final norm C.",
    ],
)
