"""Floor 0: what every room needs: numbers as they come, and files written whole.

numbers    one number, or many numbers in any dress, checked
tensors    many numbers in any dress as one tensor
borders    what a function takes, checked when it is called
signature  what a function's own signature says of its arguments, checked
kinds      what an argument may be, in a word
gguf       a published model's file: its settings, and where its tensors lie
packed     many numbers as a short text
files      a file is written whole or not at all
parallel   all cores at once, and the results in order
"""
