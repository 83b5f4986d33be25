"""Wrong concepts, a module for each notebook: every one breaks a claim.

A module holds CONCEPTS, a list of `concept(...)`. `python tools/trials.py concepts` tries them all.
"""

import importlib
import pkgutil

CONCEPTS = [
    concept
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__))
    for concept in importlib.import_module(f"{__name__}.{module}").CONCEPTS
]
