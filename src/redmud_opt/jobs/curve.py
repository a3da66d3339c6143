"""How a solve with integers came to its plan: best plan and bound over time, one point per change."""

from __future__ import annotations

from typing import Any

from redmud_opt.solve import Outcome, Progress

SAME = 1e-9
"""Relative difference up to which two amounts are one."""


def curve(outcome: Outcome) -> list[dict[str, Any]]:
    """Points of seconds, objective, bound, gap and phase; none of an LP. The first and the last always stand."""
    found: list[Progress] = []
    for point in outcome.progress if outcome.size.integers else ():
        if (
            not found
            or _differs(point.objective, found[-1].objective)
            or _differs(point.bound, found[-1].bound)
        ):
            found.append(point)
    if found and found[-1] is not outcome.progress[-1]:
        found.append(outcome.progress[-1])
    return [_record(point) for point in found]


def _differs(new: float | None, old: float | None) -> bool:
    if new is None or old is None:
        return new is not old
    return abs(new - old) > SAME * max(1.0, abs(old))


def _record(point: Progress) -> dict[str, Any]:
    return {
        "seconds": point.seconds,
        "objective": point.objective,
        "bound": point.bound,
        "gap": point.gap,
        "phase": point.phase,
    }
