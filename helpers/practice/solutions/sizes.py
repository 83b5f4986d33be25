"""Notebook 09: sizes, tying, decay."""


def parameters_of(V, T, L, C, bias):
    block = 12 * C**2 + 2 * C  # attention 4·C², network 8·C², the scales of two norms
    final_norm = C
    if bias:
        block += 11 * C  # 3·C + C in attention, 4·C + C in the network, the shifts of two norms
        final_norm += C
    return V * C + T * C + L * block + final_norm


def tied_logits(idx, embedding):
    h = embedding[idx]  # (B, T, C)
    return h @ embedding.T  # (B, T, V)


def decay_groups(named):
    decayed = [name for name, p in named if p.dim() >= 2]
    spared = [name for name, p in named if p.dim() < 2]
    return decayed, spared
