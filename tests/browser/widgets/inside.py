import torch

from helpers.learning.probes import fit_probe
from helpers.models.gpt import GPT
from helpers.models.lens import streams
from helpers.text import tokenizers
from helpers.text.playwright import states
from helpers.views.widgets import inside

folder = "../data/checkpoints/playwright"
model, tokenizer = GPT.load(folder), tokenizers.load(folder)
text = "A graveyard. Enter Kent, Viola and York.\n\nVIOLA:\nTwo and five roses: how many, York?\n\n"
stream = streams(model, torch.tensor([tokenizer.encode(text)]))[:, 0]
known = torch.tensor(states.states(text)["kind"])
probes = [fit_probe(x[known >= 0], known[known >= 0], 10) for x in stream]
inside(model, tokenizer, text, {"kind": probes}, position=70, layer=3)
