"""Exercises of the notebook *Adapt a model*: a loss on the answer only, and a teacher's loss."""

import torch
from torch.nn import functional as F

from helpers.learning.distilling import distillation_loss
from helpers.practice.answers import normals, then
from helpers.practice.exercise import Exercise


def targets_of_answer(ids, start):
    targets = ids[1:].clone()
    targets[: start - 1] = -100
    return targets


def _from(shift):
    """The targets with an answer that begins elsewhere."""
    return lambda ids, start: targets_of_answer(ids, start + shift)


def _same_tokens(ids, start):
    targets = ids[:-1].clone()
    targets[:start] = -100
    return targets


def _question_asked(ids, start):
    targets = ids[1:].clone()
    targets[start - 1 :] = -100
    return targets


def _by_where(ids, start):
    places = torch.arange(1, len(ids))
    return torch.where(places >= start, ids[1:], -100)


def _without_end(ids, start):
    targets = targets_of_answer(ids, start)
    targets[-1] = -100
    return targets


check_answer_targets = Exercise(
    "18 A loss on the answer only",
    "ids (T + 1,) of question and answer, start: where the answer begins -> targets (T,).",
    targets_of_answer,
    cases={
        "the targets of 7 tokens whose answer begins at place 4": (
            torch.tensor([31, 7, 8, 32, 11, 12, 33]),
            4,
        ),
        "the targets of 5 tokens whose answer begins at place 2": (
            torch.tensor([31, 32, 14, 15, 33]),
            2,
        ),
    },
    slips={
        "the question counts, too: its targets must be -100.": lambda ids, start: ids[1:],
        "shifted by one: the first token of the answer is not asked for. Place start - 1 predicts "
        "it.": _from(1),
        "shifted by one: the last token of the question is still asked for.": _from(-1),
        "the targets are not shifted: each place must predict the token that follows it.": (
            _same_tokens
        ),
        "the wrong part is left out: this asks for the question and not for the answer.": (
            _question_asked
        ),
        "the end is not asked for: the model would never learn to stop.": _without_end,
        "the place of what is left out must be -100, which the loss knows; 0 is a token.": (
            lambda ids, start: targets_of_answer(ids, start).clamp(min=0)
        ),
    },
    right=[
        _by_where,
        lambda ids, start: torch.cat([torch.full((start - 1,), -100), ids[start:]]),
    ],
    hints=[
        "As always the targets are the tokens one place later: `ids[1:]`.",
        "The answer's first token is `ids[start]`; the place before it, start - 1, predicts it.",
        "So the first start - 1 targets are -100, the sign of a place that is not asked about.",
        "`targets = ids[1:].clone()`, then `targets[: start - 1] = -100`.",
    ],
)


def loss_from_teacher(student, teacher, temperature):
    log_p = (teacher / temperature).log_softmax(-1)
    log_q = (student / temperature).log_softmax(-1)
    return temperature**2 * (log_p.exp() * (log_p - log_q)).sum(-1).mean()


def _kl(student, teacher, hot=1.0, cool=1.0):
    log_p, log_q = (teacher / hot).log_softmax(-1), (student / cool).log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum(-1).mean()


def _by_torch(student, teacher, temperature):
    log_p, log_q = ((x / temperature).log_softmax(-1) for x in (teacher, student))
    return temperature**2 * F.kl_div(log_q, log_p, log_target=True, reduction="batchmean")


def _cross_entropy(student, teacher, temperature):
    p = (teacher / temperature).softmax(-1)
    return -(temperature**2) * (p * (student / temperature).log_softmax(-1)).sum(-1).mean()


_student, _teacher = normals(22, (3, 5), (3, 5))
check_teacher_loss = Exercise(
    "18 A teacher's loss",
    "Logits of student and teacher (B, V), temperature τ -> τ² KL(teacher ‖ student), a mean.",
    loss_from_teacher,
    cases={
        "the loss at τ = 2": (_student, 2 * _teacher, 2.0),
        "the loss at τ = 3": (_teacher, 3 * _student, 3.0),
    },
    slips={
        "the factor τ² is missing: without it the gradients shrink as τ grows.": (
            lambda s, t, heat: _kl(s, t, heat, heat)
        ),
        "the factor is τ² and not τ.": lambda s, t, heat: heat * _kl(s, t, heat, heat),
        "you divided by τ²; it multiplies.": lambda s, t, heat: _kl(s, t, heat, heat) / heat**2,
        "the KL is reversed: this is KL(student ‖ teacher). The teacher says how much each token "
        "counts.": lambda s, t, heat: heat**2 * _kl(t, s, heat, heat),
        "only the teacher is softened; both are.": lambda s, t, heat: heat**2 * _kl(s, t, heat),
        "only the student is softened; both are.": (
            lambda s, t, heat: heat**2 * _kl(s, t, 1.0, heat)
        ),
        "the temperature is missing.": lambda s, t, heat: _kl(s, t),
        "logits are divided by τ, not multiplied.": (
            lambda s, t, heat: heat**2 * _kl(s, t, 1 / heat, 1 / heat)
        ),
        "this is the cross-entropy: the teacher's own entropy is not taken off. It would teach the "
        "same, but it is not 0 where both agree.": _cross_entropy,
        "the sum over the rows is not their mean.": then(
            lambda s, t, heat: torch.stack(
                [loss_from_teacher(a[None], b[None], heat) for a, b in zip(s, t, strict=True)]
            ),
            torch.sum,
        ),
        "the mean over the tokens is not their sum: divide by the rows alone.": (
            lambda s, t, heat: loss_from_teacher(s, t, heat) / s.shape[-1]
        ),
        "the teacher's likeliest token alone is used; its doubts are what a student learns from.": (
            lambda s, t, heat: F.cross_entropy(s, t.argmax(-1))
        ),
    },
    right=[distillation_loss, _by_torch],
    hints=[
        "Soften both: divide the logits by τ, then a softmax. Stay in logarithms.",
        "KL(p ‖ q) is the sum over tokens of p (ln p - ln q), p the teacher's.",
        "`log_p.exp() * (log_p - log_q)`, summed over the last axis; the mean over rows; times τ².",
    ],
)
