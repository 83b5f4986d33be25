"""Exercise of the notebook *Summary*: the probability of all texts together."""

import torch

from helpers.practice.exercise import Exercise


def total(logits, texts):
    factors = logits.log_softmax(-1).gather(-1, texts[..., None])[..., 0]
    return factors.sum(-1).exp().sum()


def _total(logs=lambda z: z.log_softmax(-1), over=lambda f: f.sum(-1).exp(), end=torch.sum):
    """The sum with a slip: other factors, another product, or another end."""

    def answer(logits, texts):
        return end(over(logs(logits).gather(-1, texts[..., None])[..., 0]))

    return answer


TEXTS = torch.cartesian_prod(*[torch.arange(3)] * 2)  # all 9 texts of two tokens out of three
FREE = torch.randn(9, 2, 3, generator=torch.Generator().manual_seed(0))  # no distribution of texts
check_total = Exercise(
    "21 The probability of all texts",
    "logits (N, T, V) and the texts (N, T) that they are about -> the sum of P(text), one number.",
    total,
    cases={
        "the sum over nine texts": (FREE, TEXTS),
        "the sum over two of them": (FREE[:2], TEXTS[:2]),
    },
    slips={
        "logits are no probabilities: the softmax is missing.": _total(logs=lambda z: z),
        "the softmax runs over the positions; it belongs over the tokens.": (
            _total(logs=lambda z: z.log_softmax(1))
        ),
        "the factors of a text are added; the probability of a text is their product.": (
            _total(over=lambda f: f.exp().sum(-1))
        ),
        "this is the root of each product: add the logarithms of a text, take no mean.": (
            _total(over=lambda f: f.mean(-1).exp())
        ),
        "the texts are multiplied as well; their probabilities are added.": _total(end=torch.prod),
        "a mean over the texts is taken; add them.": _total(end=torch.mean),
        "the logarithm of each text's probability is added; take `.exp()` first.": (
            _total(over=lambda f: f.sum(-1))
        ),
    },
    right=[
        _total(over=lambda f: f.exp().prod(-1)),
        lambda logits, texts: sum(
            p.softmax(-1)[range(len(text)), text].prod()
            for p, text in zip(logits, texts, strict=True)
        ),
    ],
    hints=[
        "`logits.log_softmax(-1)` has ln P of every token; `gather` takes those that came.",
        "The probability of a text is the product of its factors: the exp of a sum of logarithms.",
        "Then add over all texts.",
    ],
)
