"""Many solves of one case: what can be reached, why something cannot, and which clause stands against it."""

from redmud_opt.study.reach import explain
from redmud_opt.study.standing import law_against

__all__ = ["explain", "law_against"]
