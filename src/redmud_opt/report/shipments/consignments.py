"""What moves together: of one material and legal status, on one lane, in one period. Loads are counted on that.

A consignment holds the streams of the plan and, of hazardous waste, the lots of the ledger; who takes it where it
arrives; and the day by which each lot must have left the sender's storages.

    leave by    the earliest last day, over the storages of the sender that take the waste and the clocks in force
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.facts import by
from redmud_opt.plan.audit.streams import UNDATED, Lineage
from redmud_opt.plan.ledger import ledger_tables

Key = tuple[str, str, str, str, str, int, bool, str]
"""lane, mode, from, to, material, period, whether hazardous, codes"""


class Lot(NamedTuple):
    """A part of a consignment; `leave_by` is bound by a hard clock or a soft one, None without any."""

    name: str
    wet_t: float
    leave_by: date | None = None
    hard: bool = False


class Taker(NamedTuple):
    """Who takes a waste or a product at a site in a period; a line takes it for its facility."""

    kind: str
    name: str
    receiver: str
    method: str | None


@dataclass
class Consignment:
    """One material of one status on one lane in one period."""

    lane: str
    mode: str
    from_site: str
    to_site: str
    material: str
    t: int
    hazardous: bool
    code: str
    lineages: dict[str, Lineage] = field(default_factory=dict)
    streams: list[str] = field(default_factory=list)
    dry_t: float = 0.0
    wet_t: float = 0.0
    lots: list[Lot] = field(default_factory=list)
    takers: dict[Taker, float] = field(default_factory=dict)
    """Tonnes of these streams that each takes at the site in the period, wherever they come from."""


def consignments(book: Book) -> list[Consignment]:
    """All of a plan, in order of time, sender, receiver, material."""
    found: dict[Key, Consignment] = {}
    for flow in book.flows:
        hazardous = book.status.hazardous(flow.stream, flow.t)
        codes = ";".join(sorted(book.status.codes(flow.stream))) if hazardous else ""
        ends = (flow.lane, flow.mode, flow.from_site, flow.to_site)
        key: Key = (*ends, flow.stream.material, flow.t, hazardous, codes)
        own = found.setdefault(key, Consignment(*key))
        own.lineages[flow.stream.lineage.name] = flow.stream.lineage
        own.streams.append(flow.stream.name)
        own.dry_t += flow.amount
        own.wet_t += book.wet(flow.stream, flow.amount)
    _add_lots(book, found)
    takers = _takers(book)
    for own in found.values():
        for name in own.streams:
            for taker, amount in takers.get((own.to_site, name, own.t), ()):
                own.takers[taker] = own.takers.get(taker, 0.0) + amount
    order = sorted(found, key=lambda key: (key[5], key[2], key[3], key[4], key[0], key[7]))
    return [found[key] for key in order]


def _add_lots(book: Book, found: Mapping[Key, Consignment]) -> None:
    """Lots of hazardous waste, the first to leave first."""
    frames = book.frames if "ledger" in book.frames else ledger_tables(book)
    since = dict(zip(frames["ledger_lots"]["lot"], frames["ledger_lots"]["since"], strict=True))
    ledger: pd.DataFrame = frames["ledger"]
    moves = ledger[ledger["event"] == "moves"]
    columns = ["lane", "mode", "from_site", "to_site", "stream", "period", "lot", "as_received_t"]
    amounts: defaultdict[Key, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    clocks = Leaving(book)
    leave: dict[tuple[Key, str], tuple[date | None, bool]] = {}
    for lane, mode, start, end, name, period, lot, wet_t in moves[columns].itertuples(index=False):
        stream, t = book.streams[name], book.dates.number[period]
        codes = ";".join(sorted(book.status.codes(stream)))
        key: Key = (lane, mode, start, end, stream.material, t, True, codes)
        amounts[key][lot] += wet_t
        leave[key, lot] = clocks.leave_by(start, stream.lineage, t, since[lot] or UNDATED)
    for key, lots in amounts.items():
        own = [Lot(lot, wet_t, *leave[key, lot]) for lot, wet_t in lots.items()]
        found[key].lots = sorted(own, key=lambda lot: (lot.leave_by or date.max, not lot.hard, lot.name))


class Leaving:
    """Asks the clocks by when a lot must have left a site."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._storages = by(book.facts.case.storages, "site")
        self._rows = lru_cache(maxsize=None)(self._bound)

    def _bound(self, site: str, lineage: Lineage, t: int) -> tuple[tuple[object, object], ...]:
        members = self.book.facts.members
        return tuple(
            (storage, row)
            for storage in self._storages.get(site, ())
            if storage.retrievable and lineage.material in members(storage.material)
            for row in self.book.clocks.rows(storage, lineage, t)
        )

    def leave_by(self, site: str, lineage: Lineage, t: int, since: str) -> tuple[date | None, bool]:
        """(last day, whether a hard clock sets it); (None, False) where nothing at the site has a clock for it."""
        days = [
            (self.book.clocks.last_day(storage, row, since), not row.hard)  # type: ignore[arg-type,attr-defined]
            for storage, row in self._rows(site, lineage, t)
        ]
        if not days:
            return None, False
        hard = [one for one in days if not one[1]]
        day, soft = min(hard or days)
        return day, not soft


def _takers(book: Book) -> dict[tuple[str, str, int], list[tuple[Taker, float]]]:
    """(site, stream, period) → who takes it there, and how much; what goes on by lane has no taker."""
    facts = book.facts
    found: defaultdict[tuple[str, str, int], list[tuple[Taker, float]]] = defaultdict(list)
    for sold in book.sales:
        own = Taker("outlet", sold.outlet, sold.outlet, facts.outlets[sold.outlet].method)
        found[sold.site, sold.stream.name, sold.t].append((own, sold.amount))
    for run in book.runs:
        fed = run.fed
        if fed.stream is not None:
            facility, method = facts.lines[fed.line].facility, facts.processes[fed.process].method
            own = Taker("line", fed.line, facility, method)
            found[run.site, fed.stream.name, fed.t].append((own, fed.amount))
    for placed in book.placements:
        own = Taker("storage", placed.storage, placed.storage, facts.storages[placed.storage].method)
        found[placed.site, placed.stream.name, placed.t].append((own, placed.amount))
    for kept in book.stocks:
        if kept.put > 0.0:
            own = Taker("storage", kept.storage, kept.storage, None)
            found[kept.site, kept.stream.name, kept.t].append((own, kept.put))
    return found
