"""Network → Pyomo model: one module per family; `formulation` is the table of contents."""

from redmud_opt.model.formulation import FORMULATION, build_model

__all__ = ["FORMULATION", "build_model"]
