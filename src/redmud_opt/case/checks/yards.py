"""Yards: curves rise, crests lie on them, the rains have a year, raises go up, new yards are allowed, risks fit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.rules import YardMeasure
from redmud_opt.case.works import Raise, Storage
from redmud_opt.case.yards import airspace_m3, curves, first_day, reduction
from redmud_opt.i18n import Message

WITHIN = 1e-9
NEW_YARD = ("capex_cny", "lead_time_months", "earliest")
"""Columns that say something of candidates alone."""


def curves_rise(facts: Facts) -> Iterator[Fault]:
    """A curve has two points or more, and the volume grows with the height."""
    for storage, curve in curves(facts.case).items():
        if len(curve) < 2:
            yield facts.fault(curve[0], "height_m", "curve_of_one_point", storage=storage)
        for low, high in pairwise(curve):
            if high.height_m > low.height_m and high.volume_m3 <= low.volume_m3:
                values = {"volume": high.volume_m3, "height": high.height_m}
                values |= {"low_volume": low.volume_m3, "low_height": low.height_m}
                yield facts.fault(high, "volume_m3", "curve_falls", None, **values)


def airspace_stated_once(facts: Facts) -> Iterator[Fault]:
    """The airspace comes from a curve, from area × height, or is stated: one of the three."""
    known = curves(facts.case)
    for row in facts.case.storages:
        by_curve = row.name in known
        if by_curve and row.area_m2 is not None:
            yield facts.fault(row, "area_m2", "area_with_curve", name=row.name)
        if by_curve and row.height_m is None:
            yield facts.fault(row, "height_m", "curve_without_height", name=row.name)
        if row.height_m is None:
            continue
        if not by_curve and row.area_m2 is None:
            yield facts.fault(row, "height_m", "height_of_nothing", name=row.name)
        elif row.airspace_m3 is not None:
            yield facts.fault(row, "airspace_m3", "airspace_twice", Message("case.leave_it_blank"))


def crests_on_curves(facts: Facts) -> Iterator[Fault]:
    """Today's crest lies on the curve of its yard."""
    known = curves(facts.case)
    for row in facts.case.storages:
        curve = known.get(row.name)
        if curve and row.height_m is not None:
            low, high = curve[0].height_m, curve[-1].height_m
            if not low <= row.height_m <= high:
                values = {"height": row.height_m, "low": low, "high": high}
                yield facts.fault(row, "height_m", "height_off_curve", None, **values)


def freeboards_fit(facts: Facts) -> Iterator[Fault]:
    """A freeboard is stated once, and of something: a share of what limits the yard, or metres on its curve."""
    known = curves(facts.case)
    for row in facts.case.storages:
        stated = row.freeboard_share is not None or row.freeboard_m is not None
        if row.rainy_calendar and not stated:
            yield facts.fault(row, "rainy_calendar", "rainy_without_freeboard", name=row.name)
        if row.freeboard_share is not None and row.freeboard_m is not None:
            yield facts.fault(row, "freeboard_m", "freeboard_twice", Message("case.leave_it_blank"))
        curve = known.get(row.name)
        if row.freeboard_share is not None and row.capacity_t is None and airspace_m3(row, curve) is None:
            yield facts.fault(row, "freeboard_share", "freeboard_of_nothing", name=row.name)
        if row.freeboard_m is not None and not curve:
            yield facts.fault(row, "freeboard_m", "freeboard_without_curve", name=row.name)
        elif row.freeboard_m is not None and curve and row.height_m is not None:
            left, low = row.height_m - row.freeboard_m, curve[0].height_m
            if left < low:
                yield facts.fault(row, "freeboard_m", "freeboard_below_curve", None, left=left, low=low)


def rainy_calendars_are_whole(facts: Facts) -> Iterator[Fault]:
    """A calendar of the rains says of every month how much of the freeboard counts in it."""
    months: dict[str, set[int]] = {}
    for month in facts.case.calendars:
        months.setdefault(month.calendar, set()).add(month.month)
    for row in facts.case.storages:
        missing = sorted(set(range(1, 13)) - months.get(row.rainy_calendar, set(range(1, 13))))
        if row.rainy_calendar and missing:
            values = {"calendar": row.rainy_calendar, "months": tuple(str(month) for month in missing)}
            yield facts.fault(row, "rainy_calendar", "rainy_not_a_year", None, **values)


def new_yards_are_whole(facts: Facts) -> Iterator[Fault]:
    """A new yard is allowed by a clause, has a size, comes in time, and is empty before it is decided."""
    known = curves(facts.case)
    for row in facts.case.storages:
        if not row.candidate:
            for column in NEW_YARD:
                if getattr(row, column) is not None:
                    yield facts.fault(row, column, "no_new_yard", name=row.name)
            continue
        if not row.allowed:
            yield facts.fault(row, "allowed", "yard_without_clause", name=row.name)
        if not row.capacity_t and not airspace_m3(row, known.get(row.name)):
            yield facts.fault(row, "capacity_t", "yard_without_room", name=row.name)
        if row.opens is not None:
            yield facts.fault(row, "opens", "yard_opens", Message("case.use_earliest"), name=row.name)
        yield from _in_time(facts, row)
    new = {row.name for row in facts.case.storages if row.candidate}
    for stock in facts.case.opening_stock:
        if stock.storage in new and stock.amount_t > 0:
            yield facts.fault(stock, "storage", "stock_in_new_yard", name=stock.storage)


def _in_time(facts: Facts, row: Raise | Storage) -> Iterator[Fault]:
    """What is decided can stand within the horizon."""
    start, end = first_day(row, facts.case.periods[0].start), facts.case.periods[-1].end
    if start >= end:
        column = "earliest" if row.earliest is not None and row.earliest >= end else "lead_time_months"
        remedy = Message("case.lengthen_or_switch_off")
        yield facts.fault(row, column, "never_stands", remedy, name=row.name, start=start, end=end)


def yards_close_once(facts: Facts) -> Iterator[Fault]:
    """A yard closes on its day or by the plan; what is not yet decided does neither."""
    for row in facts.case.storages:
        if row.candidate:
            for column in ("closes", "may_close"):
                if getattr(row, column):
                    yield facts.fault(row, column, "new_yard_closes", Message("case.leave_it_blank"))
        elif row.may_close and row.closes is not None:
            yield facts.fault(row, "may_close", "closes_twice", Message("case.leave_it_blank"))


def raises_go_up(facts: Facts) -> Iterator[Fault]:
    """A raise belongs to a yard with a curve and goes to a height of its own above the crest, on the curve."""
    known = curves(facts.case)
    storages = {row.name: row for row in facts.case.storages}
    heights: dict[tuple[str, float], str] = {}
    for row in facts.case.raises:
        curve, storage = known.get(row.storage), storages.get(row.storage)
        if storage is None:
            continue
        if not curve:
            yield facts.fault(row, "storage", "raise_without_curve", storage=row.storage)
            continue
        values = {"height": row.to_height_m, "crest": storage.height_m, "high": curve[-1].height_m}
        other = heights.setdefault((row.storage, row.to_height_m), row.name)
        if storage.height_m is not None and row.to_height_m <= storage.height_m:
            yield facts.fault(row, "to_height_m", "raise_not_up", None, **values)
        elif row.to_height_m > curve[-1].height_m:
            yield facts.fault(row, "to_height_m", "raise_off_curve", None, **values)
        elif other != row.name:
            yield facts.fault(row, "to_height_m", "raise_twice", other=other)
        yield from _in_time(facts, row)


def risks_fit(facts: Facts) -> Iterator[Fault]:
    """Scores are stated in pairs, fall, start from one score per yard, and never end below 0."""
    base: dict[str, YardMeasure] = {}
    taken: dict[str, float] = {}
    for row in facts.case.yard_measures:
        if (row.risk_before is None) != (row.risk_after is None):
            column = "risk_before" if row.risk_before is None else "risk_after"
            yield facts.fault(row, column, "risk_half", name=row.name)
            continue
        if row.risk_before is None or row.risk_after is None:
            continue
        if row.risk_after > row.risk_before:
            values = {"before": row.risk_before, "after": row.risk_after}
            yield facts.fault(row, "risk_after", "risk_rises", None, **values)
            continue
        first = base.setdefault(row.storage, row)
        if row.risk_before != first.risk_before:
            yield facts.fault(
                row,
                "risk_before",
                "risk_of_two_bases",
                risk=row.risk_before,
                other=first.name,
                other_risk=first.risk_before,
            )
            continue
        taken[row.storage] = taken.get(row.storage, 0.0) + reduction(row)
        if taken[row.storage] > row.risk_before * (1 + WITHIN):
            yield facts.fault(
                row,
                "risk_after",
                "risk_below_nothing",
                storage=row.storage,
                taken=taken[row.storage],
                risk=row.risk_before,
            )


def deadlines_lie_ahead(facts: Facts) -> Iterator[Fault]:
    """A measure is decided on the first day of a period, so none can be due before the horizon begins."""
    start = facts.case.periods[0].start
    for row in facts.case.yard_measures:
        if row.deadline is not None and row.deadline < start:
            yield facts.fault(row, "deadline", "deadline_past", deadline=row.deadline, start=start)
