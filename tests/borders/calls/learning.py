"""Right calls of what stands in the room learning."""

from functools import partial

import torch

from helpers.learning import (
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
    probes,
    recitation,
    sampling,
    sparse,
    speculative,
    step,
    translation,
)
from helpers.models import (
    bert,
    masks,
    transformer,
    vision,
)
from helpers.practice import checks
from helpers.text import playwright, tokenizers
from helpers.text.tasks import drawings, number_words
from tests.borders.calls.small import REAL, config, gpt, stream, tokens
from tests.borders.slips import call


def of_learning():
    model, idx, ids = gpt(), tokens(2, 5), tokens(80)
    prompt = idx[:1]
    free = {"ids": "one more"}
    vectors, classes = stream(20, 6), tokens(20, most=3)
    probe, some = probes.fit_probe(vectors, classes, 3), {"labels": "one more, out of range"}
    yield call(probes.fit_probe, vectors, classes, 3, free={"x": REAL, "n_classes": "one more"})
    yield call(probes.probe_accuracy, probe, vectors, classes, free={"x": REAL} | some)
    kinds, any_number = [*"abcdefghijklmnopqrst"], {"labels": "one more, out of range"}
    free_types = {"types": "one more", "seed": "zero"} | any_number
    yield call(probes.control_labels, kinds, classes, 0, free=free_types)
    yield call(sparse.SparseAutoencoder, 6, 5)
    yield call(sparse.fit_sparse, vectors, 5, 2, free={"x": REAL, "seed": "zero"})
    yield call(sparse.correlations, vectors, vectors, free={"features": REAL, "truths": REAL})
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
    p, q = stream(11).softmax(-1), stream(2, 11)[1].softmax(-1)
    either = {"p": "shape, one more, transposed", "q": "shape, one more, transposed"}
    yield call(speculative.acceptance, p, q, free=either)
    yield call(speculative.leftover, p, q, free=either)
    yield call(speculative.after_a_check, p, q, free=either)
    yield call(speculative.tokens_per_call, 0.9, 4)
    yield call(recitation.longest_runs, "to see", "to be", free={"written": "empty"})
    yield call(recitation.recited_share, "to see", "to be", 3, free={"written": "empty"})
    yield call(speculative.speculate, model, gpt(), prompt, 3, 2, free={"max_new_tokens": "zero"})
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
