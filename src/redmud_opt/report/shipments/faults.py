"""A second look at work orders: what they say against case and plan, by arithmetic of its own.

    sums      wet and dry tonnes of a lane, material and period are those of `flows`; of a lot those of the ledger
    loads     wet = whole loads × load + part;  0 ≤ part < load;  one part load at most per consignment
    time      windows lie in month and period, and where papers are held, on days on which one of them is valid
    room      until the end of each month no more has moved on a lane than its capacity until then, nor to an outlet
              that alone takes what comes there, than its capacity until then and a load of each consignment
    clock     what has a hard clock leaves before it runs out
    papers    hazardous waste has a code, and permit and document, or a reason and a clause

A limit that `unsplit` tells of is not asked again. Imports case, i18n and the frames of the plan: nothing of how the
orders were made but the names of their columns. Lines are judged where they are made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import repeat
from math import isnan
from typing import Any

import pandas as pd

from redmud_opt.case.case import Case, Period
from redmud_opt.i18n import Message
from redmud_opt.plan import Plan
from redmud_opt.report.shipments.orders import Shipments
from redmud_opt.report.shipments.papers import MISSING

RELATIVE, LEAST_T = 1e-6, 2e-3
"""Tolerances of sums: of the amount, and the kilogram that makes no load."""

CONSIGNMENT = ("lane", "material", "period", "status", "code")
EXCUSES = ("within", "own", "passes", "no_province")
"""Why a paper is not needed, each with the clause that would ask for it."""

Sums = dict[tuple[str, ...], float]
Row = dict[str, Any]


def shipments_faults(case: Case, plan: Plan, shipments: Shipments) -> list[Message]:
    """What is wrong with the work orders of a plan; nothing, where they hold."""
    check = _Check(case, plan, shipments)
    families = (
        check.sums,
        check.lots,
        check.loads,
        check.time,
        check.lanes,
        check.outlets,
        check.clocks,
        check.papers,
    )
    return [message for family in families for message in family()]


class _Check:
    def __init__(self, case: Case, plan: Plan, shipments: Shipments) -> None:
        self.case, self.frames = case, plan.frames
        self.orders, self.manifests = shipments.work_orders, shipments.manifests
        self.rows = _rows(self.orders)
        self.periods = {period.name: period for period in case.periods}
        self.moisture = {row.name: row.moisture for row in case.materials}
        self.load = {row.mode: row.load_t for row in case.modes if row.active and row.load_t is not None}
        told = shipments.unsplit[["lane", "material", "period", "why"]]
        self.told = set(told.itertuples(index=False, name=None))

    def _excused(self, lane: str, material: str, period: str, *whys: str) -> bool:
        return any((lane, material, period, why) in self.told for why in whys)

    # ---------------------------------------------------------------- sums

    def sums(self) -> Iterator[Message]:
        """Tonnes of the orders are those of the plan."""
        flows = self.frames["flows"]
        flows = flows.assign(material=[_material(stream) for stream in flows["stream"]])
        flows = flows.assign(wet=flows["flow_t"] / (1.0 - flows["material"].map(self.moisture).astype(float)))
        by = ["lane", "material", "period"]
        yield from _differ("sum_wet", _sums(flows, by, "wet"), _sums(self.orders, by, "wet_t"))
        yield from _differ("sum_dry", _sums(flows, by, "flow_t"), _sums(self.orders, by, "dry_t"))

    def lots(self) -> Iterator[Message]:
        """Manifest rows are those of the ledger and make up their orders; only hazardous waste has them."""
        ledger, hazardous = self.frames["ledger"], self.orders[self.orders["status"] == "hazardous_waste"]
        moves = ledger[ledger["event"] == "moves"]
        moves = moves.assign(code=moves["code"].where(moves["code"] != "", MISSING))
        named = self.manifests.merge(self.orders[["order", "lane", "period"]], on="order", how="left")
        by = ["lot", "lane", "period", "code"]
        yield from _differ("sum_lot", _sums(moves, by, "as_received_t"), _sums(named, by, "wet_t"))
        yield from _differ(
            "sum_order", _sums(hazardous, ["order"], "wet_t"), _sums(self.manifests, ["order"], "wet_t")
        )

    # ---------------------------------------------------------------- loads and time

    def loads(self) -> Iterator[Message]:
        """Whole loads, and one part load at most."""
        for (lane, material, period, *_), rows in _groups(self.rows, *CONSIGNMENT).items():
            load = self.load.get(rows[0]["mode"])
            if load is None or self._no_tonnes(material):
                fits = all(isnan(row["loads"]) and not row["part_load_t"] for row in rows)
            elif self._excused(lane, material, period, "load_over_capacity"):
                fits = all(isnan(row["loads"]) for row in rows)
            else:
                fits = (
                    all(map(_counted, rows, repeat(load))) and sum(r["part_load_t"] > 0.0 for r in rows) <= 1
                )
            if not fits:
                yield _fault("loads", place=" / ".join((lane, material, period)))

    def _no_tonnes(self, material: str) -> bool:
        return any(row.name == material and row.unit != "t" for row in self.case.materials)

    def time(self) -> Iterator[Message]:
        """Windows lie in their month and period, and on days on which a paper that is named is valid."""
        given = [(row.name, row.valid_from, row.valid_to) for row in self.case.permits]
        given += [(row.name, row.valid_from, row.valid_to) for row in self.case.approvals]
        papers = {name: (first or date.min, after or date.max) for name, first, after in given}
        for row in self.rows:
            period = self.periods[row["period"]]
            first, last = (date.fromisoformat(row[name]) for name in ("window_from", "window_to"))
            inside = (
                period.start <= first <= last < period.end
                and f"{first:%Y-%m}" == f"{last:%Y-%m}" == row["month"]
            )
            valid = self._excused(row["lane"], row["material"], row["period"], "papers_expired") or all(
                any(papers[n][0] <= day < papers[n][1] for n in row[paper].split(";") if n in papers)
                for paper in ("permit", "document")
                if row[f"{paper}_why"] == "held"
                for day in (first, last)
            )
            if not (inside and valid):
                yield _fault("window", order=row["order"], start=row["window_from"], end=row["window_to"])

    # ---------------------------------------------------------------- room

    def lanes(self) -> Iterator[Message]:
        """Nothing has moved on a listed lane before its capacity."""
        limited = {row.name: row for row in self.case.lanes if row.active and row.capacity_t is not None}
        full = {(told[0], told[2]) for told in self.told if told[3] in ("lane_full", "lane_closed")}
        for (lane, period), rows in _groups(self.rows, "lane", "period").items():
            row = limited.get(lane)
            if row is not None and (lane, period) not in full:
                room = self._until(self.periods[period], row.capacity_t or 0.0, row.per, row.calendar)
                yield from _beyond("lane", lane, rows, row.basis, room, LEAST_T * len(rows))

    def outlets(self) -> Iterator[Message]:
        """Nothing comes to an outlet that alone takes what comes before its capacity, but for a load of each."""
        alone = self._alone()
        for outlet in self.case.outlets:
            if not outlet.active or outlet.max_t is None or outlet.contract or outlet.opens or outlet.closes:
                continue
            mine = [
                row
                for row in self.rows
                if row["to_site"] == outlet.site and (outlet.name, row["material"], row["period"]) in alone
            ]
            for (period,), rows in _groups(mine, "period").items():
                if any(self._excused(r["lane"], r["material"], period, "receiver_full") for r in rows):
                    continue
                room = self._until(self.periods[period], outlet.max_t, outlet.per, outlet.calendar)
                modes = [own[0]["mode"] for own in _groups(rows, *CONSIGNMENT).values()]
                slack = sum(self.load.get(mode, 0.0) for mode in modes) + LEAST_T * len(rows)
                yield from _beyond("outlet", outlet.name, rows, outlet.basis, room, slack)

    def _alone(self) -> set[tuple[str, str, str]]:
        """(outlet, material, period) where nothing else is done with a material at the site of the outlet."""
        takers: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
        site = {row.name: row.site for row in self.case.facilities}
        line = {row.name: site[row.facility] for row in self.case.lines if row.facility in site}
        for name, by in (
            ("sales", "outlet"),
            ("feeds", "line"),
            ("placements", "storage"),
            ("stocks", "storage"),
        ):
            frame = self.frames[name]
            where = frame["line"].map(line) if name == "feeds" else frame["site"]
            for at, taker, stream, period in zip(
                where, frame[by], frame["stream"], frame["period"], strict=True
            ):
                takers[at, _material(stream), period].add(taker)
        flows = self.frames["flows"]
        for at, stream, period in zip(flows["from_site"], flows["stream"], flows["period"], strict=True):
            takers[at, _material(stream), period].add("")
        return {(min(who), what, when) for (_, what, when), who in takers.items() if len(who) == 1}

    def _until(self, period: Period, capacity: float, per: str, calendar: str) -> dict[str, float]:
        """Month → capacity until its end, day by day."""
        share = {
            row.month: row.share for row in self.case.calendars if row.active and row.calendar == calendar
        }
        in_year = (date(period.year + 1, 1, 1) - date(period.year, 1, 1)).days
        whole = (period.end - period.start).days if per == "period" else in_year
        room, total, day = dict[str, float](), 0.0, period.start
        while day < period.end:
            total += capacity * share.get(day.month, 1.0) / whole
            room[f"{day:%Y-%m}"] = total
            day += timedelta(days=1)
        return room

    # ---------------------------------------------------------------- clocks and papers

    def clocks(self) -> Iterator[Message]:
        """What has a hard clock leaves in time, or it is told."""
        orders = {row["order"]: row for row in self.rows}
        for row in _rows(self.manifests):
            if row["clock"] == "hard" and row["must_leave_by"] < row["window_to"] and row["wet_t"] > LEAST_T:
                own = (orders[row["order"]][name] for name in ("lane", "material", "period"))
                if not self._excused(*own, "clock_passed", "clock_too_short"):
                    yield _fault("clock", order=row["order"], lot=row["lot"], day=row["must_leave_by"])

    def papers(self) -> Iterator[Message]:
        """Codes, permits and documents of hazardous waste, or why it needs none; those of the ledger are named."""
        for row in (row for row in self.rows if row["status"] == "hazardous_waste"):
            for paper in ("permit", "document"):
                named, why, clause = (row[f"{paper}{end}"] for end in ("", "_why", "_clause"))
                if not (named or (why in EXCUSES and clause) or why == "not_asked"):
                    yield _fault("no_paper", order=row["order"], paper=paper)
            if not row["code"]:
                yield _fault("no_paper", order=row["order"], paper="code")
        ledger = self.frames["ledger"]
        named = _groups(self.rows, "lane", "material", "period")
        for row in _rows(ledger[(ledger["event"] == "moves") & (ledger["approval"] != "")]):
            key = row["lane"], row["material"], row["period"]
            found = {name for own in named.get(key, ()) for name in own["document"].split(";")}
            if not set(row["approval"].split(";")) <= found:
                yield _fault("other_document", place=" / ".join(key), document=row["approval"])


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _counted(row: Row, load: float) -> bool:
    """Whether the tonnes of an order are its loads."""
    whole, part = row["whole_loads"], row["part_load_t"]
    fits = bool(abs(row["wet_t"] - whole * load - part) <= LEAST_T and 0.0 <= part < load)
    return fits and bool(whole % 1.0 == 0.0 and row["loads"] == whole + (part > 0.0))


def _beyond(
    what: str, name: str, rows: list[Row], basis: str, room: dict[str, float], slack: float
) -> Iterator[Message]:
    """The first month by whose end more has moved than there was room."""
    column, total = "dry_t" if basis == "dry" else "wet_t", 0.0
    for month in sorted(room):
        total += sum(row[column] for row in rows if row["month"] == month)
        if total > room[month] * (1 + RELATIVE) + slack:
            yield _fault(f"{what}_room", name=name, month=month, moved_t=total, most_t=room[month])
            return


def _groups(rows: list[Row], *by: str) -> dict[tuple[str, ...], list[Row]]:
    found: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[tuple(row[name] for name in by)].append(row)
    return found


def _material(stream: object) -> str:
    return str(stream).partition("@")[0].partition("<")[0]


def _sums(frame: pd.DataFrame, by: list[str], column: str) -> Sums:
    rows = frame[[*by, column]].itertuples(index=False, name=None)
    found: Sums = defaultdict(float)
    for *key, amount in rows:
        found[tuple(map(str, key))] += amount
    return found


def _differ(key: str, asked: Sums, found: Sums) -> Iterator[Message]:
    for place in sorted({*asked, *found}):
        one, other = asked.get(place, 0.0), found.get(place, 0.0)
        if abs(one - other) > RELATIVE * abs(one) + LEAST_T:
            yield _fault(key, place=" / ".join(place), asked_t=one, found_t=other)


def _fault(key: str, **values: object) -> Message:
    return Message(f"shipments.fault_{key}", values)
