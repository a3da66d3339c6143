"""What can fail for want of room: days of cover, freeboard before the rains, waste left over. See `readiness`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import isnan, nan
from typing import Any, NamedTuple

from redmud_opt.case.works import Storage
from redmud_opt.plan.known import Known

NOTHING = 1e-9


class Reading(NamedTuple):
    """One reading of an indicator; NaN as denominator: it is an amount."""

    indicator: str
    at: str
    item: str
    period: str
    year: int
    numerator: float
    denominator: float = nan


def cover(known: Known) -> Iterator[Reading]:
    """By plant, class and period, where storages there take the class and all of them are limited."""
    yards = known.frames["yards"]
    keys = zip(yards["storage"], yards["period"], strict=True)
    room = dict(zip(keys, yards["free_t"].tolist(), strict=True))
    arising: defaultdict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in known.rows("arisings"):
        if row["waste"] and row["waste_class"]:
            arising[row["site"], row["waste_class"], row["period"]].append(row)
    for (site, waste_class, name), own in arising.items():
        free = [room.get((row.name, name), nan) for row in _takers(known, site, own)]
        if free and not any(map(isnan, free)):
            period = known.periods[name]
            daily = sum(row["arising_t"] for row in own) / period.days
            yield Reading("days_of_cover", site, waste_class, name, period.year, sum(free), daily)


def _takers(known: Known, site: str, arising: list[dict[str, Any]]) -> list[Storage]:
    """Storages at a site that take any of what arises there."""
    materials = {row["material"] for row in arising}
    dangerous = any(row["hazardous"] for row in arising)
    return [
        row
        for row in known.case.storages
        if row.site == site
        and not materials.isdisjoint(known.case.members(row.material))
        and (row.accepts_hazardous or not dangerous)
    ]


def freeboard(known: Known) -> Iterator[Reading]:
    """A yard with a rainy season, at the end of each period before one that is wetter."""
    states = {(row["storage"], row["period"]): row for row in known.frames["yards"].to_dict("records")}
    periods = known.case.periods
    for storage in known.case.storages:
        rain = _rain(known, storage)
        for t in range(len(rain) - 1):
            now, wet = (states.get((storage.name, periods[k].name)) for k in (t, t + 1))
            if now is None or wet is None or rain[t + 1] <= rain[t]:
                continue
            comes = wet["volume_m3"] - now["volume_m3"]
            left = now["airspace_m3"] - wet["kept_free_m3"] - now["volume_m3"]
            if comes > NOTHING and not isnan(left):
                where = storage.site, storage.name, periods[t].name, periods[t].year
                yield Reading("freeboard_before_rains", *where, max(left, 0.0), comes)


def _rain(known: Known, storage: Storage) -> list[float]:
    """How wet the wettest month of each period is; nothing without a rainy season."""
    if not storage.rainy_calendar:
        return []
    months = {r.month: r.share for r in known.case.calendars if r.calendar == storage.rainy_calendar}
    return [max(months.get(month, 1.0) for month in period.months) for period in known.case.periods]


def unplaced(known: Known) -> Iterator[Reading]:
    """By storage, at the end of the horizon."""
    last = known.case.periods[-1]
    classes = {row.name: row.waste_class for row in known.case.materials}
    lay: defaultdict[tuple[str, str], float] = defaultdict(float)
    for stock in known.case.opening_stock:
        lay[stock.storage, classes[stock.material]] += stock.amount_t
    closing: defaultdict[tuple[str, str, str, bool], float] = defaultdict(float)
    for row in known.rows("stocks"):
        if row["waste"] and row["period"] == last.name:
            own = row["waste_class"] or "none"
            closing[row["storage"], row["site"], own, row["hazardous"]] += row["stock_t"]
    left: defaultdict[tuple[str, str], float] = defaultdict(float)
    for (storage, site, waste_class, hazardous), amount in closing.items():
        left[site, storage] += max(0.0, amount - (0.0 if hazardous else lay[storage, waste_class]))
    for (site, storage), amount in left.items():
        if amount > NOTHING:
            yield Reading("unplaced", site, storage, last.name, last.year, amount)


ROOM = (cover, freeboard, unplaced)
