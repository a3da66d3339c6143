"""Pools: a storage whose content is mixed is taken from, holds nothing for good, and is the only one at its site."""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.checks.facts import WASTE, Facts
from redmud_opt.case.faults import Fault
from redmud_opt.i18n import Message


def pools_are_taken_from(facts: Facts) -> Iterator[Fault]:
    """What is placed for good has no composition that could be taken out."""
    for row in facts.case.storages:
        if row.mixed and row.final:
            yield facts.fault(row, "final", "pool_final", Message("case.list_storages_apart"), name=row.name)


def pools_stand_alone(facts: Facts) -> Iterator[Fault]:
    """Two storages at a site would let the plan keep apart what one of them mixes."""
    for row in facts.case.storages:
        others = tuple(o.name for o in facts.case.storages if o.site == row.site and o is not row)
        if row.mixed and others:
            values = {"name": row.name, "site": row.site, "others": others}
            yield facts.fault(row, "site", "pool_not_alone", Message("case.site_of_its_own"), **values)


def pools_of_one_status(facts: Facts) -> Iterator[Fault]:
    """Mixed with a hazardous waste all of it would be one (GB 5085.7 5.1): the two are not mixed."""
    for row in facts.case.storages:
        members = [m for m in facts.case.members(row.material) if m in facts.materials]
        hazardous = [m for m in members if facts.materials[m].legal_status == WASTE[1]]
        others = [m for m in members if m not in hazardous]
        if row.mixed and hazardous and others:
            values = {"name": row.name, "hazardous": tuple(hazardous), "others": tuple(others)}
            yield facts.fault(
                row, "material", "pool_spreads_hazard", Message("case.pool_by_status"), **values
            )


def pools_hold_tonnes(facts: Facts) -> Iterator[Fault]:
    """Shares are shares of mass: what is counted in another unit is not mixed."""
    for row in facts.case.storages:
        odd = tuple(
            m for m in facts.case.members(row.material) if m in facts.materials and not facts.in_tonnes(m)
        )
        if row.mixed and odd:
            yield facts.fault(row, "material", "pool_not_in_tonnes", None, name=row.name, materials=odd)
