import torch

from helpers.models.ngrams import NGrams
from helpers.text import playwright
from helpers.text.tokenizers import CharTokenizer
from helpers.views.widgets import context_length

text = playwright.write(60_000, 0)
tokenizer = CharTokenizer.from_text(text)
ids = torch.as_tensor(tokenizer.encode(text))
context_length(
    NGrams(ids[:50_000], tokenizer.vocab_size), tokenizer, ids[50_000:], {"floor": 0.245}
)
