"""Network → Pyomo model: one module per family; `formulation` is the table of contents."""

from redmud_opt.model.formulation import FORMULATION, RELAXATION, build_model

__all__ = ["FORMULATION", "RELAXATION", "build_model"]
