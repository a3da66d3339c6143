"""Yards by height: curves, today's airspace, the first day of what is decided, what a measure blocks.

V(h)      straight lines between the points of the curve
airspace  V(height_m) with a curve;  area_m2 × height_m;  else airspace_m3;  blank: unlimited
start     the later of decision + lead_time_months and `earliest`
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from redmud_opt.case.case import Case
from redmud_opt.case.months import months_after
from redmud_opt.case.rules import YardMeasure
from redmud_opt.case.works import Raise, Storage, YardPoint

Curve = list[YardPoint]


def curves(case: Case) -> dict[str, Curve]:
    """Storage → its points, from the foot up."""
    found: dict[str, Curve] = {}
    for point in sorted(case.yard_curves, key=lambda point: point.height_m):
        found.setdefault(point.storage, []).append(point)
    return found


def volume_below(curve: Curve, height_m: float) -> float:
    """m³ below a height that lies on the curve."""
    for low, high in pairwise(curve):
        if height_m <= high.height_m:
            share = (height_m - low.height_m) / (high.height_m - low.height_m)
            return low.volume_m3 + share * (high.volume_m3 - low.volume_m3)
    return curve[-1].volume_m3


def airspace_m3(storage: Storage, curve: Curve | None) -> float | None:
    """Airspace at today's crest; None where nothing limits it."""
    if storage.height_m is not None and curve:
        return volume_below(curve, storage.height_m)
    if storage.height_m is not None and storage.area_m2 is not None:
        return storage.area_m2 * storage.height_m
    return storage.airspace_m3


def first_day(row: Raise | Storage, decision: date) -> date:
    """First day of a raise or a new yard that is decided on a day."""
    start = months_after(decision, row.lead_time_months or 0)
    return start if row.earliest is None else max(start, row.earliest)


def blocks_reclaim(measure: YardMeasure) -> bool:
    """Whether nothing is reclaimed once the measure is decided: so it is with a cap, if nothing else is said."""
    return (measure.blocks_reclaim or ("yes" if measure.kind == "cap" else "no")) == "yes"


def reduction(measure: YardMeasure) -> float:
    """Score by which a measure lowers the risk of its yard."""
    return (measure.risk_before or 0.0) - (measure.risk_after or 0.0)
