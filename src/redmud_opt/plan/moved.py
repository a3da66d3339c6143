"""What moved against the baseline: one row per act that is not what it was, the greatest change first.

    moved = amount in the plan − amount in the baseline           per act and period that both know

An act is told by its measure, the thing that does it (lane, line, storage, outlet, supply, option on what arises),
process, operating point, stream and period. A change below 1e-6 of the amount (of 1 t for each of its rows, if it is
less) is the solver's noise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from redmud_opt.network import Network

NOISE = 1e-6

LABELS = ("measure", "item", "process", "point", "stream", "period")
MOVED_COLUMNS = (*LABELS, "before", "after", "change")

ACTS = (
    ("flow", "flows", "flow_t", "lane"),
    ("feed", "feeds", "feed_t", "line"),
    ("bought", "purchases", "bought", "supply"),
    ("sold", "sales", "sold", "outlet"),
    ("placed", "placements", "placed_t", "storage"),
    ("put", "stocks", "put_t", "storage"),
    ("reclaimed", "stocks", "reclaimed_t", "storage"),
    ("stock", "stocks", "stock_t", "storage"),
    ("built", "builds", "units", "line"),
    ("closed", "closings", "units", "line"),
    ("opened", "openings", "", "lane"),
    ("yard", "yard_events", "", "item"),
    ("adopted", "reductions", "adopted", "option"),
    ("applied", "reductions", "applied_t", "option"),
)
"""Measure, table of a plan, its column (blank: being there counts 1), the column of the thing that acts."""

Key = tuple[str, ...]


def moved_table(
    before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame], shared: Collection[str]
) -> pd.DataFrame:
    """Acts that differ in periods that both plans have."""
    old, new = _acts(before, shared), _acts(after, shared)
    rows: list[tuple[Any, ...]] = []
    for key in {**old, **new}:
        parts = old.get(key, []), new.get(key, [])
        was, now = (sum(amounts) for amounts in parts)
        if abs(now - was) > NOISE * max(was, now, *map(len, parts)):
            rows.append((*key, was, now, now - was))
    rows.sort(key=lambda row: -abs(row[-1]))
    return pd.DataFrame(rows, columns=list(MOVED_COLUMNS))


def _acts(frames: Mapping[str, pd.DataFrame], shared: Collection[str]) -> dict[Key, list[float]]:
    """Labels → amounts, of purchases at every site that they go to."""
    found: dict[Key, list[float]] = {}
    for measure, frame, column, thing in ACTS:
        table = frames.get(frame)
        for row in () if table is None else table.to_dict("records"):
            labels = (row.get(name, "") for name in (thing, "process", "point", "stream", "period"))
            key = (measure, *(str(label) for label in labels))
            amount = float(row[column]) if column else 1.0
            if key[-1] in shared and amount != 0:
                found.setdefault(key, []).append(amount)
    return found


def moved_from_baseline(net: Network, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What moved; nothing where there is no baseline."""
    if net.before is None:
        return moved_table({}, {}, ())
    return moved_table(net.before.baseline.frames, frames, net.before.baseline.shared(net.case))


def baseline_record(net: Network) -> dict[str, Any]:
    """What a plan keeps of its baseline beside the tables: name, value, periods that stay; empty without one."""
    if net.before is None:
        return {}
    found = net.before.baseline
    return {
        "baseline": {"name": found.name, "value_cny": found.value_cny, "frozen": list(found.frozen(net.case))}
    }


def period_table(net: Network) -> pd.DataFrame:
    """The calendar: every period with its first day and the day after its last."""
    rows = [(p.name, p.start.isoformat(), p.end.isoformat()) for p in net.case.periods]
    return pd.DataFrame(rows, columns=["period", "start", "end"])
