from helpers.models.gpt import GPT
from helpers.text import playwright, tokenizers
from helpers.views.widgets import sampling_temperature

folder = "../data/checkpoints/playwright"
model, tokenizer = GPT.load(folder), tokenizers.load(folder)
opening = "A graveyard. Enter Ajax, Beatrix and Kent.\n\nKENT:\n"
sampling_temperature(model, tokenizer, opening, playwright.next_char_probs)
