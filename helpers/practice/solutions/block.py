"""Notebook 06: the block."""


def layer_norm(x, weight, bias, eps):
    centred = x - x.mean(-1, keepdim=True)
    variance = centred.square().mean(-1, keepdim=True)
    return weight * centred / (variance + eps).sqrt() + bias


def stream(x, branches, final_norm):
    for norm, f in branches:
        x = x + f(norm(x))
    return final_norm(x)


def after_dropout(x, kept, p, training):
    if not training:
        return x
    return x * kept / (1 - p)
