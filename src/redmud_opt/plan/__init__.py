"""Outcome → Plan: tidy tables, accounts, words; and the audit, which walks a second road."""

from redmud_opt.plan.audit import Audit, audit
from redmud_opt.plan.plan import Plan, make_plan

__all__ = ["Audit", "Plan", "audit", "make_plan"]
