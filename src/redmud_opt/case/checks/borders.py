"""Documents for borders of provinces, risk assessments, incompatible wastes: rows that can be meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.months import months_after
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.rules import Approval, Requirement
from redmud_opt.case.works import Facility, Outlet, Storage
from redmud_opt.i18n import Message

GENERAL = "general"
Receiver = Facility | Storage | Outlet


def _receivers(facts: Facts) -> dict[str, Receiver]:
    found: list[Receiver] = [*facts.case.facilities, *facts.case.storages, *facts.case.outlets]
    return {row.name: row for row in found}


def approvals_lead_somewhere(facts: Facts) -> Iterator[Fault]:
    """From one province to another, in which the receiver stands."""
    receivers, sites = _receivers(facts), {row.name: row for row in facts.case.sites}
    for row in facts.case.approvals:
        if row.from_province == row.to_province:
            yield facts.fault(row, "to_province", "approval_at_home", province=row.to_province)
            continue
        receiver = receivers.get(row.receiver)
        site = sites.get(receiver.site) if receiver is not None else None
        if site is not None and site.province != row.to_province:
            values = {"receiver": row.receiver, "site": site.name, "province": site.province or "–"}
            yield facts.fault(row, "receiver", "approval_elsewhere", to=row.to_province, **values)


def approvals_name_codes(facts: Facts) -> Iterator[Fault]:
    """A code of the list or of a material; filings, and they alone beside approvals, are for general waste."""
    known = {row.code for row in facts.case.codes} | {row.code for row in facts.case.materials}
    known = (known | {GENERAL}) - {""}
    for row in facts.case.approvals:
        if row.code not in known:
            yield facts.fault(row, "code", "approval_code", did_you_mean(row.code, known), code=row.code)
        elif row.kind == "filing" and row.code != GENERAL:
            yield facts.fault(row, "kind", "filing_of_hazardous", code=row.code)
        elif row.code == GENERAL and row.purpose:
            yield facts.fault(row, "purpose", "purpose_of_general", None)


def approvals_last(facts: Facts) -> Iterator[Fault]:
    """No longer than the law grants, and not beyond what the receiver is licensed for."""
    for row in facts.case.approvals:
        if row.kind != "approval" or row.valid_from is None or row.valid_to is None:
            continue
        asked = _limit(facts, row.valid_from)
        if row.code != GENERAL and asked is not None and asked.limit_months is not None:
            last = months_after(row.valid_from, int(asked.limit_months))
            if row.valid_to > last:
                values = {"months": asked.limit_months, "clause": asked.clause, "date": last}
                remedy = Message("case.approve_again", {"date": last})
                yield facts.fault(row, "valid_to", "approval_too_long", remedy, **values)
                continue
        licensed = _licensed(facts, row)
        if licensed is not None:
            remedy = Message("case.end_with_the_permit", {"date": licensed})
            values = {"receiver": row.receiver, "date": licensed}
            yield facts.fault(row, "valid_to", "approval_beyond_permit", remedy, **values)


def _limit(facts: Facts, day: date) -> Requirement | None:
    """The requirement of an approval that is in force on a day."""
    rows = (row for row in facts.case.requirements if row.rule == "approval")
    return next(
        (
            row
            for row in rows
            if (row.valid_from is None or row.valid_from <= day)
            and (row.valid_to is None or day < row.valid_to)
        ),
        None,
    )


def _licensed(facts: Facts, row: Approval) -> date | None:
    """The day on which the receiver's licence for the code ends before an approval does; None where it does not.

    A permit that begins later, after a gap, does not count; nor is anything said where it has no permit for the code.
    """
    own = [p for p in facts.case.permits if (p.receiver, p.code) == (row.receiver, row.code)]
    end = row.valid_to or date.max
    if any((p.valid_from or date.min) < end <= (p.valid_to or date.max) for p in own):
        return None
    return max((p.valid_to for p in own if p.valid_to is not None and p.valid_to < end), default=None)


def approvals_say_what_for(facts: Facts) -> Iterator[Fault]:
    """For use or for disposal, where the receiver does both; a site takes a code in for one of them."""
    sites = {name: row.site for name, row in _receivers(facts).items()}
    taken: dict[tuple[str, str], tuple[str, Approval]] = {}
    for row in facts.case.approvals:
        if row.kind != "approval" or row.code == GENERAL or row.receiver not in sites:
            continue
        does = _does(facts, row)
        if not row.purpose and "use" in does and len(does) > 1:
            yield facts.fault(row, "purpose", "purpose_needed", receiver=row.receiver, code=row.code)
            continue
        purpose = row.purpose or ("use" if does == {"use"} else "disposal")
        key = sites[row.receiver], row.code
        first, other = taken.setdefault(key, (purpose, row))
        if first != purpose:
            values = {"site": key[0], "code": row.code, "other": other.name}
            yield facts.fault(row, "purpose", "purposes_of_one_code", **values)


def _does(facts: Facts, row: Approval) -> set[str]:
    """What the receiver of an approval does with wastes of its code."""
    found: set[str] = set()
    for outlet in facts.case.outlets:
        if outlet.name == row.receiver and _holds(facts, outlet.material, row.code):
            found |= facts.meanings(outlet.method)
    for storage in facts.case.storages:
        if storage.name == row.receiver and _holds(facts, storage.material, row.code):
            found |= {"storage"} if storage.retrievable else set()
            found |= facts.meanings(storage.method) if storage.final else set()
    lines = {line.name for line in facts.case.lines if line.facility == row.receiver}
    for use in facts.case.line_processes:
        fed = [feed.material for feed in facts.feeds.get(use.process, ())]
        if use.line in lines and any(_holds(facts, selector, row.code) for selector in fed):
            found |= facts.meanings(facts.processes[use.process].method)
    return found


def _holds(facts: Facts, selector: str, code: str) -> bool:
    rows = (facts.materials[name] for name in facts.case.members(selector) if name in facts.materials)
    return any(row.legal_status == "hazardous_waste" and row.code in ("", code) for row in rows)


def neighbours_are_provinces(facts: Facts) -> Iterator[Fault]:
    """A neighbour that the case does not declare is nobody's border here; one written otherwise is a slip."""
    names = {_plain(row.name): row.name for row in facts.case.provinces}
    for row in facts.case.provinces:
        for part in filter(None, (name.strip() for name in row.adjacent_to.split(";"))):
            meant = names.get(_plain(part), part)
            if meant != part:
                remedy = Message("case.write_name", {"name": meant})
                yield facts.fault(row, "adjacent_to", "no_such_neighbour", remedy, name=part)


def _plain(name: str) -> str:
    return name.casefold().replace(" ", "").replace("_", "").replace("-", "")


def assessments_stated(facts: Facts) -> Iterator[Fault]:
    """What takes waste by a method that asks for a risk assessment says when it is there, one way."""
    start, end = facts.case.periods[0].start, facts.case.periods[-1].end
    asked = [
        row
        for row in facts.case.requirements
        if row.rule == "assessment"
        and (row.valid_from is None or row.valid_from < end)
        and (row.valid_to is None or row.valid_to > start)
    ]
    takers: list[Outlet | Storage] = [*facts.case.outlets, *(row for row in facts.case.storages if row.final)]
    for row in takers:
        if row.assessed_on is not None and row.assessment_lead_months is not None:
            yield facts.fault(row, "assessment_lead_months", "assessed_twice", name=row.name)
        elif row.assessed_on is None and row.assessment_lead_months is None:
            rule = next((own for own in asked if own.method in ("", row.method)), None)
            if rule is not None and row.method and facts.wastes(row.material):
                values = {"name": row.name, "method": row.method, "clause": rule.clause}
                remedy = Message("case.state_assessment")
                yield facts.fault(row, "assessed_on", "assessment_needed", remedy, **values)


def incompatible_with_others(facts: Facts) -> Iterator[Fault]:
    """Nothing is incompatible with itself."""
    for row in facts.case.incompatibilities:
        both = sorted(set(facts.case.members(row.first)) & set(facts.case.members(row.second)))
        if both:
            yield facts.fault(row, "second", "incompatible_with_itself", names=tuple(both))
