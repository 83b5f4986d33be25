"""The rooms of the course, from the lowest floor to the highest.

basics    numbers as they come, and files written whole
text      where text comes from and how it becomes numbers
models    bigram, RNN, Transformer, BERT, GPT, and experts in them
theory    the mathematics beside the models
learning  training a model, measuring it, and letting it speak
views     pictures, plots and widgets
practice  claims, exercises, and bugs to be found

A room imports only from the floors below it, so `from helpers.text import playwright` loads
neither torch nor matplotlib.
"""
