"""Many solves of one case: what can be reached, and why something cannot."""

from redmud_opt.study.reach import explain

__all__ = ["explain"]
