"""Right calls of the widgets, as notebooks show them."""

import functools

import torch

from helpers.learning import captioning
from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.models.ngrams import NGrams
from helpers.models.transformer import Transformer, TransformerConfig
from helpers.models.vision import Captioner
from helpers.text import tokenizers
from helpers.text.tasks import number_words
from helpers.views import widgets
from helpers.views.widgets import reading
from helpers.views.widgets.mask_lab import presets
from tests.borders.calls.small import gpt, stream
from tests.borders.slips import call

TEXT = "to be\nor not to be"
NUMBER = "negative in it, zero in it"


@functools.cache
def readers() -> tuple[GPT, tokenizers.CharTokenizer]:
    """A tiny GPT and its tokenizer."""
    letters = tokenizers.CharTokenizer.from_text(TEXT)
    return gpt(vocab_size=letters.vocab_size), letters


def of_readers():
    """Widgets in which a model reads."""
    model, letters = readers()
    V, free = letters.vocab_size, {"text": "empty", "truth": "none"}
    ids = torch.tensor(letters.encode(TEXT))
    x, y = ids[:8].view(2, 4), ids[1:9].view(2, 4)
    yield call(widgets.one_batch, x, y, letters, stream(2, 4, 3))
    truth = lambda prefix: {"t": 1.0}  # noqa: E731
    yield call(widgets.attention_heatmap, (model, letters), TEXT, 0, 0)
    yield call(widgets.causal_mask, {"causal": model}, letters, TEXT)
    yield call(widgets.next_character, model, letters, TEXT, truth, free=free)
    yield call(
        widgets.sampling_temperature, model, letters, TEXT, truth, free=free | {"prompt": "empty"}
    )
    yield call(widgets.guessing_game, model, letters, TEXT, truth, 3, free=free)
    yield call(reading.next_probs, model, letters, TEXT)
    yield call(widgets.inside, model, letters, TEXT)
    merged = tokenizers.BPETokenizer.train(TEXT, 258)
    yield call(widgets.tokenizer_explorer, merged, TEXT, free=free)
    experts = gpt(vocab_size=V, n_expert=4)
    yield call(widgets.moe_routing, experts, letters, TEXT)
    floors = {"floor": 0.2}
    yield call(
        widgets.context_length, NGrams(ids, V), letters, ids, floors, free={"ids": "one more"}
    )
    config = GPTConfig(4, V, n_layer=1, n_head=1, n_embd=8)
    yield call(widgets.block_lab, ids, ids, config, floors, free={"train_ids": "one more"})
    words = number_words.tokenizer()
    spelled = Transformer(TransformerConfig(words.vocab_size, 1, 2, 8, dropout=0.0)).eval()
    yield call(widgets.word_by_word, spelled, words, ["7 2", "3 0"], 4)
    size = GPTConfig(16 + captioning.LENGTH, captioning.tokenizer().vocab_size, 1, 2, 16)
    yield call(widgets.drawing_reader, Captioner(size, 16, 4), 4)


def of_widgets():
    """Widgets of numbers."""
    yield call(widgets.attention_scale, 64, "1 (no scale)", 1)
    yield call(widgets.cache_steps, TEXT, 5, 8, 2, free={"written": "zero"})
    moved = torch.ones(4, 4, dtype=torch.bool)
    yield call(widgets.changed_token, {"B": moved}, "to b")
    yield call(widgets.compute_budget, 3.15e23, 1.75e11)
    yield call(widgets.concept_map, "GPT")
    yield call(widgets.diversity_error, 0.1, 0.05, 0.2, 1.0)
    x = torch.linspace(0, 1, 8)
    yield call(widgets.em_steps, x, x**2, 2, "apart", 1, free={"step": "zero"})
    yield call(
        widgets.expert_layer,
        list("to be"),
        stream(5, 4),
        free={"tokens": "empty in it", "logits": "one more"},
    )
    frame = [[1 / 13] * 13] * 8
    film = {"at": [0, 10], "frames": [frame, frame]}
    yield call(
        widgets.group_baseline, {"baseline: group": film, "hole": film}, 10, free={"step": "zero"}
    )
    yield call(widgets.LiveLoss, {"floor": 0.3}, free={"floors": f"empty, {NUMBER}"})
    yield call(widgets.model_sizes, "gpt2", "A100 40 GB (2020)", 8)
    yield call(presets, 8)
    names = [f" word{i}" for i in range(12)]
    yield call(
        widgets.next_word,
        {"Two and": (-torch.arange(40.0), names)},
        free={"texts": "one more in it in it"},
    )
    maps = torch.eye(5)
    yield call(widgets.one_copy, list("abcde"), maps, maps, maps)
    x = torch.tensor([[2.0, 1.0], [0.0, 3.0], [2.0, -1.0]])
    W = torch.tensor([[0.0, 1.0]])
    yield call(
        widgets.one_look,
        {"dog bites man": x},
        W,
        W,
        ["living"],
        ["living", "order"],
        1,
        free={"asks": "zero", "parts": "empty in it"},
    )
    yield call(widgets.rlhf_beta, 1.0)
    yield call(widgets.rotary, 5, 10_000, 0, 100, free={"distance": "zero"})
    yield call(widgets.window_reach, 3, 4)
    rows = [
        {
            "method": name,
            "rate": 1e-3,
            "seed": 0,
            "old_text": 0.0,
            "steps": [0, 1],
            "new": [2.0, 1.0],
            "old": [1.0, 2.0],
        }
        for name in ("rank 16", "all weights")
    ]
    yield call(widgets.lora_rank, rows, free={"rows": "one more"})
