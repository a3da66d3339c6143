"""Steps in time and money before anything is decided: when a line may stand, when it surely does, what is committed.

start = max(decision + lead_time_months, earliest)      a decision falls on the first day of a period
end   = start + 12 · life_a months, or never            a line that stands: opens and closes
share k of the capex is due 12 · k months after the decision
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date

from redmud_opt.case.case import Case, Period
from redmud_opt.case.months import months_after
from redmud_opt.case.profiles import shares
from redmud_opt.case.things import ReductionOption
from redmud_opt.case.works import Line, Raise

LEAD_PARTS = ("eia_months", "permit_months", "construction_months")
"""Parts of a lead time, one after the other. Calendars count back through them; no plan depends on them."""


def part_starts(step: Line | Raise, ready: date) -> tuple[date | None, ...]:
    """When each part of a lead time must begin for a step to be ready on a day; None where a part is not stated, nor
    what follows it.
    """
    found, day = list[date | None](), ready
    for months in (getattr(step, part) for part in reversed(LEAD_PARTS)):
        if months is None:
            break
        day = months_after(day, -months)
        found.append(day)
    return (*[None] * (len(LEAD_PARTS) - len(found)), *reversed(found))


def first_start(case: Case, step: Line | ReductionOption) -> date:
    """The first day on which a candidate can stand: decided on the first day of the horizon."""
    return start_of(step, case.periods[0].start)


def start_of(step: Line | ReductionOption, decision: date) -> date:
    """The first day on which a step stands, or an option is in force, that was decided on a day."""
    start = months_after(decision, step.lead_time_months or 0)
    return start if step.earliest is None else max(start, step.earliest)


def _covers(period: Period, start: date | None, end: date | None) -> bool:
    return (start is None or start < period.end) and (end is None or end > period.start)


def surely_stands(case: Case, line: Line) -> frozenset[int]:
    """Positions of the periods in which a line stands whatever is decided; of a partner's its contract has a say."""
    if line.candidate or line.closing_cost_cny is not None or line.contract:
        return frozenset()
    return frozenset(t for t, p in enumerate(case.periods) if _covers(p, line.opens, line.closes))


def may_stand(case: Case, line: Line) -> frozenset[int]:
    """Positions of the periods in which a line stands, or a step can.

    Of all decisions in time the latest has the latest end, so it alone is looked at.
    """
    if not line.candidate:
        return frozenset(t for t, p in enumerate(case.periods) if _covers(p, line.opens, line.closes))
    starts = [start_of(line, period.start) for period in case.periods]
    found = set()
    for t, period in enumerate(case.periods):
        decided = bisect_left(starts, period.end) - 1
        if decided >= 0 and _covers(period, starts[decided], end_of_life(line, starts[decided])):
            found.add(t)
    return frozenset(found)


def end_of_life(line: Line, start: date) -> date | None:
    """The day after the last of a step that started on a day; None: it stays for good."""
    return None if line.life_a is None else months_after(start, round(12 * line.life_a))


def under_construction(case: Case, line: Line) -> bool:
    """Whether a line is committed: it stands, it states its capex, and it opens after the horizon begins."""
    late = line.opens is not None and line.opens > case.periods[0].start
    return late and not line.candidate and line.capex_cny is not None


def committed(case: Case, line: Line) -> Iterator[tuple[date, float]]:
    """(day, CNY) of what is still due for a line under construction; before the horizon it is sunk."""
    if line.opens is None or line.capex_cny is None or not under_construction(case, line):
        return
    decision = months_after(line.opens, -(line.lead_time_months or 0))
    for year, share in enumerate(shares(line.spend_profile) or (1.0,)):
        day = months_after(decision, 12 * year)
        if day >= case.periods[0].start:
            yield day, share * line.capex_cny


def places_of_lines(case: Case) -> dict[str, set[str]]:
    """Line → its facility, site, province, and owner (the site's, where the facility has none)."""
    sites = {row.name: row for row in case.sites}
    found: dict[str, set[str]] = {}
    facilities = {row.name: row for row in case.facilities}
    for line in case.lines:
        names = {line.facility}
        if (facility := facilities.get(line.facility)) and (site := sites.get(facility.site)):
            names |= {site.name, site.province, facility.owner or site.owner}
        found[line.name] = names - {""}
    return found


def places_of_arisings(case: Case) -> dict[str, set[str]]:
    """Arising or campaign of relining → its site, the site's owner and province."""
    sites = {row.name: row for row in case.sites}
    found = {}
    for row in case.all_arisings:
        site = sites.get(row.site)
        found[row.name] = {site.name, site.owner, site.province} - {""} if site else set()
    return found
