"""Shipments: the plan as monthly work orders and manifests, with the word where no split keeps a limit."""

from redmud_opt.report.shipments.orders import Shipments, plan_shipments

__all__ = ["Shipments", "plan_shipments"]
