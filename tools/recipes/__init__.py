"""The long runs that notebooks plot, one module per family.

A module has RECIPES, name -> settings as JSON can hold them, and run(settings, on_step, progress),
which does one and returns what is recorded; on_step may stop a training early.
"""
