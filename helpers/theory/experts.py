"""The old address of `em.fit_experts`."""

from helpers.theory.em import fit_experts

__all__ = ["fit_experts"]
