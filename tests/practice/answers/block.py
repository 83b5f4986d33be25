"""Right and wrong answers to the exercises of notebook 06."""

import torch
from torch.nn import functional as F

from helpers.practice.exercises import check_after_dropout, check_layer_norm, check_stream


def pytorch_norm(x, weight, bias, eps):
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)


def by_moments(x, weight, bias, eps):
    mean = x.mean(dim=2, keepdim=True)
    variance = (x**2).mean(dim=2, keepdim=True) - mean**2
    return (x - mean) * torch.rsqrt(variance + eps) * weight + bias


def in_doubles(x, weight, bias, eps):
    x = x.double()
    variance = x.var(-1, correction=0, keepdim=True)
    return weight * (x - x.mean(-1, keepdim=True)) / torch.sqrt(variance + eps) + bias


def norm(dims=-1, correction=0, outside=False, own_eps=None):
    """LayerNorm with one slip."""

    def answer(x, weight, bias, eps):
        eps = eps if own_eps is None else own_eps
        variance, mean = torch.var_mean(x, dims, correction=correction, keepdim=True)
        spread = variance.sqrt() + eps if outside else (variance + eps).sqrt()
        return weight * (x - mean) / spread + bias

    return answer


def recursive(x, branches, final_norm):
    if not branches:
        return final_norm(x)
    (norm, f), *others = branches
    return recursive(x + f(norm(x)), others, final_norm)


def in_place(x, branches, final_norm):
    for norm, f in branches:
        x += f(norm(x))
    return final_norm(x)


def branch_by_branch(step):
    def answer(x, branches, final_norm):
        for norm, f in branches:
            x = step(x, norm, f)
        return final_norm(x)

    return answer


def all_from_the_first(x, branches, final_norm):
    return final_norm(x + sum(f(norm(x)) for norm, f in branches))


def returns_at_once(x, branches, final_norm):
    for norm, f in branches:
        x = x + f(norm(x))
        return final_norm(x)


def forgets_the_sum(x, branches, final_norm):
    for norm, f in branches:
        y = x + f(norm(x))
    return final_norm(y)


def no_final_norm(x, branches, final_norm):
    return recursive(x, branches, lambda x: x)


def norm_in_the_loop(x, branches, final_norm):
    for norm, f in branches:
        x = final_norm(x + f(norm(x)))
    return x


def by_where(x, kept, p, training):
    return torch.where(kept, x / (1 - p), 0.0) if training else x


def by_masked_fill(x, kept, p, training):
    rate = p if training else 0.0
    return (x * (1 / (1 - rate))).masked_fill(~kept & torch.tensor(training), 0.0)


def in_training(rule):
    return lambda x, kept, p, training: rule(x, kept, p) if training else x


def in_evaluation(rule):
    return lambda x, kept, p, training: x * kept / (1 - p) if training else rule(x, kept, p)


RIGHT = {
    check_layer_norm: [pytorch_norm, by_moments, in_doubles],
    check_stream: [recursive, in_place],
    check_after_dropout: [by_where, by_masked_fill],
}
WRONG = {
    check_layer_norm: [
        (norm(correction=1), "divided by C - 1"),
        (norm(correction=1, outside=True), "divided by C - 1"),
        (norm(dims=1), "over the positions"),
        (norm(dims=0), "over the batch"),
        (norm(dims=(0, 1)), "batch norm"),
        (norm(dims=(1, 2)), "positions and channels"),
        (norm(dims=(0, 1, 2)), "over everything"),
        (norm(outside=True), "outside the root"),
        (norm(own_eps=0), "another eps changes nothing"),
        (norm(own_eps=1e-5), "another eps changes nothing"),
        (norm(own_eps=0.1), "should be"),
        (lambda x, w, b, eps: pytorch_norm(x, w, b, eps**2), "eps is squared"),
        (
            lambda x, w, b, eps: w * (x - x.mean(-1, keepdim=True)) / x.var(-1, False, True) + b,
            "root",
        ),
        (lambda x, w, b, eps: F.rms_norm(x, x.shape[-1:], w, eps) + b, "not subtracted"),
        (lambda x, w, b, eps: pytorch_norm(x, None, None, eps), "weight and bias are missing"),
        (lambda x, w, b, eps: pytorch_norm(x, w, None, eps), "the bias is missing"),
        (lambda x, w, b, eps: pytorch_norm(x, None, b, eps), "the weight is missing"),
        (lambda x, w, b, eps: (pytorch_norm(x, None, b, eps)) * w, "it comes last"),
        (lambda x, w, b, eps: norm(outside=True)(x, w, b, eps**2), "should be"),
    ],
    check_stream: [
        (branch_by_branch(lambda x, norm, f: f(norm(x))), "nothing is added"),
        (branch_by_branch(lambda x, norm, f: norm(x + f(x))), "post-norm"),
        (branch_by_branch(lambda x, norm, f: norm(x) + f(norm(x))), "adds to the normalised"),
        (branch_by_branch(lambda x, norm, f: x + norm(f(x))), "on what it reads"),
        (branch_by_branch(lambda x, norm, f: x + f(x)), "without their norms"),
        (branch_by_branch(lambda x, norm, f: x + 2 * f(norm(x))), "should be"),
        (all_from_the_first, "read the first x"),
        (returns_at_once, "inside the loop"),
        (forgets_the_sum, "only the last branch"),
        (no_final_norm, "the final norm is missing"),
        (norm_in_the_loop, "once, at the end"),
        (lambda x, branches, final: final(final(recursive(x, branches, final)) + 1), "should be"),
    ],
    check_after_dropout: [
        (in_training(lambda x, kept, p: x * kept), "must grow"),
        (in_training(lambda x, kept, p: x * kept * (1 - p)), "you multiplied"),
        (in_training(lambda x, kept, p: x * kept / p), "you divided by p"),
        (in_training(lambda x, kept, p: x * ~kept / (1 - p)), "True means"),
        (in_training(lambda x, kept, p: x * kept / kept.float().mean()), "happened to be kept"),
        (in_training(lambda x, kept, p: x / (1 - p)), "what is dropped must be 0"),
        (in_training(lambda x, kept, p: x[kept] / (1 - p)), "the shape of"),
        (in_training(lambda x, kept, p: x * kept * (1 + p)), "should be"),
        (lambda x, kept, p, training: by_where(x, kept, p, not training), "this is x, unchanged"),
        (in_evaluation(lambda x, kept, p: x * kept / (1 - p)), "nothing may be dropped"),
        (in_evaluation(lambda x, kept, p: x * kept), "whatever the factor"),
        (in_evaluation(lambda x, kept, p: x * (1 - p)), "nothing may be rescaled"),
        (in_evaluation(lambda x, kept, p: x / (1 - p)), "nothing may grow"),
        (in_evaluation(lambda x, kept, p: 0 * x), "should be"),
    ],
}
