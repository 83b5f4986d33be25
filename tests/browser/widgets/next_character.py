from helpers.models.gpt import GPT
from helpers.text import playwright, tokenizers
from helpers.views.widgets import next_character

folder = "../data/checkpoints/playwright"
model, tokenizer = GPT.load(folder), tokenizers.load(folder)
text = playwright.write(300, seed=5)
next_character(model, tokenizer, text, playwright.next_char_probs, position=len(text))
