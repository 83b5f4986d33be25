"""Right calls of what stands in the room models."""

from dataclasses import replace

import torch

from helpers.models import (
    attention,
    bert,
    bigram,
    block,
    cache,
    grouped,
    induction,
    initialise,
    ladder,
    lens,
    losses,
    masks,
    mlp,
    ngrams,
    norms,
    positions,
    rnn,
    rounded,
    transformer,
    vision,
)
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text.tasks import drawings
from tests.borders.calls.small import LONGER, config, gpt, stream, tokens
from tests.borders.slips import call


def of_models():
    model, idx, y, x = gpt(), tokens(2, 5), tokens(2, 5), stream(2, 5, 8)
    layer, qkv = model.blocks[0].attention, stream(2, 2, 5, 4)
    maps = attention.maps(model, idx)
    filled = model.new_cache(2)
    with torch.no_grad():
        model(idx[:, :2], cache=filled)
    sizes = model.config.to_dict() | {"n_expert": 4}
    yield call(GPTConfig, **sizes, free={"n_layer": "zero", "dropout": "", "n_expert": "zero"})
    yield call(GPTConfig.preset, "gpt2")
    yield call(lens.streams, model, idx, free=LONGER)
    yield call(lens.lens, model, x, free={"x": "NaN, empty, shape"})
    yield call(lens.exchanged, model, idx, tokens(2, 5), [1, -1], free={"places": "one more"})
    yield call(GPT, model.config)
    yield call(model.forward, idx, y)
    yield call(model.forward, idx[:, 2:4], cache=filled, name="models.gpt.GPT.forward with cache")
    yield call(model.embed, idx, 0, free=LONGER | {"past": "zero"})
    yield call(model.place, x, 0, free={"past": "zero", "x": "NaN"})
    yield call(model.answer, x, free={"x": "NaN, empty"})
    yield call(model.new_cache, 2, free={"batch_size": "zero"})
    yield call(
        attention.attention_weights,
        stream(3, 4),
        stream(5, 4),
        masks.causal(3, 5),
        free={
            "q": "one for batch, batch for one, NaN",
            "k": "one for batch, batch for one, NaN",
            "visible": "one for batch, batch for one",
        },
    )
    yield call(attention.CausalSelfAttention, model.config)
    yield call(layer.forward, x, free={"x": "NaN, empty"})
    yield call(layer.heads, x, 0, free={"x": "NaN, empty", "past": "zero"})
    yield call(layer.weights, x, free={"x": "NaN, empty"})
    yield call(attention.MultiHeadAttention, 8, 2)
    multi = attention.MultiHeadAttention(8, 2)
    both = {"x": "NaN, empty", "source": "NaN, empty", "visible": "one for batch, batch for one"}
    yield call(multi.forward, x, stream(2, 6, 8), masks.full(5, 6), free=both)
    yield call(multi.weights, x, stream(2, 6, 8), masks.full(5, 6), free=both)
    yield call(attention.split_heads, x, 2, free={"x": "NaN, empty"})
    yield call(attention.merge_heads, qkv, free={"x": "NaN, empty, transposed, one more"})
    yield call(attention.maps, model, idx, free=LONGER)
    yield call(attention.with_mask, model, masks.causal(8), free={"visible": "transposed"})
    yield call(masks.causal, 3, 5)
    yield call(masks.full, 3, 5)
    yield call(masks.prefix, 4, 2, free={"known": "zero"})
    yield call(masks.window, 4, 2)
    yield call(masks.diagonal, 4)
    yield call(masks.leaks, masks.causal(4))
    yield call(masks.check, masks.causal(4), free={"visible": "shape"})
    any_shape = {"x": "shape"}
    yield call(rounded.coarse, stream(2, 32), 4, free=any_shape)
    yield call(rounded.coarsened, gpt(n_embd=32), 4)
    yield call(induction.previous_token_scores, maps, free={"maps": "empty"})
    yield call(induction.induction_scores, maps, tokens(2, 5, most=3), free={"idx": "out of range"})
    yield call(
        induction.followers, idx, free={"idx": "out of range, negative, one more, transposed"}
    )
    yield call(induction.without_head, model, 1, 1, free={"layer": "zero", "head": "zero"})
    for part in (block.PreNormBlock, block.PostNormBlock, block.PlainBlock, block.ResidualBlock):
        yield call(part, model.config)
        yield call(
            part(model.config).forward,
            x,
            name=f"models.block.{part.__name__}.forward",
            free={"x": "NaN, empty"},
        )
    yield call(block.AttentionBlock(model.config).forward, x, free={"x": "NaN, empty"})
    free = {"x": "NaN, empty, one for batch, batch for one"}
    for part in (mlp.MLP, mlp.SwiGLU):
        yield call(part, model.config)
        yield call(part(model.config).forward, x, free=free)
    yield call(norms.RMSNorm(8).forward, x, free=free)
    shared = replace(model.config, attention="grouped", n_kv_head=1)
    for part in (grouped.GroupedAttention, grouped.QKNormAttention, grouped.SlidingAttention):
        name = f"models.grouped.{part.__name__}"
        yield call(part, shared)
        yield call(part(shared).forward, x, name=f"{name}.forward", free={"x": "NaN, empty"})
        yield call(part(shared).weights, x, name=f"{name}.weights", free={"x": "NaN, empty"})
    yield call(losses.token_loss, stream(2, 5, 11), y, free={"logits": "NaN, one more"})
    yield call(initialise.gpt2, gpt(), 0.02)
    yield call(initialise.xavier, gpt(), 1.0)
    yield call(initialise.pytorch, gpt())
    yield call(ladder.step, "one head", model.config)
    yield call(positions.sinusoidal, 5, 8)
    yield call(positions.frequencies, 8)
    yield call(positions.ntk_base, 10_000.0, 8, 4.0)
    yield call(positions.halves, stream(8, 5), 2, free={"rows": "NaN, empty, one more"})
    yield call(positions.Rotary, model.config)
    turn, turned = positions.Rotary(model.config).turn, {"past": "zero"}
    turned["x"] = "NaN, empty, transposed, one for batch, batch for one"
    yield call(
        turn,
        stream(2, 2, 3, 4),
        2,
        free={"x": "NaN, empty, transposed, one for batch, batch for one", "past": "zero"},
    )
    yield call(norms.RMSNorm, 8)
    for kind in (cache.LayerCache, cache.WindowCache):
        yield call(
            kind(model.config, 2).append,
            qkv,
            qkv,
            free={"k": "NaN, swapped", "v": "NaN"},
            make=lambda kind=kind: kind(model.config, 2).append,
        )


def of_other_models():
    masked = bert.Bert(config(block="post-norm")).eval()
    idx, y, x = tokens(2, 5), tokens(2, 5), stream(2, 5, 8)
    yield call(bert.Bert, masked.config)
    yield call(masked.forward, idx, y)
    yield call(bert.mask_tokens, idx, 11, free=LONGER)
    yield call(
        bert.log_odds_ratio,
        masked,
        idx,
        1,
        3,
        tokens(2, 2),
        tokens(2, 2) + 1,
        free={"place": "zero", "other": "zero"},
    )
    yield call(bert.with_classes, gpt(), 3)
    table = bigram.Bigram(bigram.BigramConfig(11)).eval()
    yield call(bigram.BigramConfig, 11, 8)
    yield call(bigram.Bigram, bigram.BigramConfig(11))
    yield call(table.forward, idx, y)
    ids = {"ids": "one more"}
    yield call(bigram.Bigram.from_counts, tokens(40), 11, 0.01, free=ids)
    yield call(bigram.count_pairs, tokens(40), 11, free=ids)
    yield call(ngrams.NGrams, tokens(40), 11, 2, 3.0, free=ids | {"longest": "zero"})
    sizes = rnn.RNNConfig(11, 8)
    yield call(rnn.RNNConfig, 11, 8, 32, "gru")
    yield call(rnn.RNN, sizes)
    yield call(rnn.RNN(sizes).forward, idx, y)
    cell = {"x": "NaN, empty", "state": "NaN, empty", "from_input": "NaN", "from_state": "NaN"}
    for part in (rnn.Elman, rnn.GRU):
        yield call(part, 8, name=f"models.rnn.{part.__name__}")
        yield call(
            part(8).forward, x, stream(2, 8), free=cell, name=f"models.rnn.{part.__name__}.forward"
        )
    yield call(
        rnn.GRU(8).step,
        stream(2, 24),
        stream(2, 24),
        stream(2, 8),
        free={"from_input": "all", "from_state": "all", "state": "all"},
    )
    for part in (rnn.Seq2Seq, rnn.AttentiveSeq2Seq):
        yield call(part, sizes)
        yield call(
            part(sizes).forward,
            idx,
            tokens(2, 4),
            name=f"models.rnn.{part.__name__}.forward",
            free={"source": "one more, transposed", "targets": "one more"},
        )
    yield call(rnn.cross_weights, x, stream(2, 6, 8), free={"states": "NaN", "memory": "NaN"})
    both = transformer.TransformerConfig(12, 1, 2, 8, 0.0)
    whole = transformer.Transformer(both).eval()
    source, written = 3 + tokens(2, 6, most=9), 1 + tokens(2, 5, most=9)
    yield call(transformer.TransformerConfig, 12, 1, 2, 8, 0.0, free={"n_layer": "zero"})
    yield call(transformer.Transformer, both)
    yield call(transformer.DecoderBlock, both)
    loose = {"source": "one more", "idx": ""}
    yield call(whole.forward, source, written, written, free=loose)
    yield call(whole.encode, source, free={"source": "one more, transposed"})
    yield call(
        transformer.cross_maps,
        whole,
        source,
        written,
        free={"source": "one more", "idx": "one more"},
    )
    yield call(
        transformer.DecoderBlock(both).forward,
        x,
        stream(2, 6, 8),
        free={"y": "NaN, empty", "memory": "NaN, empty"},
    )
    images = drawings.draw(3, 0.05)[0]
    yield call(vision.patchify, images, 4, free={"images": "NaN, empty, one more"})
    yield call(
        vision.unpatchify, vision.patchify(images, 4), 4, 16, 16, free={"patches": "NaN, empty"}
    )
    sight = vision.Captioner(config(block_size=32), 16, 4)
    yield call(vision.Captioner, config(block_size=32), 16, 4, 1)
    yield call(sight.forward, images, tokens(3, 5), tokens(3, 5), free={"images": "NaN"})
