import torch

from helpers.models.transformer import Transformer, TransformerConfig
from helpers.text.tasks import number_words
from helpers.views.widgets import word_by_word

tokenizer = number_words.tokenizer()
_ = torch.manual_seed(0)
model = Transformer(TransformerConfig(tokenizer.vocab_size, 1, 2, 8, dropout=0.0))
word_by_word(model, tokenizer, ["7 2 1 4", "3 0"], most=4)
