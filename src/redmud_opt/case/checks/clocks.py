"""Storage clocks: rows of the pack mean one thing, extensions were granted and are allowed, ages have a beginning."""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.rules import StorageClock
from redmud_opt.case.works import Storage

ROLES = frozenset({"producer", "licensed_operator"})


def clocks_mean_one_thing(facts: Facts) -> Iterator[Fault]:
    """A hard clock has ages and no price."""
    for row in facts.case.clocks:
        if row.hard and row.aggregate:
            yield facts.fault(row, "aggregate", "clock_hard_aggregate", role=row.role)
        if row.hard and row.price_cny_per_t_a:
            yield facts.fault(row, "price_cny_per_t_a", "clock_hard_priced", role=row.role)


def extensions_are_granted(facts: Facts) -> Iterator[Fault]:
    """An extension of a clock says who granted it, and is within what every row that it lengthens allows."""
    for storage in facts.case.storages:
        months = storage.clock_extension_months
        if months is None:
            if storage.clock_extension_clause:
                yield facts.fault(
                    storage, "clock_extension_months", "clock_extension_unsaid", name=storage.name
                )
            continue
        if not storage.clock_extension_clause:
            yield facts.fault(
                storage, "clock_extension_clause", "clock_extension_by_nobody", name=storage.name
            )
        rows = _rows(facts, storage)
        if not rows:
            yield facts.fault(
                storage, "clock_extension_months", "clock_extension_of_nothing", name=storage.name
            )
        for row in rows:
            if months > row.extension_months:
                values = {"months": months, "most": row.extension_months, "clause": row.clause}
                yield facts.fault(storage, "clock_extension_months", "clock_extension_beyond", **values)
                break


def _rows(facts: Facts, storage: Storage) -> list[StorageClock]:
    """Rows that may bind a storage: those of its owner's role, else of the clocks of what it takes."""
    owners = {row.name: row.role for row in facts.case.owners}
    site = next((row for row in facts.case.sites if row.name == storage.site), None)
    role = owners.get(site.owner, "") if site is not None else ""
    members = facts.case.members(storage.material)
    clocks = {facts.materials[name].clock for name in members if name in facts.materials}
    roles = {role} & ROLES or clocks & ROLES or ROLES
    return [row for row in facts.case.clocks if row.role in roles]


def ages_begin(facts: Facts) -> Iterator[Fault]:
    """What has a storage clock arises, lies there or is made of a waste: without an origin it keeps no age."""
    for row in facts.case.outputs:
        material = facts.materials.get(row.material)
        recipe = row.process in facts.processes and row.process not in facts.feeds
        if recipe and material is not None and material.clock in ROLES:
            values = {"material": row.material, "process": row.process}
            yield facts.fault(row, "material", "clock_of_recipe", **values)
