"""The calendar of a case: `periods` of case.yaml → tuple of periods.

    periods: {start: 2026-01-01, spans: [{length: quarter, count: 12}]}
    periods: [{name: spring, start: 2026-01-01, end: 2026-05-01}, …]      `end` is the day after the last

Names: 2026, 2026H1, 2026Q1, 2026-01; weeks and days by the date of their first day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from redmud_opt.case.case import Period
from redmud_opt.case.columns import Column
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import FORBIDDEN, did_you_mean
from redmud_opt.case.values import BadValue, read_choice, read_date, read_integer, read_name
from redmud_opt.case.yamltext import Mapping, Node, Scalar, Sequence
from redmud_opt.i18n import Message

_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_DAYS = {"day": 1, "week": 7}
_LENGTH = Column("choice", "length of a span", choices=(*_DAYS, *_MONTHS))
_COUNT = Column("integer", "number of periods", minimum=1, maximum=3660)
_DATE = Column("date", "date")
_NAME = Column("name", "name")


def span_name(start: date, length: str) -> str:
    """Name of the period of a standard length that begins on a day."""
    if length == "year":
        return str(start.year)
    if length == "half":
        return f"{start.year}H{(start.month + 5) // 6}"
    if length == "quarter":
        return f"{start.year}Q{(start.month + 2) // 3}"
    return f"{start.year}-{start.month:02}" if length == "month" else start.isoformat()


def _after(start: date, length: str) -> date:
    if length in _DAYS:
        return start + timedelta(days=_DAYS[length])
    month = start.month - 1 + _MONTHS[length]
    return date(start.year + month // 12, month % 12 + 1, 1)


class _Calendar:
    def __init__(self, shown: str, faults: list[Fault]) -> None:
        self.shown = shown
        self.faults = faults

    def fault(self, line: int, key: str, remedy: Message | None = None, /, **values: object) -> None:
        self.faults.append(Fault(self.shown, line, "periods", Message(f"case.{key}", values), remedy))

    def keys(self, node: Node, known: tuple[str, ...]) -> Mapping | None:
        """The node if it is a mapping with exactly the keys in `known`."""
        if not isinstance(node, Mapping):
            self.fault(node.line, "needs_keys", keys=known)
            return None
        for key in node.items:
            if key not in known:
                self.fault(node.lines[key], "unknown_key", did_you_mean(key, known), key=key)
        for key in known:
            if key not in node.items:
                self.fault(node.line, "missing_key", key=key)
        return node if set(node.items) == set(known) else None

    def scalar(self, node: Node, column: Column) -> object:
        """The value of a scalar, None (and a fault) if it cannot be read."""
        readers = {"choice": read_choice, "integer": read_integer, "date": read_date, "name": read_name}
        if not isinstance(node, Scalar) or node.blank:
            self.fault(node.line, "needs_value")
            return None
        try:
            return readers[column.kind](node.text, column)
        except BadValue as bad:
            self.faults.append(Fault(self.shown, node.line, "periods", bad.message, bad.remedy))
            return None

    def spans(self, node: Mapping) -> list[tuple[Period, int]] | None:
        if self.keys(node, ("start", "spans")) is None:
            return None
        start, spans = self.scalar(node.items["start"], _DATE), node.items["spans"]
        if not isinstance(spans, Sequence) or not spans.items:
            self.fault(spans.line, "needs_list")
            return None
        found: list[tuple[Period, int]] = []
        for span in spans.items:
            keyed = self.keys(span, ("length", "count"))
            length = self.scalar(keyed.items["length"], _LENGTH) if keyed else None
            count = self.scalar(keyed.items["count"], _COUNT) if keyed else None
            if not (isinstance(start, date) and isinstance(length, str) and isinstance(count, int)):
                start = None
                continue
            made = self.span(start, length, count, span.line)
            found += made
            start = made[-1][0].end if made else None
        return found if start is not None else None

    def span(self, start: date, length: str, count: int, line: int) -> list[tuple[Period, int]]:
        months = _MONTHS.get(length)
        if months and (start.day != 1 or (start.month - 1) % months):
            self.fault(line, "span_off_calendar", Message(f"case.begin_{length}"), length=length, start=start)
            return []
        found = []
        for _ in range(count):
            if start.year > 2200:
                self.fault(line, "horizon_too_long")
                return []
            end = _after(start, length)
            found.append((Period(span_name(start, length), start, end), line))
            start = end
        return found

    def listed(self, node: Sequence) -> list[tuple[Period, int]] | None:
        found: list[tuple[Period, int]] = []
        for item in node.items:
            keyed = self.keys(item, ("name", "start", "end"))
            if keyed is None:
                continue
            name = self.scalar(keyed.items["name"], _NAME)
            start = self.scalar(keyed.items["start"], _DATE)
            end = self.scalar(keyed.items["end"], _DATE)
            if isinstance(name, str) and isinstance(start, date) and isinstance(end, date):
                if FORBIDDEN & set(name):
                    self.fault(
                        item.line, "forbidden_sign", name=name, signs=" ".join(sorted(FORBIDDEN & set(name)))
                    )
                found.append((Period(name, start, end), item.line))
        return found if len(found) == len(node.items) else None

    def check(self, found: list[tuple[Period, int]]) -> Iterator[Period]:
        seen: set[str] = set()
        before: Period | None = None
        for period, line in found:
            last = period.end - timedelta(days=1)
            if period.end <= period.start:
                self.fault(line, "period_without_days", name=period.name)
            elif last.year != period.start.year:
                remedy = Message("case.split_at_new_year", {"year": str(last.year)})
                self.fault(line, "across_new_year", remedy, name=period.name, start=period.start, last=last)
            if period.name in seen:
                self.fault(line, "period_twice", name=period.name)
            if before and period.start != before.end:
                key = "period_gap" if period.start > before.end else "period_overlap"
                remedy = Message("case.end_is_day_after", {"date": period.start})
                self.fault(
                    line,
                    key,
                    remedy,
                    name=period.name,
                    start=period.start,
                    before=before.name,
                    end=before.end,
                )
            seen.add(period.name)
            before = period
            yield period


def read_periods(node: Node | None, shown: str, faults: list[Fault]) -> tuple[Period, ...] | None:
    """The periods of a case; None if there are faults, all of which have been noted."""
    calendar = _Calendar(shown, faults)
    before = len(faults)
    if isinstance(node, Mapping):
        found = calendar.spans(node)
    elif isinstance(node, Sequence) and node.items:
        found = calendar.listed(node)
    else:
        calendar.fault(node.line if node else 0, "periods_needed", Message("case.periods_example"))
        return None
    periods = tuple(calendar.check(found or []))
    return periods if len(faults) == before and periods else None
