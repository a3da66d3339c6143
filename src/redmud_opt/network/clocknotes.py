"""What a user should know of the storage clocks of a case: stock that is late already, and what dates cannot see."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from redmud_opt.i18n import Message
from redmud_opt.network.clocks import UNKNOWN
from redmud_opt.network.network import Network


def clock_notes(network: Network) -> Iterator[Message]:
    """Opening stock without a date or beyond its limit, and how far a period may carry waste beyond a hard limit."""
    held = network.holdings
    for k in np.flatnonzero(held.opening_t > 0).tolist():
        storage, stream = held.storages[held.storage[k]], network.streams[held.stream[k]]
        values = {
            "storage": storage.name,
            "material": network.lineage(int(held.stream[k])).name,
            "amount": float(held.opening_t[k]),
        }
        must_go = not held.may_stay[k, 0]
        if stream.arose == UNKNOWN:
            yield Message("network.clock_undated_hard" if must_go else "network.clock_undated", values)
        elif stream.arose and must_go:
            yield Message("network.clock_late_stock", values | {"arose": stream.arose})
    worst = max(_overruns(network), default=None, key=lambda found: found[0])
    if worst is not None:
        days, storage_name, arose = worst
        yield Message("network.clock_overrun", {"days": days, "storage": storage_name, "arose": arose})


def _overruns(network: Network) -> Iterator[tuple[int, str, str]]:
    """(days, storage, arose): what lies there at the end of a period may stay within the next, past a hard limit."""
    held, clocks, periods = network.holdings, network.clocks, network.time.periods
    for k in range(len(held.storage)):
        storage, stream = held.storages[held.storage[k]], network.streams[held.stream[k]]
        lying = np.flatnonzero(held.may_stay[k, :-1] & ~held.may_stay[k, 1:])
        if not stream.arose or not len(lying):
            continue
        t = int(lying[-1])
        role = clocks.bound(storage, network.lineage(int(held.stream[k])))
        days = [clocks.limit_day(storage, row, stream.arose) for row in clocks.rows(role) if row.hard]
        yield (periods[t + 1].end - min(days)).days, storage.name, stream.arose
