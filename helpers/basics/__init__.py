"""Floor 0: what every room needs: numbers as they come, and files written whole.

numbers   one number, or many numbers in any dress, checked
tensors   many numbers in any dress as one tensor
files     a file is written whole or not at all
parallel  all cores at once, and the results in order
"""
