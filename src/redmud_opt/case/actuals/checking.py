"""Records against each other and against the calendar: twice, overlapping, with gaps, across periods; the cut-off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from redmud_opt.case.actuals.record import Record, months_of
from redmud_opt.case.case import Case
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.i18n import Message

LISTED = 12
"""Months that a fault names at most."""

LAST_DAYS = timedelta(days=7)


def checked(
    records: list[Record], case: Case, through: str | None, faults: list[Fault], remarks: list[Message]
) -> tuple[date | None, list[Record]]:
    """(day after the last period that counts, records until then)."""
    faults.extend(_outside(records, case))
    faults.extend(_twice(records))
    cut = _cut(records, case, through, faults)
    flows = [record for record in records if record.measure != "stock"]
    faults.extend(_overlapping(flows))
    if cut is None:
        if records and not faults:
            remarks.append(Message("actuals.nothing_closed"))
        return None, list(records)
    if not faults:  # a row that cannot be read is no gap
        faults.extend(_gaps(flows, case.periods[0].start, cut))
    kept = [record for record in records if record.end <= cut or _closes(record, cut)]
    if later := len(records) - len(kept):
        remarks.append(Message("actuals.later", {"count": later, "day": (cut - timedelta(days=1))}))
    return cut, kept


def _closes(record: Record, cut: date) -> bool:
    """Whether a stock was taken on the day of the cut-off, which the evening before is too."""
    return record.measure == "stock" and record.is_load and record.start == cut


def _fault(record: Record, key: str, remedy: Message | None = None, /, **values: object) -> Fault:
    return Fault(record.file, record.row, record.column, Message(f"actuals.{key}", values), remedy)


def _cut(records: list[Record], case: Case, through: str | None, faults: list[Fault]) -> date | None:
    if through is not None:
        found = next((period for period in case.periods if period.name == through), None)
        if found is None:
            names = [period.name for period in case.periods]
            message = Message("importing.unknown_period", {"text": through})
            faults.append(Fault("", 0, "--through", message, did_you_mean(through, names)))
            return None
        return found.end
    flows = [record for record in records if record.measure != "stock"]
    if not flows:
        return None
    # loads of its last week say that a month is reported: nobody can tell a day without loads from one not reported
    ends = [record.end for record in flows if not record.is_load]
    for day in (record.start for record in flows if record.is_load):
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        ends.append(following if following - day <= LAST_DAYS else day.replace(day=1))
    closed = [period.end for period in case.periods if period.end <= max(ends)]
    return closed[-1] if closed else None


def _outside(records: Iterable[Record], case: Case) -> Iterable[Fault]:
    """Amounts of other times than the plan's, and of times that lie in two of its periods."""
    first, last = case.periods[0].start, case.periods[-1].end
    for record in records:
        if record.measure == "stock" and record.is_load and first <= record.start <= last:
            continue
        if record.start < first or record.end > last:
            yield _fault(record, "outside", None, start=first, end=last - timedelta(days=1))
        elif record.measure != "stock" and not any(
            period.start <= record.start and record.end <= period.end for period in case.periods
        ):
            yield _fault(record, "across_periods", Message("actuals.by_month"))


def _twice(records: Iterable[Record]) -> Iterable[Fault]:
    """The same ticket twice, or the same without a number. Plants number their tickets each for itself and anew every
    year, and a manifest may list several wastes."""
    seen: dict[tuple[object, ...], Record] = {}
    for record in records:
        ticket = record.ticket
        numbered = (record.measure, record.material, record.site, record.line, record.start.year, ticket)
        key = numbered if ticket else (*record.series, record.start, record.end)
        key = key if ticket or not record.is_load else (*key, record.wet_t)
        first = seen.setdefault(key, record)
        if first is not record:
            where = f"{first.file}, {first.row}"
            if ticket:
                yield _fault(record, "ticket_twice", Message("actuals.keep_one"), ticket=ticket, first=where)
            else:
                remedy = Message("actuals.number_them" if record.is_load else "importing.keep_one")
                yield _fault(record, "row_twice", remedy, first=where)


def _overlapping(records: Iterable[Record]) -> Iterable[Fault]:
    """Reports of one thing whose times overlap: a quarter beside its months, a month beside its loads."""
    for held in _series(records).values():
        last: Record | None = None  # the report of a longer time that reaches furthest
        for record in sorted(held, key=lambda record: (record.start, record.is_load, record.end)):
            if (
                last is not None
                and record.start < last.end
                and (record.start, record.end) != (last.start, last.end)
            ):
                first = f"{last.file}, {last.row}"
                yield _fault(record, "times_overlap", Message("importing.keep_one"), first=first)
            if not record.is_load and (last is None or record.end > last.end):
                last = record


def _gaps(records: list[Record], start: date, cut: date) -> Iterable[Fault]:
    """Months until the cut-off of which a series of reports, or all loads of a measure, say nothing."""
    asked = set(months_of(start, cut))
    for held in _series(record for record in records if not record.is_load).values():
        yield from _lacking(held, asked, "months_missing")
    loads: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        if record.is_load:
            loads[record.file, record.measure].append(record)
    for held in loads.values():
        yield from _lacking(held, asked, "months_without_loads")


def _lacking(held: list[Record], asked: set[date], key: str) -> Iterable[Fault]:
    told = {month for record in held for month in months_of(record.start, record.end)}
    lacking = sorted(asked - told)
    if lacking:
        names = tuple(f"{day.year}-{day.month:02}" for day in lacking[:LISTED])
        yield _fault(held[0], key, Message("actuals.write_zero"), months=names, count=len(lacking))


def _series(records: Iterable[Record]) -> dict[tuple[str, ...], list[Record]]:
    found: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        found[record.series].append(record)
    return found
