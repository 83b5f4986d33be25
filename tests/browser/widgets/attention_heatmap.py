import torch

from helpers.models.config import GPTConfig
from helpers.models.gpt import GPT
from helpers.text import tokenizers
from helpers.views.widgets import attention_heatmap

folder = "../data/checkpoints/playwright"
shipped, tokenizer = GPT.load(folder), tokenizers.load(folder)
_ = torch.manual_seed(0)
untrained = GPT(GPTConfig(64, tokenizer.vocab_size, n_layer=2, n_head=3, n_embd=24))
models = {"shipped": (shipped, tokenizer), "untrained": (untrained, tokenizer)}
song = "VIOLA:\nHey, buzobe, sing buzobe,"
attention_heatmap(models, song, layer=3, head=1, position=song.rindex("buz"))
