"""Floor 0: what every room needs: numbers as they come, and files written whole.

numbers  one whole number, or many numbers in any dress, checked
files    a file is written whole or not at all
"""
