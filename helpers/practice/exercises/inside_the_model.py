"""Exercises of notebook *Inside the model*: a probe's score, control labels, the lens, a patch."""

import torch
from torch.nn import functional as F

from helpers.learning.probes import fit_probe, probe_accuracy
from helpers.practice.answers import normals
from helpers.practice.exercise import Exercise


def probe_score(x, labels, text_of):
    tested = text_of % 2 == 1
    probe = fit_probe(x[~tested], labels[~tested], 3)
    return probe_accuracy(probe, x[tested], labels[tested])


def _scored(trained, tested):
    """A score with a slip: which examples it is trained on, and which it is tested on."""

    def answer(x, labels, text_of):
        every = torch.arange(len(x))
        here, there = trained(every, text_of), tested(every, text_of)
        return probe_accuracy(fit_probe(x[here], labels[here], 3), x[there], labels[there])

    return answer


def _odd(every, text_of):
    return text_of % 2 == 1


def _even(every, text_of):
    return text_of % 2 == 0


def _all(every, text_of):
    return every >= 0


def _without_a_loop(x, labels, text_of):
    odd = text_of.remainder(2).bool()
    return (fit_probe(x[~odd], labels[~odd], 3)(x[odd]).argmax(-1) == labels[odd]).float().mean()


def _examples(seed):
    """120 examples of 12 texts; neighbours of one text are alike."""
    (own, noise), generator = normals(seed, (12, 8), (120, 8)), torch.Generator().manual_seed(seed)
    labels = torch.randint(3, (12,), generator=generator).repeat_interleave(10)
    text_of = torch.arange(12).repeat_interleave(10)
    x = own.repeat_interleave(10, dim=0) + 0.9 * noise
    x[:, :3] += 0.8 * F.one_hot(labels, 3)
    return x, labels, text_of


check_probe_score = Exercise(
    "20 A probe's score on other texts",
    "x (N, C), labels (N,), text_of (N,) -> a probe fitted on the texts with even numbers, its "
    "accuracy on those with odd ones.",
    probe_score,
    cases={"the score": _examples(4), "the score of other texts": _examples(2)},
    slips={
        "the probe is tested on texts that it has learned from.": _scored(_even, _even),
        "the probe learns from all texts, so also from those it is tested on.": _scored(_all, _odd),
        "it learns from all texts and is tested on all of them.": _scored(_all, _all),
        "this splits single characters, not texts: neighbours of one text are on both sides.": (
            _scored(lambda every, _: every % 2 == 0, lambda every, _: every % 2 == 1)
        ),
        "even and odd have changed places.": _scored(_odd, _even),
    },
    right=[_without_a_loop, _scored(_even, _odd)],
    hints=[
        "`text_of` says to which text an example belongs. Make a mask of it.",
        "`fit_probe(x, labels, 3)` with the examples where `text_of % 2 == 0`.",
        "Then `probe_accuracy(probe, x[tested], labels[tested])` with the others.",
    ],
)


def without_meaning(types, table):
    return table[types]


check_without_meaning = Exercise(
    "20 Labels without meaning",
    "types (N,), the number of each example's type, and table (K,), a label drawn for each type -> "
    "(N,), the control label of every example.",
    without_meaning,
    cases={
        "the labels": (torch.tensor([0, 2, 1, 2, 0, 3]), torch.tensor([5, 1, 4, 0])),
        "the labels of other types": (torch.tensor([1, 1, 0, 2, 2, 0]), torch.tensor([3, 6, 2])),
    },
    slips={
        "these are the types themselves: the probe would learn what the example looks like.": (
            lambda types, table: types
        ),
        "the table is read from its end.": lambda types, table: table.flip(0)[types],
        "every example has the same label.": lambda types, table: table[:1].expand(len(types)),
        "a label must belong to a type; here it belongs to the example's place.": (
            lambda types, table: table.repeat(len(types))[: len(types)]
        ),
    },
    right=[
        lambda types, table: table.gather(0, types),
        lambda types, table: torch.tensor([table[i].item() for i in types.tolist()]),
    ],
    hints=[
        "Two examples of the same type must have the same label.",
        "The label of an example of type 2 is `table[2]`.",
        "A tensor can be indexed by a tensor: all labels at once.",
    ],
)


def lens_logits(x, weight, bias, embedding):
    return F.layer_norm(x, x.shape[-1:], weight, bias) @ embedding.T


def _lens(norm):
    return lambda x, weight, bias, embedding: norm(x, weight, bias) @ embedding.T


def _normed(x):
    variance = x.var(-1, keepdim=True, unbiased=False)
    return (x - x.mean(-1, keepdim=True)) / (variance + 1e-5).sqrt()


check_lens_logits = Exercise(
    "20 The logit lens",
    "x (B, T, C), the final norm's weight and bias (C,), embedding (V, C), which is tied to the "
    "head -> logits (B, T, V).",
    lens_logits,
    cases={
        "the logits": normals(0, (2, 3, 6), (6,), (6,), (9, 6)),
        "the logits of another stream": normals(1, (1, 4, 5), (5,), (5,), (7, 5)),
    },
    slips={
        "the final norm is left out; the head has never seen such a stream.": (
            _lens(lambda x, weight, bias: x)
        ),
        "the norm's weight and bias are missing.": _lens(lambda x, weight, bias: _normed(x)),
        "the norm's bias is missing.": _lens(lambda x, weight, bias: _normed(x) * weight),
        "each position is normalised by itself, over its channels, not over the positions.": (
            _lens(lambda x, weight, bias: _normed(x.mT).mT * weight + bias)
        ),
        "these are probabilities; logits come before the softmax.": (
            lambda *given: lens_logits(*given).softmax(-1)
        ),
    },
    right=[
        _lens(lambda x, weight, bias: _normed(x) * weight + bias),
        lambda x, w, b, e: torch.einsum("btc,vc->btv", F.layer_norm(x, (len(w),), w, b), e),
    ],
    hints=[
        "What stands between the last block and the logits in a GPT? Two parts.",
        "`F.layer_norm(x, (C,), weight, bias)` normalises every position over its channels.",
        "Then the head: a product with the embedding, `@ embedding.T`.",
    ],
)


def with_patch(x, other, place):
    x = x.clone()
    x[:, place] = other[:, place]
    return x


def _patch(change):
    def answer(x, other, place):
        x = x.clone()
        change(x, other, place)
        return x

    return answer


def _put(x, where, values):
    x[:, where] = values


check_with_patch = Exercise(
    "20 A patch",
    "x and other (B, T, C), place -> x with the stream of the other run at this place.",
    with_patch,
    cases={
        "the stream": (*normals(0, (2, 5, 4), (2, 5, 4)), 2),
        "another stream": (*normals(1, (3, 6, 2), (3, 6, 2)), 4),
    },
    slips={
        "this exchanges the place after it: place t is row t.": (
            _patch(lambda x, other, t: _put(x, t + 1, other[:, t + 1]))
        ),
        "the value comes from the place before.": (
            _patch(lambda x, other, t: _put(x, t, other[:, t - 1]))
        ),
        "everything from the place on is exchanged; only one place may be.": (
            _patch(lambda x, other, t: _put(x, slice(t, None), other[:, t:]))
        ),
        "everything up to the place is exchanged; only one place may be.": (
            _patch(lambda x, other, t: _put(x, slice(t + 1), other[:, : t + 1]))
        ),
        "the two are added; a patch replaces.": (
            _patch(lambda x, other, t: _put(x, t, x[:, t] + other[:, t]))
        ),
        "all texts get the stream of the first one.": _patch(
            lambda x, other, t: _put(x, t, other[0, t])
        ),
        "this exchanges a channel, not a place.": (
            _patch(lambda x, other, t: x[..., t % 2].copy_(other[..., t % 2]))
        ),
    },
    right=[
        lambda x, other, t: torch.cat([x[:, :t], other[:, t : t + 1], x[:, t + 1 :]], dim=1),
        lambda x, other, t: torch.where(torch.arange(x.shape[1])[:, None] == t, other, x),
    ],
    hints=[
        "Make a copy first: the run that was given must stay as it is.",
        "Positions are the second dimension: `x[:, place]` is one place of all texts.",
        "`x[:, place] = other[:, place]`, and return the copy.",
    ],
)
