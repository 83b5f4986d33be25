"""Wrong concepts of the notebook *Toward GPT-4*."""

from tests.mutations.concept import concept

NAME = "toward_gpt4"
CONCEPTS = [
    concept(
        "a reader that believes everything three nats less",
        NAME,
        "Nearly all of its probability",
        "",
        "log_belief = captioning.caption_log_probs(captioner, unseen).double()",
        "log_belief = captioning.caption_log_probs(captioner, unseen).double() - 3",
    ),
    concept(
        "a model that never sees the image",
        NAME,
        "The model names more than seven in ten",
        "",
        "log_belief = captioning.caption_log_probs(captioner, unseen).double()",
        "log_belief = captioning.caption_log_probs(captioner, 0 * unseen).double()",
    ),
    concept(
        "Bayes with another noise than the images have",
        NAME,
        "The model pays its KL above the floor",
        "",
        "exact = drawings.posterior(unseen, noise)",
        "exact = drawings.posterior(unseen, 0.3)",
    ),
    concept(
        "a model trained on every noise",
        NAME,
        "At ε = 0.3 the model is much surer",
        "",
        "losses = captioning.train(captioner, noise, steps=300, lr=5e-3, progress=False)",
        "losses = captioning.train(captioner, 0.3, steps=300, lr=5e-3, progress=False)",
    ),
    concept(
        "a cache that keeps the keys and no values",
        NAME,
        "At 128k tokens one reader's cache",
        "",
        "cache = scaling.kv_cache_bytes_per_token(gpt3) * T",
        "cache = scaling.kv_cache_bytes_per_token(gpt3) * T / 2",
    ),
    concept(
        "attention that computes scores and no weighted sum",
        NAME,
        "Attention overtakes the rest",
        "",
        "even = 2 * N / scaling.attention_flops_per_token(replace(gpt3, block_size=1))",
        "even = 4 * N / scaling.attention_flops_per_token(replace(gpt3, block_size=1))",
    ),
    concept(
        "positions beyond the table that were trained",
        NAME,
        "Beyond its table",
        "",
        'paid = {"zeros": beyond(0 * random), "random": beyond(random)}',
        'paid = {"zeros": beyond(table[192:]), "random": beyond(table[192:])}',
    ),
    concept(
        "a window of three and oneself",
        NAME,
        "Position 39 depends on",
        "",
        "masks.window(256, width=3)",
        "masks.window(256, width=4)",
    ),
    concept(
        "windows that hide nothing",
        NAME,
        "With a window of 16 the shipped model is lost",
        "",
        "with_mask(model, masks.window(256, width))(idx[:, :256])",
        "with_mask(model, masks.causal(256))(idx[:, :256])",
    ),
    concept(
        "a truth that is held against the first halves",
        NAME,
        "With all of its context it is near the truth",
        "",
        "playwright.surprisals(t)[129:257]",
        "playwright.surprisals(t)[1:129]",
    ),
]
