from helpers.models.gpt import GPT
from helpers.text import playwright, tokenizers
from helpers.views.widgets import guessing_game

folder = "../data/checkpoints/playwright"
model, tokenizer = GPT.load(folder), tokenizers.load(folder)
text = playwright.write(300, seed=5)[:60]
# Three are guessed rightly: the slider then changes what was paid.
guessing_game(model, tokenizer, text, playwright.next_char_probs, 20, guesses=text[20:23])
