from helpers.models.gpt import GPT
from helpers.text import playwright, tokenizers
from helpers.views.widgets import moe_routing

folder = "../data/checkpoints/moe_playwright"
model, tokenizer = GPT.load(folder), tokenizers.load(folder)
moe_routing(model, tokenizer, playwright.write(300, seed=949))
