import math

import torch

from helpers.learning.masking import trained_under
from helpers.models.config import GPTConfig
from helpers.text import playwright
from helpers.text.tokenizers import CharTokenizer
from helpers.views.widgets import causal_mask
from helpers.views.widgets.mask_lab import presets

T, text = 12, playwright.write(30_000, seed=2)
tokenizer = CharTokenizer.from_text(text)
config = GPTConfig(T, tokenizer.vocab_size, n_layer=2, n_head=4, n_embd=32)


def train(visible, steps=60):
    return trained_under(visible, config, torch.tensor(tokenizer.encode(text)), steps=steps)


models = {name: train(mask, 100) for name, mask in presets(T).items()}
truth = [bits * math.log(2) for bits in playwright.surprisals(text)]
causal_mask(models, tokenizer, text, truth, train, position=60, mask="full")
