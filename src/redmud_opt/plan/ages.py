"""How old the waste in stock is, and what lies too long.

ages[storage, stream, period]            stock with a storage clock: age in days at the end of the period, days left
                                         until the strictest limit in force, tonnes beyond it, charge undiscounted
clock_overruns[role, lineage, period]    wastes whose streams carry no age (clocks that are aggregate, or soft without
                                         a price): tonnes that lie too long at least, first in first out over all
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from redmud_opt.case.months import months_after
from redmud_opt.case.rules import StorageClock
from redmud_opt.network import Network
from redmud_opt.network.network import Array

AGE_COLUMNS = (
    *("storage", "stream", "material", "origin", "arose", "period", "stock_t", "age_days", "role", "hard"),
    *("limit_days", "days_left", "overrun_t", "charge_cny"),
)
OVERRUN_COLUMNS = ("role", "lineage", "period", "stock_t", "limit_months", "overrun_t")
SHOWN_T = 1e-6
"""Tonnes that count as none here."""


def age_table(stocks: pd.DataFrame, net: Network) -> pd.DataFrame:
    """Every stock that carries an age."""
    storages = {storage.name: storage for storage in net.case.storages}
    streams = {stream.id: stream for stream in net.streams if stream.arose}
    rows = []
    for name, stream_id, period, amount in stocks[["storage", "stream", "period", "stock_t"]].itertuples(
        index=False
    ):
        stream = streams.get(stream_id)
        if stream is None or amount <= SHOWN_T:
            continue
        t, storage = net.time.position[period], storages[name]
        end, start = net.time.periods[t].end, net.clocks.start(stream.arose)
        lineage = net.lineages.by_id[stream.lineage]
        days = {
            row: net.clocks.limit_day(storage, row, stream.arose)
            for row in _rows(net, storage.name, stream.lineage, t)
        }
        first = min(days, key=lambda row: (days[row], not row.hard), default=None)
        left = np.nan if first is None else float((days[first] - end).days)
        charge = amount * float(net.clocks.charge_cny_per_t(storage, stream)[t])
        age = np.nan if start is None else float((end - start).days)
        limit = np.nan if first is None or start is None else float((days[first] - start).days)
        role = net.clocks.bound(storage, lineage)
        what = (name, stream_id, lineage.name, stream.origin, stream.arose, period, amount, age, role)
        hard = first is not None and first.hard
        rows.append((*what, hard, limit, left, amount if left < 0 else 0.0, charge))
    return pd.DataFrame(rows, columns=list(AGE_COLUMNS)).astype({"hard": bool})


def _rows(net: Network, storage: str, lineage: str, t: int) -> list[StorageClock]:
    """Rows of the pack that bind a waste in a storage in a period."""
    row = next(row for row in net.case.storages if row.name == storage)
    role = net.clocks.bound(row, net.lineages.by_id[lineage])
    return [one for one in net.clocks.rows(role) if net.clocks.in_force(one)[t]] if role else []


def overrun_table(
    stocks: pd.DataFrame, arisings: pd.DataFrame, made: pd.DataFrame, net: Network
) -> pd.DataFrame:
    """What lies too long at least, of wastes with a clock whose streams carry no age."""
    held = _held(stocks, net)
    came = _came(arisings, made, net)
    rows = []
    for (role, lineage), amounts in held.items():
        for t in np.flatnonzero(amounts > SHOWN_T).tolist():
            limits = [row.limit_months for row in net.clocks.rows(role) if net.clocks.in_force(row)[t]]
            if not limits:
                continue
            end = net.time.periods[t].end
            young = sum(a for day, a in came.get(lineage, []) if day < end <= months_after(day, min(limits)))
            over = float(amounts[t]) - young
            if over > SHOWN_T:
                rows.append((role, lineage, net.time.names[t], float(amounts[t]), min(limits), over))
    return pd.DataFrame(rows, columns=list(OVERRUN_COLUMNS))


def _held(stocks: pd.DataFrame, net: Network) -> dict[tuple[str, str], Array]:
    """(role, lineage) → tonnes in stock at the end of each period, of clocked waste without ages."""
    storages = {storage.name: storage for storage in net.case.storages}
    streams = {stream.id: stream for stream in net.streams if stream.origin and not stream.arose}
    found: dict[tuple[str, str], Array] = {}
    for name, stream, period, amount in stocks[["storage", "stream", "period", "stock_t"]].itertuples(
        index=False
    ):
        if stream in streams:
            lineage = net.lineages.by_id[streams[stream].lineage]
            role = net.clocks.bound(storages[name], lineage)
            if role:
                own = found.setdefault((role, lineage.id), np.zeros(len(net.time)))
                own[net.time.position[period]] += amount
    return found


def _came(arisings: pd.DataFrame, made: pd.DataFrame, net: Network) -> dict[str, list[tuple[date, float]]]:
    """Lineage → (day from which its age counts, tonnes); what lay there without a date counts as too old."""
    found: dict[str, list[tuple[date, float]]] = {}
    for frame, column in ((arisings, "arising_t"), (made, "made_t")):
        for stream, period, amount in frame[["stream", "period", column]].itertuples(index=False):
            day = net.time.periods[net.time.position[period]].start
            found.setdefault(stream.partition("@")[0], []).append((day, float(amount)))
    for row in net.case.opening_stock:
        if row.arose_on is not None:
            found.setdefault(row.material, []).append((row.arose_on, row.amount_t))
    return found
