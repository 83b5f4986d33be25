"""Wrong concepts of the notebook *The modern block*."""

from tests.mutations.concept import concept

NAME = "modern_block"
CONCEPTS = [
    concept(
        "one mean for all positions",
        NAME,
        "They agree where the mean is 0",
        "",
        "centred = x - x.mean(-1, keepdim=True)",
        "centred = x - x.mean()",
    ),
    concept(
        "the biases of queries, keys and values forgotten",
        NAME,
        "GPT-2 has",
        "",
        "replace(gpt2, bias=False, qkv_bias=False)",
        "replace(gpt2, bias=False)",
    ),
    concept(
        "rows taken for distances",
        NAME,
        "Along each diagonal",
        "",
        "scores.diagonal(-d) for d",
        "scores[d] for d",
    ),
    concept(
        "a bound that was tried on small matrices only",
        NAME,
        "With QK-norm no score is above",
        "",
        "made.qkv.weight.data *= scale",
        "made.qkv.weight.data *= 1",
    ),
    concept(
        "as wide a gated network as a plain one",
        NAME,
        "Inner width 256 or 171",
        "",
        "gated, plain = SwiGLU(llama_like), MLP(",
        "gated, plain = SwiGLU(replace(llama_like, n_hidden=256)), MLP(",
    ),
    concept(
        "keys compared after they are turned",
        NAME,
        "The first layer's keys are exact",
        "",
        "block.attention.split(block.attention_norm(x))[1]",
        "block.attention.heads(block.attention_norm(x))[1]",
    ),
    concept(
        "the distance taken for the place",
        NAME,
        "The curve's peak stands where the query seeks",
        "",
        "score_at(d, 10_000, seeks))",
        "score_at(d + 5, 10_000, seeks))",
    ),
    concept(
        "the model with turned positions trained without any",
        NAME,
        "Live, after 150 steps, rotary leads",
        "",
        'trained(positions="rotary", attention="grouped")',
        'trained(positions="none", attention="grouped")',
    ),
    concept(
        "a window in every layer",
        NAME,
        "Two layers look through a window",
        "",
        'attention="sliding/sliding/grouped", window=16)',
        'attention="sliding", window=16)',
    ),
    concept(
        "the model with all changes taken for the control",
        NAME,
        "All but rotary bring less than half",
        "",
        'for name in ("all but rotary", "rotary"))',
        'for name in ("all (Llama\'s block)", "rotary"))',
    ),
]
