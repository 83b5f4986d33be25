"""Bugs that still train: famous mistakes, each as code that runs without an error. Do not copy.

in_the_model      attention, positions, head and start; and six models, of which one is sound
around_the_model  batches, optimizer, generation, and the balance loss
"""
