"""Work orders and manifests of a plan, month by month.

    shipments = plan_shipments(case, plan)
    shipments.work_orders      one row per month and consignment: wet and dry tonnes, loads, window, papers
    shipments.manifests        hazardous waste: the same by lot of the ledger, the first that must leave first
    shipments.unsplit          where no split keeps a limit, and why

    Σ wet_t, Σ dry_t of the orders of a lane, material and period = the plan's

A pure function of case and plan; the model knows nothing of months and loads. How amounts are laid on months:
`pacing`, `splitting`. Loads: `modes.load_t`; a mode without it has tonnes alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.case.case import Case, Period
from redmud_opt.plan import Plan
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.framing import framed
from redmud_opt.plan.papers import AND
from redmud_opt.report.shipments.consignments import Consignment, Lot, consignments
from redmud_opt.report.shipments.months import Months, valid_days
from redmud_opt.report.shipments.pacing import CLOCK, CLOCK_PASSED, Pacing, Unsplit
from redmud_opt.report.shipments.papers import MISSING, Held, Papers
from redmud_opt.report.shipments.splitting import SMALL_T, Split

ORDER_COLUMNS = (
    "order month period lane mode from_site consignor to_site consignee material status code hazard wet_t dry_t "
    "loads whole_loads part_load_t window_from window_to must_leave_by clock permit permit_why permit_clause "
    "document_kind document document_why document_clause"
)
MANIFEST_COLUMNS = (
    "order month lot from_site consignor to_site consignee mode material code hazard wet_t dry_t window_from "
    "window_to must_leave_by clock permit permit_why document document_why"
)
UNSPLIT_COLUMNS = "lane material period why month at wet_t most_t"
AMOUNTS = ("wet_t", "dry_t", "loads", "whole_loads", "part_load_t", "most_t")
SORTED_BY = ("month", "period", "from_site", "to_site", "material", "code")

HAZARDOUS = "hazardous_waste"


@dataclass(frozen=True)
class Shipments:
    """What leaves where, month by month. `left_out_t`: wet tonnes of consignments below a kilogram."""

    work_orders: pd.DataFrame
    manifests: pd.DataFrame
    unsplit: pd.DataFrame
    left_out_t: float = 0.0

    @property
    def missing(self) -> pd.DataFrame:
        """Orders with a placeholder: a code, a permit or a document is asked for and not in the case."""
        orders = self.work_orders
        holes = orders[["code", "permit", "document"]].apply(lambda cells: cells.str.contains(MISSING))
        return orders[holes.any(axis=1)] if len(orders) else orders


def plan_shipments(case: Case, plan: Plan) -> Shipments:
    """Work orders and manifests of a plan."""
    book = Book(case, plan.frames, None)
    papers, months = Papers(book), Months(case, book)
    every = consignments(book)
    given = [own for own in every if own.wet_t >= SMALL_T]
    held = [papers.of(own) for own in given]
    loads = {row.mode: row.load_t for row in live(case.modes) if row.load_t is not None}
    splits, unsplit = Pacing(book, months, loads).splits(given, held)
    names = _Names(book)
    found = list[Order]()
    for own, its, kept in zip(given, held, splits, strict=True):
        orders = list(_orders(own, its, kept, months, names))
        told = {one.why for one in unsplit if one.own is own}
        unsplit += [] if told & {CLOCK, CLOCK_PASSED} else _late(own, orders)
        found += orders
    found.sort(key=lambda one: tuple(one[0][name] for name in SORTED_BY))
    numbered = list(enumerate(found, start=1))
    return Shipments(
        _table([order | {"order": number} for number, (order, _) in numbered], ORDER_COLUMNS),
        _table([row | {"order": number} for number, (_, lots) in numbered for row in lots], MANIFEST_COLUMNS),
        _table([_told(one, book.period(one.own.t)) for one in unsplit], UNSPLIT_COLUMNS),
        sum(own.wet_t for own in every if own.wet_t < SMALL_T),
    )


Order = tuple[dict[str, Any], list[dict[str, Any]]]
"""An order with its manifest rows."""


def _table(rows: list[dict[str, Any]], said: str) -> pd.DataFrame:
    columns = said.split()
    numbers = [name for name in columns if name in AMOUNTS]
    whole = [name for name in columns if name == "order"]
    return framed([tuple(row[name] for name in columns) for row in rows], columns, numbers, whole)


def _told(one: Unsplit, period: str) -> dict[str, Any]:
    where = {"lane": one.own.lane, "material": one.own.material, "period": period, "month": one.month}
    return where | {"why": one.why, "at": one.at, "wet_t": one.wet_t, "most_t": one.most_t}


def _late(own: Consignment, orders: list[Order]) -> Iterator[Unsplit]:
    """The first lot whose window ends after its hard clock: its papers begin too late in the month."""
    for _, lots in orders:
        for row in lots:
            if row["clock"] == "hard" and row["must_leave_by"] < row["window_to"] and row["wet_t"] > SMALL_T:
                yield Unsplit(own, CLOCK, row["month"], row["wet_t"], 0.0, row["must_leave_by"])
                return


class _Names:
    """Who sends and who takes, by name."""

    def __init__(self, book: Book) -> None:
        self.book = book
        case = book.facts.case
        self._owner = {row.name: row.owner for row in live(case.sites)}
        self._buyer = {row.name: row.buyer for row in live(case.outlets)}

    def consignor(self, own: Consignment) -> str:
        """The owner of the site that it leaves; the site where nobody is named."""
        return self._owner.get(own.from_site) or own.from_site

    def consignee(self, own: Consignment) -> str:
        """Buyers, facilities and storages that take it; the site where it goes on."""
        found = [
            self._buyer.get(taker.receiver) or taker.receiver if taker.kind == "outlet" else taker.receiver
            for taker in own.takers
        ]
        return AND.join(dict.fromkeys(found)) or own.to_site

    def status(self, own: Consignment) -> str:
        """Legal status in the period."""
        stated = self.book.facts.materials[own.material].legal_status
        return HAZARDOUS if own.hazardous else "general_waste" if stated == HAZARDOUS else stated


def _orders(own: Consignment, held: Held, kept: Split, months: Months, names: _Names) -> Iterator[Order]:
    """The order of every month in which something moves, and its manifest rows."""
    until, dry = np.cumsum(kept.wet_t), own.dry_t / own.wet_t
    common = {
        "period": months.book.period(own.t),
        **{"lane": own.lane, "mode": own.mode, "from_site": own.from_site, "to_site": own.to_site},
        **{"consignor": names.consignor(own), "consignee": names.consignee(own)},
        **{"material": own.material, "status": names.status(own), "code": held.code, "hazard": held.hazard},
        **{"permit": held.permit.names, "permit_why": held.permit.why, "permit_clause": held.permit.clause},
        **{"document_kind": held.kind, "document": held.document.names},
        **{"document_why": held.document.why, "document_clause": held.document.clause},
    }
    for k, month in enumerate(months.of[own.t]):
        wet_t = float(kept.wet_t[k])
        if wet_t <= 0.0:
            continue
        first, last = _window(month, held)
        shares = _lots_between(own.lots, float(until[k]) - wet_t, float(until[k]))
        rows = [
            common
            | {"month": month.name, "lot": lot.name, "wet_t": amount, "dry_t": amount * dry}
            | _leaving([lot], first, last)
            for lot, amount in shares
        ]
        whole, part = (kept.whole[k], float(kept.part_t[k])) if kept.whole is not None else (nan, 0.0)
        order = common | {"month": month.name, "wet_t": wet_t, "dry_t": wet_t * dry, "whole_loads": whole}
        order |= {"part_load_t": part, "loads": whole + (part > 0.0)}
        yield order | _leaving([lot for lot, _ in shares], first, last), rows


def _window(month: Period, held: Held) -> tuple[date, date]:
    """First and last day of a month on which its papers are valid; of the month where they are not."""
    days = valid_days(month, held.of_border) & valid_days(month, held.of_receiver)
    return (min(days), max(days)) if days else (month.start, month.end - timedelta(days=1))


def _leaving(lots: list[Lot], first: date, last: date) -> dict[str, str]:
    """Window and clock: what must leave within the window makes it end that day."""
    window = {"window_from": first.isoformat(), "window_to": last.isoformat()}
    bound = [lot for lot in lots if lot.leave_by is not None]
    if not bound:
        return window | {"must_leave_by": "", "clock": ""}
    next_ = min(bound, key=lambda lot: (lot.leave_by or date.max, not lot.hard))
    day = next_.leave_by or date.max
    if next_.hard and first <= day < last and len(lots) == 1:
        window["window_to"] = day.isoformat()
    return window | {"must_leave_by": day.isoformat(), "clock": "hard" if next_.hard else "soft"}


def _lots_between(lots: list[Lot], start: float, end: float) -> list[tuple[Lot, float]]:
    """Lots that leave between two amounts, when those that must leave first go first."""
    found, begun = list[tuple[Lot, float]](), 0.0
    for lot in lots:
        amount = min(end, begun + lot.wet_t) - max(start, begun)
        if amount > 1e-9:
            found.append((lot, amount))
        begun += lot.wet_t
    return found
