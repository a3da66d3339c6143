"""Limits and targets: they say something that can be measured, where it can be measured, in time that is planned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.rules import BY_ORIGIN, Limit, Target
from redmud_opt.case.things import Ownership
from redmud_opt.i18n import Message

WHOLE = 1e-6
"""Shares of a facility that sum to one this closely do."""

_ANYWHERE = {"sites", "owners", "provinces"}
PLACES = {
    "flow": _ANYWHERE | {"lanes"},
    "feed": _ANYWHERE | {"facilities", "lines", "processes"},
    "made": _ANYWHERE | {"facilities", "lines", "processes"},
    "bought": _ANYWHERE | {"supplies"},
    "sold": _ANYWHERE | {"outlets"},
    "stock": _ANYWHERE | {"storages"},
    "put": _ANYWHERE | {"storages"},
    "reclaimed": _ANYWHERE | {"storages"},
    "placed": _ANYWHERE | {"storages"},
    "risk": _ANYWHERE | {"storages"},
    "built": _ANYWHERE | {"facilities", "lines"},
    "count_used": _ANYWHERE | {"facilities", "lines", "lanes", "outlets"},
    "haulage": _ANYWHERE | {"lanes"},
    **dict.fromkeys(BY_ORIGIN.split(), _ANYWHERE),
    "account": _ANYWHERE | {"facilities", "lines", "processes", "lanes", "outlets", "storages"},
}
"""Measure → tables of the places at which it is measured."""


def limits_have_value(facts: Facts) -> Iterator[Fault]:
    """A limit states its value; a row that only measures states none."""
    for row in facts.case.limits:
        if row.sense != "measure" and row.value is None:
            yield facts.fault(row, "value", "limit_without_value", name=row.name)
        if row.sense == "measure" and (row.value is not None or row.share_of):
            yield facts.fault(row, "value" if row.value is not None else "share_of", "measure_with_value")


def shares_of_measures(facts: Facts) -> Iterator[Fault]:
    """A share is taken of a row that measures, over the same time."""
    rows = {row.name: row for row in facts.case.limits}
    measures = [name for name, row in rows.items() if row.sense == "measure"]
    for row in facts.case.limits:
        of = rows.get(row.share_of)
        if of is None:
            continue
        if of.sense != "measure":
            yield facts.fault(
                row, "share_of", "share_of_limit", did_you_mean(row.share_of, measures), name=row.share_of
            )
        elif (of.per, of.during) != (row.per, row.during):
            yield facts.fault(row, "share_of", "share_over_other_time", name=row.share_of)


def limits_fit_places(facts: Facts) -> Iterator[Fault]:
    """The place of a limit is one at which its measure is taken, else it would bind nothing."""
    for row in facts.case.limits:
        held = facts.index.kinds(row.at)
        if row.at and held and not held <= PLACES[row.measure]:
            yield facts.fault(row, "at", "limit_place", measure=row.measure, at=row.at)
        lanes = row.measure == "count_used" and held <= _ANYWHERE | {"lanes"}
        if row.to and row.measure not in ("flow", "haulage") and not lanes:
            yield facts.fault(row, "to", "limit_to", measure=row.measure)
        if row.every == "each" and not row.at:
            yield facts.fault(row, "every", "each_of_nothing")


def limits_by_origin(facts: Facts) -> Iterator[Fault]:
    """A class belongs to measures in origin tonnes; what is generated is known by class and calendar year."""
    years = {str(period.year) for period in facts.case.periods}
    for row in facts.case.limits:
        if row.waste_class and row.measure not in BY_ORIGIN.split():
            yield facts.fault(row, "waste_class", "limit_class", measure=row.measure)
        if row.waste_class == "none":
            yield facts.fault(row, "waste_class", "limit_class_none")
        if row.measure != "generated":
            continue
        if row.material:
            yield facts.fault(row, "material", "limit_generated_material")
        if row.per == "period":
            yield facts.fault(row, "per", "limit_generated_time")
        if row.during and row.during not in years:
            yield facts.fault(row, "during", "limit_generated_during", during=row.during)


SAME = (
    *("measure", "account", "mode", "material", "waste_class", "at", "to", "every", "per", "during"),
    "share_of",
)
"""Columns that say what a limit is about."""


def limits_agree(facts: Facts) -> Iterator[Fault]:
    """What is asked of one amount can hold together: no least above a greatest, no two exact values."""
    seen: dict[tuple[object, ...], list[Limit]] = {}
    for row in facts.case.limits:
        if row.sense == "measure" or row.value is None:
            continue
        about = tuple(getattr(row, name) for name in SAME)
        for other in seen.get(about, ()):
            if _contradict(row, other) or _contradict(other, row):
                values = {"name": other.name, "sense": other.sense, "value": other.value}
                remedy = Message("case.leave_one_limit", {"row": str(other.place.row)})
                yield facts.fault(row, "value", "limits_contradict", remedy, **values)
                break
        seen.setdefault(about, []).append(row)


def _contradict(least: Limit, most: Limit) -> bool:
    """Whether one row asks for more than the other lets be."""
    bounds = least.sense in ("min", "equal") and most.sense in ("max", "equal")
    return bounds and (least.value or 0.0) > (most.value or 0.0) * (1.0 + WHOLE)


def change_limits_bind(facts: Facts) -> Iterator[Fault]:
    """A change limit states how much may change, at a place where its measure is taken."""
    for row in facts.case.change_limits:
        if row.max_change_t is None and row.max_change_share is None:
            yield facts.fault(row, "max_change_t", "change_limit_without_value", name=row.name)
        held = facts.index.kinds(row.at)
        if row.at and held and not held <= PLACES[row.measure]:
            yield facts.fault(row, "at", "change_limit_place", measure=row.measure, at=row.at)
        if row.to and row.measure != "flow":
            yield facts.fault(row, "to", "change_limit_to", measure=row.measure)
        if row.every == "each" and not row.at:
            yield facts.fault(row, "every", "change_each_of_nothing")


def end_stocks_bind(facts: Facts) -> Iterator[Fault]:
    """A storage that says what is left at the end may give its stock away."""
    for row in facts.case.storages:
        if row.end_stock != "setting" and not row.retrievable:
            remedy = Message("case.end_stock_setting")
            yield facts.fault(row, "end_stock", "end_stock_of_nothing", remedy, name=row.name)


def _years(facts: Facts, target: Target) -> list[int]:
    planned = sorted({period.year for period in facts.case.periods})
    return planned if target.year is None else [target.year]


def targets_in_horizon(facts: Facts) -> Iterator[Fault]:
    """The year of a target is planned, to its end."""
    first, last = facts.case.periods[0].start, facts.case.periods[-1].end
    for row in facts.case.targets:
        for year in _years(facts, row):
            if year < first.year or date(year, 1, 1) >= last:
                yield facts.fault(row, "year", "target_outside", year=str(year), start=first, end=last)
            elif last < date(year + 1, 1, 1):
                yield facts.fault(row, "year", "target_year_cut", year=str(year), end=last)


def _plants(facts: Facts, target: Target) -> list[str]:
    """Sites where waste of the target's class arises, within its scope."""
    scope = set(facts.case.members(target.scope)) if target.scope else set()
    sites = {row.name: row for row in facts.case.sites}
    found = []
    for row in facts.case.all_arisings:
        material, site = facts.materials.get(row.material), sites.get(row.site)
        if material is None or site is None or material.waste_class != target.waste_class:
            continue
        if not scope or scope & {site.name, site.owner, site.province}:
            found.append(site.name)
    return list(dict.fromkeys(found))


def hard_targets_refer_to_waste(facts: Facts) -> Iterator[Fault]:
    """A hard target is on a waste that arises in its scope; on nothing it would hold whatever is done."""
    stated = {row.waste_class for row in facts.case.year_to_date}
    for row in facts.case.targets:
        if row.hard and row.waste_class not in ("none", *stated) and not _plants(facts, row):
            values = {"waste_class": row.waste_class, "scope": row.scope}
            yield facts.fault(
                row, "scope" if row.scope else "waste_class", "target_on_nothing", None, **values
            )


def targets_know_the_year(facts: Facts) -> Iterator[Fault]:
    """A target on a year that began before the horizon needs what was generated and used in it so far."""
    start = facts.case.periods[0].start
    if start == date(start.year, 1, 1):
        return
    stated = {(row.waste_class, row.site) for row in facts.case.year_to_date}
    for row in facts.case.targets:
        missing = [site for site in _plants(facts, row) if (row.waste_class, site) not in stated]
        if start.year in _years(facts, row) and missing:
            values = {"year": str(start.year), "waste_class": row.waste_class, "sites": tuple(missing)}
            yield facts.fault(row, "year", "year_to_date_missing", None, **values)


def year_to_date_needed(facts: Facts) -> Iterator[Fault]:
    """What came before the horizon in its first year can only be stated where something did."""
    start = facts.case.periods[0].start
    for row in facts.case.year_to_date:
        if start == date(start.year, 1, 1) and (
            row.generated_t or row.utilised_new_t or row.utilised_legacy_t
        ):
            yield facts.fault(row, "generated_t", "year_to_date_idle", start=start)
        if row.utilised_new_t > row.generated_t:
            values = {"utilised": row.utilised_new_t, "generated": row.generated_t}
            yield facts.fault(row, "utilised_new_t", "year_to_date_above", None, **values)


def targets_are_whole(facts: Facts) -> Iterator[Fault]:
    """A target names a class; a soft one its price."""
    for row in facts.case.targets:
        if row.waste_class == "none":
            yield facts.fault(row, "waste_class", "target_without_class")
        if not row.hard and row.price_cny_per_t is None:
            yield facts.fault(row, "price_cny_per_t", "soft_without_price", name=row.name)


def ownership_is_whole(facts: Facts) -> Iterator[Fault]:
    """The shares of a facility make up the whole of it, and its service has one price."""
    rows: dict[str, list[Ownership]] = {}
    for row in facts.case.ownership:
        rows.setdefault(row.facility, []).append(row)
    for facility, own in rows.items():
        total = sum(row.share for row in own)
        if abs(total - 1) > WHOLE:
            yield facts.fault(own[-1], "share", "ownership_not_whole", facility=facility, total=total)
        for row in own[1:]:
            if row.service_price_cny_per_t != own[0].service_price_cny_per_t:
                yield facts.fault(row, "service_price_cny_per_t", "ownership_two_prices", facility=facility)
