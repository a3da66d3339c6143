"""Years and months of a ledger → periods of the case, per site and material.

A year inside the horizon holds for that year. Months add up to the periods that they make up, and only to whole
ones. What was before the horizon is taken for every year of it where the ledger has nothing else, and this is said.
A rate per month counts as often as its row speaks of months; any other rate must be that of the time of its row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from redmud_opt.case.case import Period
from redmud_opt.case.importing.entries import Amount, Entry
from redmud_opt.i18n import Message


@dataclass(frozen=True, slots=True)
class Share:
    """Entries that make one row of arisings: `during` blank stands for all periods."""

    during: str
    per: str
    entries: tuple[Entry, ...]
    year: int | None = None


Fault = Callable[..., None]

_LENGTHS = {"year": 12, "this_month": 1}
"""Months that an amount is of which is no rate per month."""


class Timing:
    """Arranges the entries of one site and material in time; `fault(entry, field, key, remedy, **values)`."""

    def __init__(self, periods: tuple[Period, ...], fault: Fault, remarks: list[Message]) -> None:
        self.periods, self.fault, self.remarks = periods, fault, remarks
        self.years = {period.year for period in periods}
        self.months = {period.name: _months(period) for period in periods}

    def times(self, entry: Entry, amount: Amount) -> int | None:
        """By what an amount is multiplied to be that of the time of its row; None where the two contradict."""
        months = self._length(entry)
        if not amount.per:
            return 1
        if entry.kind == "stock" or months is None:
            return None
        if amount.per == "month":
            return months
        return 1 if months == _LENGTHS[amount.per] else None

    def _length(self, entry: Entry) -> int | None:
        """How many months an entry speaks of; None for a period that cuts one. Without a time it speaks of a year."""
        if entry.period:
            months = self.months.get(entry.period)
            return None if months is None else len(months)
        return 12 if entry.month is None else 1

    def shares(self, entries: list[Entry]) -> list[Share]:
        """The rows that the entries make; faults where they contradict each other or do not fit."""
        kinds = {kind_of(entry) for entry in entries}
        if len(kinds) > 1:
            other = next(entry for entry in entries if kind_of(entry) != kind_of(entries[0]))
            self.fault(other, "amount", "times_mixed", None, first=str(entries[0].row))
            return []
        if kinds == {"period"}:
            return self._named(entries)
        kept = self._once(entries)
        match kinds.pop():
            case "month":
                return self._monthly(kept)
            case "year":
                return self._yearly(kept)
        return [Share("", "year", (entry,)) for entry in kept]

    def _once(self, entries: list[Entry]) -> list[Entry]:
        seen: dict[tuple[object, ...], Entry] = {}
        for entry in entries:
            time = (entry.period,) if entry.period else (entry.year, entry.month)
            first = seen.setdefault(time, entry)
            if first is not entry:
                self.fault(entry, "amount", "row_twice", Message("importing.keep_one"), first=str(first.row))
        return list(seen.values())

    def _named(self, entries: list[Entry]) -> list[Share]:
        known = {period.name: period for period in self.periods}
        agreed = []
        for entry in entries:
            period = known.get(entry.period)
            if period is None:
                remedy = Message("case.known_names", {"names": tuple(known)[:12]})
                self.fault(entry, "period", "unknown_period", remedy, text=entry.period)
            elif entry.year not in (None, period.year) or (entry.month and {entry.month} != {*period.months}):
                remedy = Message("importing.say_one_time")
                self.fault(entry, "period", "period_disagrees", remedy, text=entry.period)
            else:
                agreed.append(entry)
        return [Share(entry.period, "period", (entry,)) for entry in self._once(agreed)]

    def _yearly(self, entries: list[Entry]) -> list[Share]:
        inside = [entry for entry in entries if entry.year in self.years]
        outside = [entry for entry in entries if entry.year not in self.years]
        if inside:
            for entry in outside:
                self.remarks.append(
                    Message("importing.outside", {"row": str(entry.row), "year": str(entry.year)})
                )
            return [Share(str(entry.year), "year", (entry,), entry.year) for entry in inside]
        return self._before([(entry.year or 0, (entry,)) for entry in outside])

    def _before(self, years: list[tuple[int, tuple[Entry, ...]]]) -> list[Share]:
        """One year outside the horizon stands for all of it; several cannot."""
        first = years[0][1][0]
        if len(years) > 1:
            names = tuple(str(year) for year, _ in years)
            self.fault(first, "year", "years_outside", Message("importing.keep_one_year"), years=names)
            return []
        year, entries = years[0]
        values = {"site": first.site, "material": first.material or first.code, "year": str(year)}
        self.remarks.append(Message("importing.taken_for_all", values))
        return [Share("", "year", entries, year)]

    def _monthly(self, entries: list[Entry]) -> list[Share]:
        held = {(entry.year, entry.month): entry for entry in entries}
        if any(entry.year is None for entry in entries):
            self.fault(entries[0], "month", "month_without_year", Message("importing.say_year"))
            return []
        inside = {month for months in self.months.values() for month in months or ()}
        within = [entry for entry in entries if (entry.year, entry.month) in inside]
        if not within:
            return self._whole_years(entries)
        for entry in entries:
            if entry not in within:
                self.remarks.append(
                    Message(
                        "importing.outside", {"row": str(entry.row), "year": f"{entry.year}-{entry.month:02}"}
                    )
                )
        found = []
        for period in self.periods:
            months = self.months[period.name]
            there = [held[month] for month in months or () if month in held]
            if months is not None and there and len(there) < len(months):
                lacking = tuple(f"{year}-{month:02}" for year, month in months if (year, month) not in held)
                self.fault(there[0], "month", "months_missing", None, period=period.name, months=lacking)
            elif there:
                found.append(Share(period.name, "period", tuple(there), period.year))
        return found

    def _whole_years(self, entries: list[Entry]) -> list[Share]:
        if any(entry.year in self.years for entry in entries):  # periods that are no whole months
            self.fault(entries[0], "month", "months_no_periods", Message("importing.sum_to_years"))
            return []
        by_year: dict[int, list[Entry]] = defaultdict(list)
        for entry in entries:
            by_year[entry.year or 0].append(entry)
        for year, held in by_year.items():
            if len(held) < 12:
                values = {"year": str(year), "count": len(held)}
                self.fault(held[0], "month", "year_not_whole", Message("importing.sum_to_years"), **values)
                return []
        return self._before([(year, tuple(held)) for year, held in sorted(by_year.items())])


def kind_of(entry: Entry) -> str:
    """Of what kind of time an entry speaks."""
    if entry.period:
        return "period"
    return "month" if entry.month is not None else "year" if entry.year is not None else "none"


def _months(period: Period) -> tuple[tuple[int, int], ...] | None:
    """The months that a period consists of; None if it cuts one."""
    first, end = period.start, period.end
    if first.day != 1 or end.day != 1:
        return None
    count = (end.year - first.year) * 12 + end.month - first.month
    return tuple((first.year, first.month + number) for number in range(count))
