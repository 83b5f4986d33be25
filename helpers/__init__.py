"""The rooms of the course: text, models, learning, theory, views, practice.

A room imports only from the floors below it, so `from helpers.text import playwright` loads
neither torch nor matplotlib.
"""
