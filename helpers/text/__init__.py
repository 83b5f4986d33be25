"""Floor 1: where text comes from and how it becomes numbers.

corpora           a text by name, or from a file
playwright        a text whose probabilities are exactly known
tasks             small problems with right answers
tokenizers        characters as tokens; a saved tokenizer is loaded again
simple_bpe        byte-pair encoding, whole, in a few lines
bpe               byte-pair encoding, as the course uses it
merges            the merges of byte-pair encoding, learned and applied fast
chats             questions and answers as rows of tokens
special           tokens that are names and no text
download          a download that ends
published         the tokens of GPT-2 and GPT-4
smollm            the tokens of SmolLM2, a real model of English
cuts              recorded cuts of published tokenizers
vocabulary_files  the tokens of a published model's folder
stream            a text that comes in chunks, tokenized in bounded memory
batches           windows of a text, side by side
documents         the texts in files, for training and for validation
shards            a text longer than memory, in files of tokens
prepare           text files become shards, from the command line
"""
