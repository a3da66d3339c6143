"""Lines that are decided on: steps that can be built, that run at least so much, that may be closed.

What is required follows from what a column means (docs/decisions.md); what has no effect is flagged by `state`.
"""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.checks.counts import counted
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.months import months_after
from redmud_opt.case.profiles import shares
from redmud_opt.case.steps import LEAD_PARTS, first_start
from redmud_opt.case.works import Line, OperatingPoint, Raise
from redmud_opt.i18n import Message

RUNNING = (
    "min_rate",
    "min_run_share",
    "min_run_periods",
    "run_cost_cny_per_h",
    "fixed_cost_cny_per_period",
    "closing_cost_cny",
)
"""Columns that count units or hours, so that the unit must have a size."""

UNSIZED = ("min_rate", "min_run_share", "run_cost_cny_per_h", "closing_cost_cny")
"""Columns that a step of any size cannot have: size times hours would be a product of decisions."""

SUMS_WITHIN = 1e-6
MOST_SHARES = 100


def _stated(line: Line, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(column for column in columns if getattr(line, column) is not None)


def lines_have_capacity(facts: Facts) -> Iterator[Fault]:
    """A step has a capacity above 0; a line whose running or closing is decided has a capacity."""
    for row in facts.case.lines:
        held = _stated(row, RUNNING)
        if row.candidate and not row.capacity:
            yield facts.fault(row, "capacity", "step_without_capacity", name=row.name)
        elif row.capacity is None and held:
            values = {"name": row.name, "columns": tuple(f"`{column}`" for column in held)}
            yield facts.fault(row, "capacity", "capacity_needed", None, **values)


def uses_bind(facts: Facts) -> Iterator[Fault]:
    """A line that may be built, closed or switched is used by what runs on it: a use of 0 would run without it."""
    kinds = (
        (row, facts.index.kinds(row.at))
        for row in facts.case.limits
        if row.measure == "count_used" and row.at
    )
    decided = {name for row, at in kinds for name in counted(facts.case, row, at)[1]}
    decided |= {line.name for line in facts.case.lines if line.candidate or _stated(line, RUNNING)}
    for row in facts.case.line_processes:
        if row.use_per_t == 0 and row.line in decided:
            yield facts.fault(row, "use_per_t", "use_of_nothing", line=row.line, process=row.process)


def dates_fit_decisions(facts: Facts) -> Iterator[Fault]:
    """A step has no first and last day of its own: the plan decides them; a line that stands decides nothing."""
    for row in facts.case.lines:
        if row.candidate:
            remedies = {"opens": "use_earliest", "closes": "use_life"}
            for column, said in remedies.items():
                if getattr(row, column) is not None:
                    remedy = Message(f"case.{said}")
                    yield facts.fault(row, column, "step_with_dates", remedy, name=row.name)
            continue
        for column in ("earliest", "times"):
            if getattr(row, column) not in (None, 1):
                remedy = Message("case.make_candidate")
                yield facts.fault(row, column, "no_candidate", remedy, name=row.name)


def steps_can_stand(facts: Facts) -> Iterator[Fault]:
    """A step starts no earlier than its lead time allows, and in time to stand within the horizon."""
    begin, end = facts.case.periods[0].start, facts.case.periods[-1].end
    for row in facts.case.lines:
        if not row.candidate:
            continue
        soonest = months_after(begin, row.lead_time_months or 0)
        if row.earliest is not None and row.earliest < soonest:
            values = {"earliest": row.earliest, "months": row.lead_time_months or 0, "begin": begin}
            remedy = Message("case.start_later", {"soonest": soonest})
            yield facts.fault(row, "earliest", "earlier_than_lead", remedy, **values)
        elif (start := first_start(facts.case, row)) >= end:
            column = "earliest" if row.earliest is not None and row.earliest >= end else "lead_time_months"
            remedy = Message("case.lengthen_or_switch_off")
            yield facts.fault(row, column, "never_stands", remedy, name=row.name, start=start, end=end)


def lead_parts_fit(facts: Facts) -> Iterator[Fault]:
    """Parts of a lead time fit into it; where all are stated, they are the whole of it."""
    rows: tuple[Line | Raise, ...] = (*facts.case.lines, *facts.case.raises)
    for row in rows:
        stated = {part: getattr(row, part) for part in LEAD_PARTS if getattr(row, part) is not None}
        total, lead = sum(stated.values()), row.lead_time_months
        values = {"total": total, "lead": lead or 0, "parts": tuple(f"`{part}`" for part in stated)}
        remedy = Message("case.lead_of_parts", {"total": total})
        if stated and (lead is None or total > lead):
            key = "lead_parts_of_nothing" if lead is None else "lead_parts_exceed"
            yield facts.fault(row, next(iter(stated)), key, remedy, **values)
        elif len(stated) == len(LEAD_PARTS) and total != lead:
            yield facts.fault(row, LEAD_PARTS[-1], "lead_parts_short", remedy, **values)


def lives_are_months(facts: Facts) -> Iterator[Fault]:
    """A life is a whole number of months, so that it ends on a day."""
    for row in facts.case.lines:
        months = 0.0 if row.life_a is None else 12 * row.life_a
        whole = max(1, round(months))
        if row.life_a is not None and abs(months - whole) > 0.01:
            remedy = Message("case.write_life", {"life": round(whole / 12, 4)})
            yield facts.fault(row, "life_a", "life_no_months", remedy, life=row.life_a, months=months)


def _profile(cell: str) -> tuple[float, ...] | None:
    """Shares of a cell; None where it holds no list of shares."""
    try:
        return shares(cell)
    except ValueError:
        return None


def profiles_read(facts: Facts) -> Iterator[Fault]:
    """Spend profiles and ramp-ups are lists of shares between 0 and 1."""
    for row in facts.case.lines:
        for column in ("spend_profile", "ramp_up"):
            cell = getattr(row, column)
            found = _profile(cell)
            if found is None:
                remedy = Message("case.write_shares")
                yield facts.fault(row, column, "no_shares", remedy, text=cell)
            elif len(found) > MOST_SHARES:
                yield facts.fault(row, column, "too_many_shares", count=len(found), most=MOST_SHARES)
            elif outside := [share for share in found if not 0 <= share <= 1]:
                yield facts.fault(row, column, "share_outside", text=cell, share=outside[0])


def spend_profiles_sum(facts: Facts) -> Iterator[Fault]:
    """A spend profile shares out the whole of a capex that is stated."""
    sized = {row.item for row in facts.case.tiers}
    for row in facts.case.lines:
        found = _profile(row.spend_profile)
        if not found or any(not 0 <= share <= 1 for share in found):
            continue
        if abs(sum(found) - 1) > SUMS_WITHIN:
            remedy = Message("case.share_out_capex")
            values = {"text": row.spend_profile, "total": sum(found)}
            yield facts.fault(row, "spend_profile", "spend_not_whole", remedy, **values)
        if row.capex_cny is None and row.name not in sized:
            yield facts.fault(row, "spend_profile", "spend_of_nothing", name=row.name)


def points_exclude_all(facts: Facts) -> Iterator[Fault]:
    """Points that exclude each other are all the points of the process, on lines whose size bounds what is fed."""
    points: dict[str, list[OperatingPoint]] = {}
    for row in facts.case.points:
        points.setdefault(row.process, []).append(row)
    exclusive = {name for name, rows in points.items() if any(row.one_per_period for row in rows)}
    for row in (one for name in exclusive for one in points[name] if not one.one_per_period):
        yield facts.fault(row, "one_per_period", "point_not_exclusive", process=row.process)
    bare = {row.name for row in facts.case.lines if row.capacity is None}
    for use in facts.case.line_processes:
        if use.process in exclusive and use.line in bare:
            line = next(row for row in facts.case.lines if row.name == use.line)
            yield facts.fault(line, "capacity", "points_need_capacity", name=use.line, process=use.process)


def runs_in_a_row(facts: Facts) -> Iterator[Fault]:
    """A least number of periods in a row fits into the horizon and belongs to one unit."""
    horizon = len(facts.case.periods)
    for row in facts.case.lines:
        if row.min_run_periods is None:
            continue
        if row.min_run_periods > horizon:
            values = {"least": row.min_run_periods, "count": horizon}
            yield facts.fault(row, "min_run_periods", "run_beyond_horizon", None, **values)
        if row.candidate and (row.times or 1) > 1:
            remedy = Message("case.list_units_apart")
            yield facts.fault(row, "min_run_periods", "run_of_many", remedy, times=row.times)


def sizes_fit(facts: Facts) -> Iterator[Fault]:
    """Steps of a size belong to a candidate that is built once, runs as it likes, and costs more the larger it is."""
    lines = {row.name: row for row in facts.case.lines}
    seen: set[str] = set()
    for row in facts.case.tiers:
        line = lines.get(row.item)
        if line is None:
            continue
        if row.price_cny_per_t < 0:
            yield facts.fault(row, "price_cny_per_t", "size_price_negative", price=row.price_cny_per_t)
        if row.item in seen:
            continue
        seen.add(row.item)
        held = _stated(line, UNSIZED)
        if not line.candidate:
            remedy = Message("case.size_needs_candidate")
            yield facts.fault(row, "item", "size_of_no_candidate", remedy, name=row.item)
        elif (line.times or 1) > 1:
            remedy = Message("case.list_units_apart")
            yield facts.fault(row, "item", "size_built_often", remedy, name=row.item, times=line.times)
        elif held:
            values = {"name": row.item, "columns": tuple(f"`{column}`" for column in held)}
            yield facts.fault(row, "item", "size_with", Message("case.fix_the_size"), **values)
