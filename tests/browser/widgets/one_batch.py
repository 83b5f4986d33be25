import torch

from helpers.text.tokenizers import CharTokenizer
from helpers.views.widgets import one_batch

tokenizer = CharTokenizer.from_text("well met\n")
ids = torch.tensor([tokenizer.encode("well met\n"), tokenizer.encode("met well\n")])
vectors = torch.nn.functional.one_hot(ids[:, :-1], tokenizer.vocab_size).float()
one_batch(ids[:, :-1], ids[:, 1:], tokenizer, vectors)
