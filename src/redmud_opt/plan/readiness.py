"""What can fail: whether what a plan leans on is in hand, and for how long. Out of case and frames, no model rows.

    contract_in_hand       tonnes of waste and products handed over under a contract in hand ÷ all of them; by year
    permit_in_hand         hazardous tonnes received where they came by lane, under a permit in hand ÷ all of them
    approval_in_hand       tonnes that need an approval, under one in hand ÷ all of them, by where they arrive
    permit_left            tonnes left of permits in a year ÷ tonnes allowed;   approval_left  of an approval
    to_be_filed            tonnes that move for use without a filing
    capacity_in_lead_time  capacity decided that has not begun at the end of a year ÷ all decided until then
    stock_overdue          waste in stock beyond its limit of storage (soft clocks)
    stock_expiring         waste in stock within 90 days of its limit
    …_expiring             what runs out in a period or within 90 days after it: tonnes taken, or allowed
    days_of_cover          free room of the storages at a plant that take the class ÷ tonnes a day that arise there
    freeboard_before_rains free m³ under the coming freeboard line ÷ m³ that the rains' period is to bring
    unplaced               waste in stock at the end: all that is hazardous, else what exceeds the opening stock
    certificates_out_of_date  analyses too old, or of a day to come

In hand is what is valid in the period and not merely assumed: a contract, permit or approval whose evidence is
`assumed` is a stand-in. As received where permits speak, documents of borders in their own basis, else dry tonnes.
Thresholds: `case.indicators`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from math import nan
from typing import NamedTuple

import pandas as pd

from redmud_opt.case.case import Period
from redmud_opt.case.certificates import out_of_date
from redmud_opt.case.indicators import EXPIRY_DAYS, READINESS
from redmud_opt.case.rules import Approval, Contract, Permit
from redmud_opt.plan.framing import framed
from redmud_opt.plan.known import Known
from redmud_opt.plan.room_left import ROOM, Reading

READINESS_COLUMNS = (
    *("indicator", "at", "item", "period", "year", "value", "unit", "numerator", "denominator"),
    *("watch", "alarm", "state", "action"),
)
ASSUMED = "assumed"
NOTHING = 1e-9


def readiness_table(known: Known) -> pd.DataFrame:
    """The frame `readiness`, in the order of `READINESS`."""
    families = (_contracts, _permits, _approvals, _left, _capacity, _stock, _expiring, *ROOM, _certificates)
    found: defaultdict[str, list[Reading]] = defaultdict(list)
    for family in families:
        for reading in family(known):
            found[reading.indicator].append(reading)
    rows = []
    for own in READINESS:
        for row in found[own.key]:
            value = row.numerator
            if row.denominator == row.denominator:
                value = row.numerator / row.denominator if row.denominator > NOTHING else nan
            state = own.state(value)
            action = f"plan.action_{own.key}" if state in ("watch", "alarm") else ""
            judged = (own.watch, own.alarm, state, action)
            rows.append((*row[:5], value, own.unit, row.numerator, row.denominator, *judged))
    numbers = ("value", "numerator", "denominator", "watch", "alarm")
    return framed(rows, READINESS_COLUMNS, numbers, whole=("year",))


def in_hand(row: Contract | Permit | Approval, period: Period) -> bool:
    """Valid on a day of the period, and not merely assumed."""
    begun = row.valid_from is None or row.valid_from < period.end
    return begun and (row.valid_to is None or row.valid_to > period.start) and row.evidence != ASSUMED


def _yearly(indicator: str, sums: Mapping[tuple[str, int], list[float]]) -> Iterator[Reading]:
    """Ratios by place and year; what is at a place counts in the whole."""
    whole: defaultdict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (_, year), amounts in sums.items():
        for k in (0, 1):
            whole[year][k] += amounts[k]
    for year, amounts in sorted(whole.items()):
        yield Reading(indicator, "", "", "", year, *amounts)
    for (at, year), amounts in sorted(sums.items()):
        if at:
            yield Reading(indicator, at, "", "", year, *amounts)


# ---------------------------------------------------------------- in hand


def _contracts(known: Known) -> Iterator[Reading]:
    """Outlets that take wastes and products, and lines of partners that process wastes."""
    contracts = {row.name: row for row in known.case.contracts}
    of_outlet = {row.name: row.contract for row in known.case.outlets}
    of_line = {row.name: row.contract for row in known.case.lines if row.contract}
    products = {row.name for row in known.case.materials if row.legal_status == "product" and row.unit == "t"}
    given = [
        (of_outlet[row["outlet"]], row["period"], row["sold"])
        for row in known.rows("sales")
        if row["waste"] or row["material"] in products
    ]
    given += [
        (of_line[row["line"]], row["period"], row["feed_t"])
        for row in known.rows("feeds")
        if row["waste"] and row["line"] in of_line
    ]
    sums: defaultdict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for contract, period, amount in given:
        own = sums["", known.year[period]]
        own[1] += amount
        if contract in contracts and in_hand(contracts[contract], known.periods[period]):
            own[0] += amount
    yield from _yearly("contract_in_hand", sums)


class Receipt(NamedTuple):
    """Hazardous waste that somebody takes in."""

    receiver: str
    site: str
    method: str
    codes: frozenset[str]
    period: str
    wet_t: float


def receipts(known: Known) -> Iterator[Receipt]:
    """Feeds, deliveries and placements of hazardous waste, as received."""
    lookup, case = known.net.lookup, known.case
    methods = {row.name: row.method for row in case.processes}
    methods |= {row.name: row.method for row in case.outlets}
    methods |= {row.name: row.method for row in case.storages}
    taken = (
        ("feeds", "feed_t", "process"),
        ("sales", "sold", "outlet"),
        ("placements", "placed_t", "storage"),
    )
    for name, column, by in taken:
        for row in known.rows(name):
            if row["hazardous"]:
                receiver = lookup.lines[row["line"]].facility if name == "feeds" else row[by]
                wet_t = row[column] * row["wet_per_dry"]
                codes = row["codes"]
                site = known.site_of(receiver)
                yield Receipt(receiver, site, methods[row[by]], codes, row["period"], wet_t)


def _permits(known: Known) -> Iterator[Reading]:
    """Receipts at sites to which hazardous waste came by lane in the year; the use step may be exempt."""
    if not known.asks("permit") and not known.case.permits:
        return
    came = {(row["to_site"], row["year"]) for row in known.rows("flows") if row["hazardous"]}
    sums: defaultdict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in receipts(known):
        year = known.year[row.period]
        if (row.site, year) in came:
            sums[row.site, year][1] += row.wet_t
            if _permitted(known, row):
                sums[row.site, year][0] += row.wet_t
    yield from _yearly("permit_in_hand", sums)


def _permitted(known: Known, row: Receipt) -> bool:
    """Every code of the waste by a permit in hand, or exempt."""
    return bool(row.codes) and all(
        any(
            permit.method in ("", row.method) and in_hand(permit, known.periods[row.period])
            for permit in known.permits.get((row.receiver, code), ())
        )
        or _exempt(known, row, code)
        for code in row.codes
    )


def _exempt(known: Known, row: Receipt, code: str) -> bool:
    used = bool(row.method) and known.net.lookup.meaning(row.method) == "use"
    return used and any(
        (own.link, own.code) == ("use", code)
        and (not own.receiver or row.receiver in known.case.members(own.receiver))
        and own.evidence != ASSUMED
        for own in known.case.exemptions
    )


def _approvals(known: Known) -> Iterator[Reading]:
    """What needs an approval, by where it arrives, and what is under one in hand; what is still to be filed."""
    documents = {row.name: row for row in known.case.approvals}
    sums: defaultdict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    unfiled: defaultdict[tuple[str, str, int], float] = defaultdict(float)
    for row in known.frames["movements"].to_dict("records"):
        year = known.year[row["period"]]
        if row["kind"] == "filing":
            if not row["document"]:
                unfiled[row["site"], row["period"], year] += row["moved_t"]
            continue
        own = sums[row["site"], year]
        own[1] += row["moved_t"]
        if in_hand(documents[row["document"]], known.periods[row["period"]]):
            own[0] += row["moved_t"]
    yield from _yearly("approval_in_hand", sums)
    for (site, period, year), amount in unfiled.items():
        yield Reading("to_be_filed", site, "", period, year, amount)


def _left(known: Known) -> Iterator[Reading]:
    """What is left of permits in each year; of approvals over their validity, told in the year in which that ends."""
    for row in known.frames["permits"].to_dict("records"):
        where = known.site_of(row["receiver"]), row["permit"], "", int(row["year"])
        yield Reading("permit_left", *where, max(row["left_t"], 0.0), row["allowed_t"])
    last_day = known.case.periods[-1].end
    for row in known.frames["border_documents"].to_dict("records"):
        if row["kind"] == "approval":
            end = min(last_day, date.fromisoformat(row["valid_to"]) if row["valid_to"] else last_day)
            where = known.site_of(row["receiver"]), row["document"], "", (end - timedelta(days=1)).year
            yield Reading("approval_left", *where, max(row["left_t"], 0.0), row["allowed_t"])


def _capacity(known: Known) -> Iterator[Reading]:
    """Capacity by its unit: tonnes and hours do not add up."""
    sums: defaultdict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in known.frames["builds"].to_dict("records"):
        for year in sorted(set(known.year.values())):
            if known.year[row["period"]] <= year:
                own = sums[row["unit"], year]
                own[1] += row["size"]
                own[0] += row["size"] if row["start"] > f"{year}-12-31" else 0.0
    for (unit, year), amounts in sorted(sums.items()):
        yield Reading("capacity_in_lead_time", "", unit, "", year, *amounts)


# ---------------------------------------------------------------- running out


def _runs_out(known: Known, day: date | None) -> Period | None:
    """The first period in which, or within 90 days after which, a day falls."""
    for period in known.case.periods:
        if day is not None and period.start < day <= period.end + timedelta(days=EXPIRY_DAYS):
            return period
    return None


def _stock(known: Known) -> Iterator[Reading]:
    """Stock with an age, by storage and period."""
    sites = {row.name: row.site for row in known.case.storages}
    sums: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    for row in known.frames["ages"].to_dict("records"):
        if row["days_left"] <= EXPIRY_DAYS:
            indicator = "stock_overdue" if row["days_left"] < 0 else "stock_expiring"
            sums[indicator, row["storage"], row["period"]] += row["stock_t"]
    for (indicator, storage, period), amount in sums.items():
        yield Reading(indicator, sites[storage], storage, period, known.year[period], amount)


def _expiring(known: Known) -> Iterator[Reading]:
    taken = _taken_under(known)
    for contract in known.case.contracts:
        period = _runs_out(known, contract.valid_to)
        amount = taken.get((contract.name, period.year), 0.0) if period else 0.0
        if period is not None and amount > NOTHING:
            yield Reading("contract_expiring", "", contract.name, period.name, period.year, amount)
    for permit in known.case.permits:
        period = _runs_out(known, permit.valid_to)
        if period is not None:
            where = known.site_of(permit.receiver), permit.name, period.name, period.year
            yield Reading("permit_expiring", *where, permit.amount_t_per_a)
    for approval in known.case.approvals:
        period = _runs_out(known, approval.valid_to)
        if period is not None:
            where = known.site_of(approval.receiver), approval.name, period.name, period.year
            yield Reading("approval_expiring", *where, approval.amount_t)


def _taken_under(known: Known) -> dict[tuple[str, int], float]:
    """(contract, year) → what is delivered, bought and fed under it."""
    found: defaultdict[tuple[str, int], float] = defaultdict(float)
    case = known.case
    under = {row.name: row.contract for row in case.outlets if row.contract}
    under |= {row.name: row.contract for row in case.supplies if row.contract}
    under |= {row.name: row.contract for row in case.lines if row.contract}
    traded = (("sales", "outlet", "sold"), ("purchases", "supply", "bought"), ("feeds", "line", "feed_t"))
    for name, item, column in traded:
        for row in known.rows(name):
            if row[item] in under:
                found[under[row[item]], row["year"]] += row[column]
    return found


def _certificates(known: Known) -> Iterator[Reading]:
    if any(row.certificate_date is not None for row in known.case.composition):
        first = known.case.periods[0]
        count = float(len(list(out_of_date(known.case))))
        yield Reading("certificates_out_of_date", "", "", first.name, first.year, count)
