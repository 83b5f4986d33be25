"""A right call of every public function that a student may meet: what the slips start from.

free: what is no slip here. "shape": any shape will do; "negative": any sign; "zero", "NaN", …
"""

import functools
from functools import partial

import numpy as np
import torch

from helpers.learning import (
    balancing,
    beam,
    captioning,
    classifying,
    decoding,
    evaluation,
    fitting,
    masking,
    members,
    muon,
    optimizer,
    sampling,
    step,
    translation,
)
from helpers.learning.alignment import answers, closed_form, dpo, policy_gradient, preferences
from helpers.models import (
    attention,
    balance,
    bert,
    bigram,
    block,
    cache,
    induction,
    initialise,
    ladder,
    losses,
    masks,
    mlp,
    moe,
    ngrams,
    positions,
    rnn,
    routing,
    transformer,
    vision,
)
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.practice import checks
from helpers.text import batches, playwright, tokenizers
from helpers.text.playwright import exchanges, speeches
from helpers.text.tasks import drawings, number_words, pairs, repeats
from helpers.theory import (
    boosting,
    decomposition,
    depth,
    em,
    ensembles,
    expert_losses,
    graphs,
    hardware,
    mixtures,
    power_laws,
    printed,
    probability,
    scaling,
    serving,
    sharpness,
    simulation,
    students,
)
from tests.borders.slips import Call, call

LONGER = {"idx": "one more, transposed"}  # any text of the right tokens will do
REAL = "negative, shape"


@functools.cache
def calls() -> list[Call]:
    """Every right call; made once, since its models are."""
    torch.manual_seed(0)
    rooms = (of_models, of_experts, of_other_models, of_learning, of_alignment, of_text, of_theory)
    return [right for room in (*rooms, of_ensembles) for right in room()]


def gpt(**changes) -> GPT:
    """A tiny GPT."""
    return GPT(config(**changes)).eval()


def config(**changes) -> GPTConfig:
    """block_size 8, 11 tokens, two layers."""
    sizes = {"block_size": 8, "vocab_size": 11, "n_layer": 2, "n_head": 2, "n_embd": 8}
    return GPTConfig(**(sizes | changes))


def tokens(*shape: int, most: int = 11) -> torch.Tensor:
    """Random tokens."""
    return torch.randint(most, shape, generator=torch.Generator().manual_seed(1))


def stream(*shape: int) -> torch.Tensor:
    """Random real numbers."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(2))


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
    yield call(mlp.MLP, model.config)
    yield call(
        mlp.MLP(model.config).forward, x, free={"x": "NaN, empty, one for batch, batch for one"}
    )
    yield call(losses.token_loss, stream(2, 5, 11), y, free={"logits": "NaN, one more"})
    yield call(initialise.gpt2, gpt(), 0.02)
    yield call(initialise.xavier, gpt(), 1.0)
    yield call(initialise.pytorch, gpt())
    yield call(ladder.step, "one head", model.config)
    yield call(positions.sinusoidal, 5, 8)
    yield call(positions.frequencies, 8)
    kept = cache.LayerCache(model.config, 2)
    yield call(
        kept.append,
        qkv,
        qkv,
        free={"k": "NaN, swapped", "v": "NaN"},
        make=lambda: cache.LayerCache(model.config, 2).append,
    )


def of_experts():
    sparse, idx, logits = gpt(n_expert=4), tokens(2, 5), stream(6, 4)
    layer, free = (
        sparse.blocks[0].mlp,
        {"logits": "one more, transposed, one for batch, batch for one"},
    )
    gates = routing.TopK(2)(logits)
    yield call(moe.MoE, sparse.config)
    yield call(layer.forward, stream(2, 5, 8), free={"x": "NaN, one for batch, batch for one"})
    yield call(moe.SharedExpert, sparse.config)
    yield call(moe.mix, layer.experts, stream(6, 8), gates, free={"tokens": "NaN"})
    yield call(moe.layers, sparse)
    yield call(moe.observed, sparse)
    yield call(moe.routes, sparse, idx, free=LONGER)
    yield call(moe.upcycle, gpt(), 4, 2)
    yield call(routing.route, logits, 2, free=free)
    yield call(routing.Router(sparse.config).forward, stream(6, 8), free={"input": "all"})
    gate = {"logits": "one more, transposed"}
    for each in (
        routing.TopK(2),
        routing.Switch(1),
        routing.Biased(2, 4),
        routing.ExpertChoice(1.0),
    ):
        yield call(
            each.forward,
            logits,
            name=f"models.routing.{type(each).__name__}.forward",
            free=gate | ({} if type(each) is routing.Biased else {}),
        )
    yield call(routing.TopK, 2)
    yield call(routing.Switch, 1)
    yield call(routing.Biased, 2, 4)
    yield call(routing.ExpertChoice, 1.25)
    yield call(routing.Capacity, routing.TopK(2), 1.25)
    yield call(routing.ExpertDropout, routing.Router(sparse.config), 0.25, 2)
    yield call(routing.Capacity(routing.TopK(2), 1.0).forward, logits, free=gate)
    yield call(routing.first_come, gates, 2, free={"gates": "one more, transposed"})
    yield call(routing.capacity, 1.25, 16, 4, free={"n_choices": "zero"})
    yield call(balance.balance_loss, logits, 2, free=free)
    yield call(balance.chosen_share, logits, 2, free=free)
    yield call(balance.z_loss, logits, free=free)
    yield call(balance.expert_load, gates, free={"gates": "one more, transposed, batch for one"})
    yield call(
        balance.variation,
        balance.expert_load(gates),
        free={"counts": "out of range, wrong dtype, one more"},
    )
    yield call(balance.expected_experts_hit, 8, 2, 4, free={"n_tokens": "zero"})
    yield call(balance.expected_dropped, 64, 8, 1.25)
    yield call(balancing.BalanceLoss, 0.01, 0.001)
    yield call(balancing.BalanceLoss().__call__, sparse, idx, tokens(2, 5))
    yield call(balancing.BiasSteps, 0.01)


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


def of_learning():
    model, idx, ids = gpt(), tokens(2, 5), tokens(80)
    prompt = idx[:1]
    free = {"ids": "one more"}
    settings = {"temperature": 0.8, "top_k": 3, "top_p": 0.9, "min_p": 0.1}
    yield call(
        sampling.generate,
        model,
        idx,
        3,
        free={"max_new_tokens": "zero", "idx": "one more, transposed"},
    )
    yield call(
        sampling.generate,
        model,
        idx,
        3,
        generator=torch.Generator(),
        **settings,
        name="learning.sampling.generate with settings",
        free={"max_new_tokens": "zero", "min_p": "", "idx": "one more, transposed"},
    )
    yield call(sampling.Sampling, **settings)
    yield call(sampling.next_token_probs, stream(2, 11), **settings, free={"logits": "shape"})
    yield call(sampling.Sampling(0.0).probs, stream(2, 11), free={"logits": "shape"})
    probs = stream(2, 11).softmax(-1)
    rows = "one more, transposed, one for batch, batch for one"
    yield call(sampling.keep_top_k, probs, 3, free={"probs": rows})
    yield call(sampling.keep_min_p, probs, 0.1, free={"probs": rows})
    yield call(sampling.keep_top_p, probs, 0.9, free={"probs": rows})
    yield call(sampling.draw, probs, torch.Generator(), free={"probs": "one more, transposed"})
    yield call(
        beam.beam_search,
        model,
        prompt,
        3,
        2,
        end=0,
        free={"max_new_tokens": "zero", "idx": "one more, transposed", "end": "all"},
    )
    yield call(
        beam.search,
        lambda ids: torch.zeros(len(ids), 4).log_softmax(-1),
        [0],
        3,
        2,
        1,
        0.5,
        free={
            "max_new_tokens": "zero",
            "length_power": "negative",
            "end": "zero",
            "prompt": "one more, negative in it, zero in it",
        },
    )
    yield call(evaluation.token_losses, model, ids, 4, free=free)
    yield call(evaluation.losses_by_position, model, idx, idx)
    yield call(evaluation.evaluate, model, ids, 32, free=free)
    text = playwright.write(300, 1)
    letters = tokenizers.CharTokenizer.from_text(playwright.characters())
    writer = gpt(vocab_size=letters.vocab_size)
    yield call(evaluation.excess, writer, letters, text, 8)
    loss = {"steps": 1, "lr": 1e-3, "seed": 0, "weight_decay": 0.1}
    once = {"seed": "zero", "progress": "all", "name": "all"}
    yield call(
        fitting.fit,
        gpt(),
        partial(torch.ones, (), requires_grad=True),
        progress=False,
        **loss,
        free=once,
    )
    yield call(step.settings, **loss, free=once)
    yield call(
        masking.trained_under,
        masks.causal(8),
        model.config,
        ids,
        steps=1,
        seed=0,
        free=once | {"ids": "one more", "visible": "transposed"},
    )
    yield call(masking.mask_of, model)
    yield call(
        masking.below, stream(9, 5), stream(9, 5), free={"losses": "transposed", "truth": ""}
    )
    yield call(members.held_out, playwright.write(3000, 1), 0.25, 0, free={"seed": "zero"})
    yield call(members.log_probs, [model, gpt()], ids, free=free | {"models": "one more"})
    yield call(
        muon.orthogonal, stream(4, 6), free={"matrix": "one more, transposed, batch for one, NaN"}
    )
    yield call(muon.muon, model, 1e-3, 0.1)
    yield call(optimizer.optimizer, model, 1e-3, 0.1)
    yield call(optimizer.learning_rate, 3, 10, 1e-3, 2, free={"step": "zero", "warmup": "zero"})
    tagger = bert.with_classes(gpt(), 3)
    classes = tokens(80, most=3)
    once |= {"ids": "one more", "classes": "one more"}
    yield call(
        classifying.train,
        tagger,
        ids,
        classes,
        batch_size=2,
        steps=1,
        lr=1e-3,
        seed=0,
        progress=False,
        free=once,
    )
    yield call(classifying.right, tagger, ids, classes, free={"classes": "out of range, negative"})
    book = number_words.tokenizer()
    some = number_words.pairs([1, 22, 333])
    whole = transformer.Transformer(
        transformer.TransformerConfig(book.vocab_size, 1, 2, 8, 0.0)
    ).eval()
    yield call(
        translation.train,
        whole,
        some,
        steps=1,
        batch_size=2,
        lr=1e-3,
        progress=False,
        free={"progress": "all"},
    )
    yield call(translation.exact_match, whole, some)
    yield call(translation.right, whole, some)
    row = {"source": "one more", "max_new_tokens": "zero"}
    yield call(
        decoding.greedy, whole, some.sources, 3, free=row | {"source": "one more, transposed"}
    )
    yield call(decoding.beam, whole, some.sources[:1], 2, 3, free=row)
    names = captioning.tokenizer()
    sight = vision.Captioner(
        config(block_size=16 + captioning.LENGTH, vocab_size=names.vocab_size), 16, 4
    )
    yield call(
        captioning.train,
        sight,
        0.05,
        steps=1,
        batch_size=2,
        lr=1e-3,
        progress=False,
        free={"progress": "all"},
    )
    yield call(captioning.caption_log_probs, sight, drawings.draw(2, 0.05)[0])
    yield call(checks.future_effect, model, idx)
    yield call(checks.prefix_effect, model, idx)
    yield call(checks.cache_effect, model, idx)
    yield call(checks.twin_difference, model, idx)
    yield call(
        checks.examine,
        model,
        2.4,
        ids,
        1.0,
        free={"ids": "one more", "floor": "negative, all", "start_loss": "negative, swapped"},
    )
    yield call(
        checks.largest_difference, stream(2, 3), stream(2, 3), free={"one": "all", "other": "all"}
    )


def of_alignment():
    model, prompt, said = gpt(), tokens(1, 2), tokens(6, 3)
    once = {"seed": "zero"}
    flat = {"prompt": "transposed"}
    yield call(
        answers.answer_log_probs,
        model,
        prompt,
        said,
        free=flat | {"answers": "one more, transposed"},
    )
    yield call(
        answers.learn_answers,
        model,
        tokens(6, 5),
        steps=1,
        lr=1e-3,
        batch_size=2,
        seed=0,
        free=once | {"ids": "one more, transposed"},
    )
    probs, reward = stream(4).softmax(-1), stream(4)
    yield call(
        closed_form.optimal_policy,
        probs,
        reward,
        0.5,
        free={"reference": "batch for one", "reward": REAL},
    )
    yield call(
        closed_form.optimal_value,
        probs,
        reward,
        0.5,
        free={"reference": "batch for one", "reward": REAL},
    )
    logs = [-stream(4).abs() for _ in range(4)]
    names = ("policy_w", "policy_l", "reference_w", "reference_l")
    some = dict.fromkeys(names, "one for batch, batch for one")
    yield call(dpo.dpo_loss, *logs, 0.1, free=some)
    yield call(
        dpo.train,
        model,
        prompt,
        said,
        said.flip(0),
        beta=0.1,
        steps=1,
        batch_size=2,
        lr=1e-4,
        seed=0,
        free=once | flat,
    )
    yield call(
        policy_gradient.surrogate, stream(4), stream(4), stream(4), 0.1, free={"beta": "zero"}
    )
    yield call(
        policy_gradient.improve,
        model,
        prompt,
        lambda a: a.sum(1).float(),
        beta=0.1,
        steps=1,
        length=3,
        batch_size=4,
        lr=1e-4,
        seed=0,
        free=once | flat,
    )
    yield call(
        preferences.bradley_terry,
        stream(4),
        stream(4),
        free={"reward_winner": REAL, "reward_loser": REAL},
    )
    yield call(
        preferences.reward_loss,
        stream(4),
        stream(4),
        free={
            "reward_winner": "one for batch, batch for one",
            "reward_loser": "one for batch, batch for one",
        },
    )
    yield call(preferences.compare, stream(6), torch.Generator(), free={"rewards": ""})
    yield call(preferences.count_tokens, said, 11, free={"answers": "one more, transposed"})
    counted = preferences.count_tokens(said, 11)
    yield call(preferences.count_reward, counted, counted.flip(0), 0.005)


def of_text():
    ids = tokens(60)
    letters = tokenizers.CharTokenizer.from_text("to be or not")
    merged = tokenizers.BPETokenizer.train("low lower lowest", 258)
    yield call(batches.split, ids, 0.1, free={"ids": "negative, out of range, one more"} | {})
    yield call(
        batches.sample,
        ids,
        2,
        4,
        torch.Generator(),
        free={"ids": "negative, out of range, one more"},
    )
    yield call(
        batches.windows,
        ids,
        tokens(3),
        4,
        free={"ids": "negative, out of range, one more", "starts": "one more"},
    )
    yield call(batches.even_starts, ids, 4, 5, free={"ids": "negative, out of range, one more"})
    yield call(tokenizers.CharTokenizer.from_text, "to be")
    yield call(letters.encode, "to be", free={"text": "empty"})
    yield call(letters.decode, [1, 2], free={"ids": "one more, zero in it, empty"})
    yield call(tokenizers.BPETokenizer.train, "low lower", 258)
    yield call(merged.encode, "low", free={"text": "empty"})
    yield call(merged.decode, [1, 2], free={"ids": "one more, zero in it, empty"})
    yield call(playwright.write, 100, 1, free={"seed": "zero, none"})
    play = playwright.write(200, 1)
    for function in (
        playwright.surprisals,
        playwright.log2_prob,
        playwright.next_char_probs,
        playwright.writable_length,
    ):
        yield call(function, play[:60], free={next(iter(function.__annotations__)): "empty"})
    yield call(exchanges.passages, play)
    yield call(exchanges.exchanges, play)
    yield call(speeches.draw, 2, 10, 0, free={"seed": "zero"})
    for function in (speeches.applause, speeches.speech_kind, speeches.log2_prob):
        yield call(function, "Hey, bababa,", free={"answer": "empty"})
    yield call(number_words.in_digits, 42, free={"n": "zero"})
    yield call(number_words.in_words, 42, free={"n": "zero"})
    yield call(number_words.spelled, 42, free={"n": "zero"})
    several = {"numbers": "one more, zero in it"}
    yield call(number_words.pairs, [1, 22], free=several)
    yield call(number_words.spoken_digits, [1, 22], free=several)
    yield call(number_words.split, 0.1, 0, free={"seed": "zero"})
    yield call(pairs.WordTokenizer, ["be", "to"], free={"words": "all"})
    yield call(pairs.WordTokenizer(["be", "to"]).encode, "to be", free={"text": "empty"})
    yield call(
        pairs.WordTokenizer(["be", "to"]).decode,
        [3, 4],
        free={"ids": "one more, zero in it, empty"},
    )
    yield call(pairs.padded, [[5], [6, 7]], free={"rows": "one more"})
    some = number_words.pairs([1, 22, 333])
    yield call(some.sample, 2, torch.Generator())
    yield call(repeats.sample, 2, 30, 11, torch.Generator())
    x, y = repeats.sample(2, 30, 11)
    loose = "negative, out of range"
    yield call(repeats.surprisals, x, y, 11, free={"x": loose, "y": loose})
    yield call(drawings.draw, 2, 0.05, torch.Generator())
    yield call(drawings.posterior, drawings.draw(2, 0.05)[0], 0.05, free={"images": ""})
    yield call(drawings.glyph, "one", 2)


def of_theory():
    p, q = stream(3, 4).softmax(-1), stream(3, 4).abs() + 0.1
    q = q / q.sum(-1, keepdim=True)
    rows = "one for batch, batch for one"
    yield call(probability.entropy, p, free={"probs": rows})
    yield call(probability.cross_entropy, p, q, free={"p": rows, "q": rows})
    yield call(probability.kl, p, q, free={"p": rows, "q": rows})
    yield call(probability.perplexity, 1.5, free={"nats": "list, negative"})
    yield call(sharpness.sharpness, p, free={"weights": rows})
    yield call(sharpness.random_scores, [1, 2, 4], 4, 5, 0, free={"seed": "zero"})
    x = torch.ones(3, requires_grad=True)
    yield call(graphs.longest_chain, (x * 2 + x).exp(), free={"result": "all"})
    model, idx = gpt(), tokens(2, 5)
    yield call(depth.stream_sizes, model, idx, free=LONGER)
    yield call(depth.gradient_norms, model, idx, tokens(2, 5))
    yield call(
        depth.start_gradients,
        config(),
        initialise.gpt2,
        [0, 1],
        free={"seeds": "one more, zero in it"},
    )
    sizes, costs = [1e4, 1e5, 1e6, 1e7], [1.2, 0.9, 0.8, 0.77]
    loss = "one more in it, negative in it"
    yield call(power_laws.fit, sizes, costs, free={"losses": loss})
    yield call(power_laws.without_one, sizes, costs, free={"losses": loss})
    yield call(
        power_laws.bootstrap,
        sizes,
        [[c, c + 0.01] for c in costs],
        3,
        0,
        free={"seed": "zero", "losses": "one more in it, negative in it"},
    )
    law = scaling.HOFFMANN
    for function in (
        scaling.count_parameters,
        scaling.attention_flops_per_token,
        scaling.kv_cache_bytes_per_token,
        scaling.parameter_parts,
        serving.active_parameters,
    ):
        yield call(function, config())
    yield call(scaling.training_flops, 1e8, 1e9)
    yield call(scaling.optimizer_bytes, 1000, free={"n_params": "share"})
    yield call(law.loss, 1e8, 1e9)
    yield call(law.best_size, 1e18)
    gpu = hardware.GPUS["T4 (2018)"]
    yield call(hardware.training_seconds, 1e15, gpu, 8, 0.4)
    yield call(hardware.utilisation, 1e15, gpu, 8, 60.0)
    yield call(
        serving.experts_hit, [0.5, 0.5, 1.0], 4, free={"shares": "one more", "n_tokens": "zero"}
    )
    yield call(serving.all_to_all_bytes, 8, 2, 4)
    yield call(serving.MIXTRAL_8X7B.bytes_per_step, 4, free={"batch": "zero"})
    yield call(printed.agrees, "117M", 116_534_784, free={"computed": "negative, zero, share"})
    yield call(
        expert_losses.expert_losses,
        stream(3),
        stream(3, 2),
        stream(3, 2).softmax(-1),
        free={"outputs": ""},
    )


def of_ensembles():
    x, y = torch.linspace(-1, 1, 12), stream(12)
    real = {"x": "negative, NaN in it", "y": "negative"}
    mix = em.random_start(x, y)
    X = mixtures.design(x)
    h = mixtures.responsibilities(x, y, mix)
    yield call(
        mixtures.Mixture,
        mix.gate,
        mix.weights,
        mix.variances,
        free={"gate": "transposed", "weights": "transposed"},
    )
    one = {"x": "batch for one, one for batch, one more"}
    yield call(mixtures.gate_probabilities, x, mix.gate, free=one | {"gate": "transposed"})
    yield call(mixtures.design, x, free=one)
    for function in (mixtures.predict, mixtures.spread, mixtures.sample):
        yield call(function, x, mix, free=one)
    for function in (
        mixtures.log_density,
        mixtures.log_likelihood,
        mixtures.responsibilities,
        em.step,
    ):
        yield call(function, x, y, mix, free=real)
    yield call(em.fit, x, y, n_experts=2, seed=0, steps=3, free={"seed": "zero", "steps": "zero"})
    yield call(em.random_start, x, y, 2, 0, free={"seed": "zero"})
    yield call(em.fit_experts, x, y, h, free={"responsibilities": "one more"})
    yield call(em.gate_step, X, h, mix.gate)
    yield call(em.newton_direction, X, h, mix.gate)
    yield call(em.gate_objective, X, h, mix.gate)
    yield call(boosting.bootstrap, 10, 3, 0, free={"seed": "zero"})
    draws = boosting.bootstrap(12, 3)
    labels = 2.0 * (y > 0) - 1
    yield call(boosting.bagging, boosting.line, x, y, draws, free={"draws": "one more, transposed"})
    yield call(boosting.adaboost, boosting.stump, x, labels, 3)
    yield call(boosting.vote_weight, 0.3)
    yield call(boosting.line, x, y, torch.ones(12))
    yield call(boosting.stump, x, labels.double(), torch.ones(12).double() / 12)
    f = np.stack([y.numpy(), y.numpy() + 0.5], -1)
    free = {"y": "one more", "predictions": "one more, transposed"}
    yield call(decomposition.decompose, y.numpy(), f, free=free)
    yield call(decomposition.ambiguity, f, free={"predictions": "shape"})
    log_probs = stream(5, 3, 4).log_softmax(-1)
    yield call(decomposition.decompose_log_loss, tokens(5, most=4), log_probs)
    rates = {"c": 0.2, "alpha": 1.0, "lam": 0.1, "sigma2": 0.2, "K": 5, "T": 0.1}
    lists = dict.fromkeys(rates, "list")
    yield call(students.learning_curve, **rates, free=lists)
    yield call(students.training_error, 0.2, 1.0, 0.1, 0.2, free=lists)
    yield call(students.random_subsets, 0.2, 1.0, 4)
    yield call(
        students.error_matrix,
        students.random_subsets(0.2, 1.0, 4),
        0.1,
        0.2,
        free={"shared": "", "lam": "list", "sigma2": "list"},
    )
    yield call(students.unlearned, 1.0, 0.1, free=lists)
    yield call(ensembles.best_c, 1.0, 0.1, 0.2, free=lists)
    yield call(ensembles.best_lambda, 0.2, 1.0, 0.2, free=lists)
    E = students.error_matrix(students.random_subsets(0.2, 1.0, 4), 0.1, 0.2)
    yield call(ensembles.best_weights, E)
    yield call(simulation.simulate, **rates, N=10, runs=2, seed=0, free={"seed": "zero"})
