"""Floor 6: claims that a cell checks."""

from helpers.practice.claims import claim

__all__ = ["claim"]
