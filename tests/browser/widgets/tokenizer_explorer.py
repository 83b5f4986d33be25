from helpers.text import playwright
from helpers.text.bpe import BPETokenizer
from helpers.views.widgets import tokenizer_explorer

text = playwright.write(50_000, seed=5)
tokenizer_explorer(BPETokenizer.train(text, 756), text[:180])
