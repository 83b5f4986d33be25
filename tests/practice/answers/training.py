"""Right and wrong answers to the exercises of notebook 07."""

import math

import torch
from torch.nn import functional as F

from helpers.learning import optimizer
from helpers.models.losses import token_loss
from helpers.practice.exercises import check_batch_loss, check_clipped, check_rate_at


def in_one_line(step, steps, peak, warmup):
    cosine = math.cos(math.pi * (step - warmup) / (steps - warmup))
    return peak * ((step + 1) / warmup if step < warmup else 0.55 + 0.45 * cosine)


def with_tensors(step, steps, peak, warmup):
    if step + 1 <= warmup:
        return torch.tensor(peak) * (step + 1) / warmup
    angle = torch.tensor(torch.pi * (step - warmup) / (steps - warmup))
    low = 0.1 * peak
    return low + (peak - low) * (angle / 2).cos() ** 2


def rising(line):
    def answer(step, steps, peak, warmup):
        return (
            line(step, steps, peak, warmup)
            if step < warmup
            else in_one_line(step, steps, peak, warmup)
        )

    return answer


def falling(part, begin=0, end=0):
    """The schedule with one slip after the warm-up."""

    def answer(step, steps, peak, warmup):
        if step < warmup:
            return peak * (step + 1) / warmup
        first, last = warmup + begin, steps + end
        return peak * part((step - first) / (last - first))

    return answer


def half(progress):
    return (1 + math.cos(math.pi * progress)) / 2


def tenth(progress):
    return 0.1 + 0.9 * half(progress)


def from_step_0(step, steps, peak, warmup):
    return peak * ((step + 1) / warmup if step < warmup else tenth(step / steps))


def no_end(step, steps, peak, warmup):
    return peak * ((step + 1) / warmup if step < warmup else tenth((step - warmup) / steps))


def through_the_peak(step, steps, peak, warmup):
    """The warm-up has one step too many."""
    return peak * (step + 1) / warmup if step <= warmup else in_one_line(step, steps, peak, warmup)


def by_cross_entropy(logits, idx):
    return F.cross_entropy(logits.flatten(0, 1), idx[:, 1:].flatten())


def by_the_helper(logits, idx):
    return token_loss(logits, idx[:, 1:])


def in_a_loop(logits, idx):
    B, T, _ = logits.shape
    paid = 0.0
    for b in range(B):
        for t in range(T):
            paid -= logits[b, t].softmax(-1)[idx[b, t + 1]].log().item()
    return paid / (B * T)


def token_costs(logits, idx):
    return F.cross_entropy(logits.mT, idx[:, 1:], reduction="none")


def of_targets(logits, targets):
    return F.cross_entropy(logits.mT, targets)


def pytorch_clips(gradients, most):
    parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    torch.nn.utils.clip_grad_norm_(parameters, most)
    return [parameter.grad for parameter in parameters]


def by_sums(gradients, most):
    norm = sum((g**2).sum().item() for g in gradients) ** 0.5
    if norm <= most:
        return gradients
    return tuple(g * most / norm for g in gradients)


def scaled(factor):
    return lambda gradients, most: [factor(gradients, most) * g for g in gradients]


def size(gradients):
    return torch.cat([g.flatten() for g in gradients]).norm()


RIGHT = {
    check_rate_at: [with_tensors, falling(tenth)],
    check_batch_loss: [by_cross_entropy, by_the_helper, in_a_loop],
    check_clipped: [pytorch_clips, by_sums, scaled(lambda g, most: most / max(size(g), most))],
}
WRONG = {
    check_rate_at: [
        (optimizer.learning_rate, "above a twentieth"),
        (rising(lambda step, steps, peak, warmup: peak * step / warmup), "must not be wasted"),
        (rising(lambda step, steps, peak, warmup: peak), "nothing warms up"),
        (rising(lambda step, steps, peak, warmup: (step + 1) / warmup), "parts of the peak"),
        (rising(lambda step, steps, peak, warmup: peak * (step + 1) / steps), "not after all"),
        (rising(lambda step, steps, peak, warmup: peak * (step + 2) / warmup), "should be"),
        (falling(half), "this falls to 0"),
        (falling(lambda p: max(0.1, half(p))), "cut off at a tenth"),
        (falling(lambda p: 0.1 + half(p)), "on top"),
        (falling(lambda p: 1 - 0.9 * p), "along a line"),
        (falling(lambda p: 0.1 + 0.9 * math.cos(math.pi * p / 2)), "a quarter of a period"),
        (falling(lambda p: tenth(2 * p)), "a whole period"),
        (falling(lambda p: tenth(1 - p)), "this rises"),
        (falling(lambda p: 0.9 + 0.1 * half(p)), "0.1 and 0.9"),
        (falling(lambda p: 1), "after the warm-up nothing"),
        (falling(tenth, end=-1), "one step early"),
        (falling(tenth, begin=-1), "there the rate is the peak"),
        (from_step_0, "counts from step 0"),
        (no_end, "divide by steps - warmup"),
        (
            lambda s, steps, peak, warmup: min(
                peak * (s + 1) / warmup, falling(tenth)(s, steps, peak, min(s, warmup))
            ),
            "ZeroDivisionError",
        ),
        (lambda *given: in_one_line(*given) if given[3] else given[2], "without a warm-up"),
        (through_the_peak, "this passes the peak"),
        (lambda *given: 3 * in_one_line(*given) ** 2, "should be"),
    ],
    check_batch_loss: [
        (lambda z, i: -by_cross_entropy(z, i), "the minus is missing"),
        (lambda z, i: token_costs(z, i).sum(), "this is the sum"),
        (lambda z, i: token_costs(z, i).sum(-1).mean(), "a whole text"),
        (lambda z, i: token_costs(z, i).sum(0).mean(), "sums over the texts"),
        (token_costs, "their mean is missing"),
        (lambda z, i: token_costs(z, i).mean(-1), "one number is asked"),
        (lambda z, i: by_cross_entropy(z, i) / math.log(2), "these are bits"),
        (lambda z, i: by_cross_entropy(z, i).exp(), "perplexity"),
        (lambda z, i: -(-token_costs(z, i)).exp().mean().log(), "this is -ln of the mean P"),
        (lambda z, i: (-token_costs(z, i)).exp().mean(), "the logarithm is missing"),
        (lambda z, i: of_targets(z, i[:, :-1]), "tokens that were read"),
        (lambda z, i: of_targets(z[:, -1:], i[:, -1:]), "only the last place"),
        (lambda z, i: of_targets(z[:, :-1], i[:, 1:-1]), "the last target is forgotten"),
        (lambda z, i: of_targets(z[:, 1:], i[:, 1:-1]), "one too late"),
        (lambda z, i: by_cross_entropy(z.softmax(-1), i), "two softmaxes"),
        (lambda z, i: F.cross_entropy(z.view(len(z), -1, z.shape[1]), i[:, 1:]), "mixes places"),
        (lambda z, i: F.nll_loss(z.log_softmax(1).mT, i[:, 1:]), "runs over the places"),
        (lambda z, i: F.nll_loss(z.log_softmax(0).mT, i[:, 1:]), "runs over the texts"),
        (lambda z, i: F.nll_loss(z.mT, i[:, 1:]), "log_softmax is missing"),
        (lambda z, i: by_cross_entropy(z, i.flip(0)), "should be"),
        (lambda z, i: token_costs(z, i).sum() / 6, "the loss of equal logits, ln V,"),
        (lambda z, i: F.cross_entropy(z.mT, i), "your code stopped"),
    ],
    check_clipped: [
        (lambda g, most: [most * each / each.norm() for each in g], "clipped alone"),
        (lambda g, most: [each.clamp(-most, most) for each in g], "cut at ±1"),
        (lambda g, most: g, "as they were"),
        (scaled(lambda g, most: most / size(g)), "this one has grown"),
        (scaled(lambda g, most: 1 / size(g)), "what is asked is the norm"),
        (scaled(lambda g, most: most / size(g) ** 2), "the root is missing"),
        (scaled(lambda g, most: most / sum(each.norm() for each in g)), "the norms of the tensors"),
        (scaled(lambda g, most: most / max(each.abs().max() for each in g)), "the largest number"),
        (scaled(lambda g, most: most / sum(each.abs().sum() for each in g)), "sum of the sizes"),
        (scaled(lambda g, most: size(g) / most), "upside down"),
        (scaled(lambda g, most: most / size(g) * 6**0.5), "do not average"),
        (scaled(lambda g, most: 0.3), "should be"),
        (lambda g, most: size(g), "return a list"),
        (lambda g, most: by_sums(g, most)[:1], "keep its place"),
    ],
}
