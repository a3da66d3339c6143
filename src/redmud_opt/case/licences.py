"""Permits and exemptions as a case has them: who may receive which code, when, and how much.

A permit holds on the days from `valid_from` until before `valid_to`; it opens every period that holds one of them,
and its tonnes count by days. An exemption, and a point-to-point scheme, stand only in periods that items of the list
of exemptions cover from the first day to the last: what makes the law less strict applies from the next period.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from redmud_opt.case.case import Case, Period
from redmud_opt.case.rules import Exemption, ListedExemption, Permit

ANY_CODE = "any"


def valid_days(permit: Permit, period: Period) -> int:
    """Days of a period on which a permit is valid."""
    first = max(period.start, permit.valid_from or period.start)
    after = min(period.end, permit.valid_to or period.end)
    return max(0, (after - first).days)


def allowed_t(permit: Permit, periods: Iterable[Period]) -> float:
    """Tonnes of a permit in periods of one calendar year, in proportion to the valid days of that year."""
    days = [(period, valid_days(permit, period)) for period in periods]
    return sum(
        permit.amount_t_per_a * n / (date(p.year + 1, 1, 1) - date(p.year, 1, 1)).days for p, n in days
    )


def covering(case: Case, code: str, *, scheme: bool = False) -> list[ListedExemption]:
    """Items of the list that exempt the use of a code; those of any code cover point-to-point schemes alone."""
    names = {ANY_CODE} if scheme else {code, ANY_CODE}
    return [row for row in case.exemption_list if row.code in names and row.link in ("use", "all")]


def covered(rows: Iterable[ListedExemption], period: Period) -> bool:
    """Whether items together hold on every day of a period."""
    held = sorted((row.valid_from or date.min, row.valid_to or date.max) for row in rows)
    reached = period.start
    for first, after in held:
        if first <= reached < after:
            reached = after
    return reached >= period.end


def exempt_codes(case: Case) -> dict[tuple[str, str], list[Exemption]]:
    """(receiver, code) → rows that exempt the use step there, groups opened."""
    found: dict[tuple[str, str], list[Exemption]] = {}
    for row in case.exemptions:
        if row.link == "use":
            for receiver in case.members(row.receiver) if row.receiver else _receivers(case):
                found.setdefault((receiver, row.code), []).append(row)
    return found


def _receivers(case: Case) -> tuple[str, ...]:
    """A blank receiver: whoever uses it."""
    return (*(row.name for row in case.facilities), *(row.name for row in case.outlets))


def may_receive(case: Case, receiver: str, code: str, method: str | None, use: bool, period: Period) -> bool:
    """Whether a receiver may receive a code by a method (None: a put) in a period, of somebody at least."""
    if use and (receiver, code) in exempt_codes(case) and covered(covering(case, code), period):
        return True
    return any(
        row.receiver == receiver and row.code == code and valid_days(row, period) > 0
        for row in case.permits
        if method is None or row.method in ("", method)
    )


def site_of(case: Case) -> dict[str, str]:
    """Facility, outlet or storage → where it stands."""
    found = {row.name: row.site for row in case.facilities} | {row.name: row.site for row in case.outlets}
    return found | {row.name: row.site for row in case.storages}
