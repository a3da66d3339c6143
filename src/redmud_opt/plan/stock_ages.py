"""How long hazardous waste has lain: the lots in stock at the end of each calendar year.

A stream with a storage clock says when it arose, and its lots have the ages of the frame `ages`; without a date it
counts from the first day of the horizon, and is at least so old. For others, first in, first out: what is left of a
storage is what was put in last. Days are counted to the end of the period from the first day of the period in which
it was put in, or from the date of the opening stock. There a lane starts the count anew, so ages stand before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from math import isnan
from typing import NamedTuple

from redmud_opt.plan.known import Known

NOTHING_T = 1e-9


class Lot(NamedTuple):
    """A lot in stock at the end of a calendar year, and its age."""

    storage: str
    site: str
    year: int
    stock_t: float
    age_days: float


def kept_since(known: Known) -> list[Lot]:
    """Every lot in stock at the end of a calendar year."""
    return [*_aged(known), *_lots(known)]


def _aged(known: Known) -> Iterator[Lot]:
    """Lots whose streams say when they arose."""
    sites = {row.name: row.site for row in known.case.storages}
    lasts = {period.year: period for period in known.case.periods}
    first = known.case.periods[0].start
    for row in known.frames["ages"].to_dict("records"):
        year = known.year[row["period"]]
        if known.streams[row["stream"]]["hazardous"] and lasts[year].name == row["period"]:
            age = float(row["age_days"])
            days = (lasts[year].end - first).days if isnan(age) else age
            yield Lot(row["storage"], sites[row["storage"]], year, float(row["stock_t"]), float(days))


def _lots(known: Known) -> Iterator[Lot]:
    """Lots of streams without an age."""
    puts: defaultdict[tuple[str, str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    stocks: defaultdict[tuple[str, str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in known.rows("stocks"):
        if row["hazardous"] and not row["arose"]:
            key = row["storage"], row["site"], row["material"]
            puts[key][row["period"]] += row["put_t"]
            stocks[key][row["period"]] += row["stock_t"]
    ends = {period.year: period for period in known.case.periods}
    for (storage, site, material), own in puts.items():
        for year, last in ends.items():
            came = _came(known, storage, material, own, last.end)
            for start, amount in _latest(came, stocks[storage, site, material].get(last.name, 0.0)):
                yield Lot(storage, site, year, amount, float((last.end - start).days))


def _came(
    known: Known, storage: str, material: str, puts: dict[str, float], end: date
) -> list[tuple[date, float]]:
    """What came into a storage before a day, the latest first."""
    first = known.case.periods[0].start
    came = [
        (row.arose_on or first, row.amount_t)
        for row in known.case.opening_stock
        if (row.storage, row.material) == (storage, material)
    ]
    came += [(known.periods[name].start, amount) for name, amount in puts.items()]
    return sorted((lot for lot in came if lot[0] < end), reverse=True)


def _latest(came: list[tuple[date, float]], stock: float) -> Iterator[tuple[date, float]]:
    """The latest lots that make up a stock."""
    for start, amount in came:
        taken = min(amount, stock)
        if taken > NOTHING_T:
            yield start, taken
        stock -= taken
