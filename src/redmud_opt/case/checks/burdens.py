"""Burdens: each is counted once, where it arises, and what is avoided is not avoided twice."""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.burdens import Avoided
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.i18n import Message


def factors_of_purchases(facts: Facts) -> Iterator[Fault]:
    """A factor is of something that comes from outside: what a process makes has its burden where it is made."""
    maker = {row.material: row.process for row in facts.case.outputs}
    for row in facts.case.factors:
        if facts.is_waste(row.material):
            yield facts.fault(row, "material", "factor_of_waste", material=row.material)
        elif row.material in maker:
            values = {"material": row.material, "process": maker[row.material]}
            remedy = Message("case.factor_on_inputs", {"process": values["process"]})
            yield facts.fault(row, "material", "factor_of_made", remedy, **values)


def burdens_counted_once(facts: Facts) -> Iterator[Fault]:
    """Energy, and water in cubic metres, stands in `emissions` or in the factor of what a process takes, not in both.

    CO2e may stand in both: what goes up the stack of the process, and what the power station emitted.
    """
    factors = {(row.account, row.material) for row in facts.case.factors}
    for row in facts.case.emissions:
        for taken in facts.inputs.get(row.process, ()):
            shared = not row.point or not taken.point or row.point == taken.point
            if (
                shared
                and (row.account, taken.material) in factors
                and _same(facts, row.account, taken.material)
            ):
                values = {"process": row.process, "material": taken.material, "account": row.account}
                remedy = Message("case.leave_one_out")
                yield facts.fault(row, "account", "counted_in_factor", remedy, **values)
                break


def _same(facts: Facts, account: str, material: str) -> bool:
    """Whether a row of `emissions` would book the very consumption that an input's factor books."""
    unit = facts.materials[material].unit if material in facts.materials else ""
    return account == "energy_kgce" or (account == "water_m3" and unit == "m3")


def avoided_once(facts: Facts) -> Iterator[Fault]:
    """The same tonnes avoid a burden once: by their outlet, by what they are, or by the process that made them."""
    stated: dict[str, list[Avoided]] = {}
    for row in facts.case.avoided:
        for other in stated.get(row.account, ()):
            if _share(facts, row.item, other.item) or _share(facts, other.item, row.item):
                values = {"account": row.account, "item": row.item, "other": other.item}
                yield facts.fault(row, "item", "avoided_twice", None, **values)
                break
        stated.setdefault(row.account, []).append(row)


def _share(facts: Facts, item: str, other: str) -> bool:
    """Whether the tonnes of one item may be those of another."""
    outlets = {row.name: row for row in facts.case.outlets}
    taken = facts.case.members(outlets[item].material) if item in outlets else (item,)
    if other in taken and other != item:
        return True
    made = {row.material for row in facts.outputs.get(other, ())}
    return bool(made.intersection(taken))
