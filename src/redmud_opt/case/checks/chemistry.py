"""Composition: oxides cannot be more than the whole, and no average is diluted by what goes round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.library import is_library
from redmud_opt.case.things import Assay
from redmud_opt.case.units import factor, is_mass_fraction, unit_fault
from redmud_opt.i18n import Message

WHOLE = 100.5
"""Per cent of mass that a sum of analyses may reach."""

PART_SLACK = 0.005
"""Share by which a part may exceed its whole: two rounded analyses."""


def oxides_are_shares(facts: Facts) -> Iterator[Fault]:
    """An oxide is a share of mass."""
    for row in facts.case.properties:
        if row.oxide and not is_mass_fraction(row.unit) and unit_fault(row.unit) is None:
            yield facts.fault(row, "unit", "oxide_unit", property=row.name, unit=row.unit)


def oxide_sums(facts: Facts) -> Iterator[Fault]:
    """The oxides of a material sum to at most 100 %."""
    units = {row.name: row.unit for row in facts.case.properties if row.oxide and is_mass_fraction(row.unit)}
    held: dict[str, dict[str, Assay]] = defaultdict(dict)
    for row in facts.case.composition:
        if row.property in units:
            held[row.material][row.property] = row
    for material, rows in held.items():
        values = {name: facts.assays[material, name] for name in rows}
        total = sum(value * (factor(units[name], "wt%") or 0.0) for name, value in values.items())
        if total > WHOLE:
            last = list(rows.values())[-1]
            yield facts.fault(
                last, "value", "oxides_above_whole", material=material, total=total, names=tuple(rows)
            )


def shares_of_mass(facts: Facts) -> Iterator[Fault]:
    """A share of mass lies between nothing and the whole."""
    units = {row.name: row.unit for row in facts.case.properties if is_mass_fraction(row.unit)}
    for row in facts.case.composition:
        share = row.value * (factor(units[row.property], "wt%") or 0.0) if row.property in units else 0.0
        if share < 0 or share > WHOLE:
            yield facts.fault(row, "value", "no_share_of_mass", property=row.property, share=share)


def parts_within_wholes(facts: Facts) -> Iterator[Fault]:
    """A part of a property does not exceed its share of the whole: iron 69.94 % of Fe2O3, soluble soda all soda."""
    known = {row.name: row for row in facts.case.properties}
    held = {(row.material, row.property): row for row in facts.case.composition}
    for (material, name), assay in held.items():
        part = known.get(name)
        whole = None if part is None else held.get((material, part.part_of))
        if part is None or whole is None or part.part_of not in known:
            continue
        by = factor(known[part.part_of].unit, part.unit)
        most = None if by is None else facts.assays[material, part.part_of] * by * part.part_of_share
        value = facts.assays[material, name]
        if most is not None and value > most * (1 + PART_SLACK) + 1e-9:
            values = {"material": material, "property": name, "value": value, "most": most}
            taken_over = is_library(whole) and not is_library(assay)
            remedy = Message("case.state_the_whole", {"whole": part.part_of}) if taken_over else None
            yield facts.fault(assay, "value", "part_above_whole", remedy, whole=part.part_of, **values)


def parts_convert(facts: Facts) -> Iterator[Fault]:
    """A part is measured in a unit that converts into that of its whole."""
    known = {row.name: row for row in facts.case.properties}
    for row in facts.case.properties:
        whole = known.get(row.part_of)
        if whole is not None and factor(whole.unit, row.unit) is None:
            values = {"unit": row.unit, "property": row.part_of, "into": whole.unit}
            yield facts.fault(row, "unit", "unit_does_not_convert", None, **values)


def gates_not_diluted(facts: Facts) -> Iterator[Fault]:
    """A process whose mass average is limited takes none of its own outputs: what circulates would dilute it."""
    mixing = {row.name: row.mixing for row in facts.case.properties}
    for row in facts.case.gates:
        if (row.kind or mixing.get(row.property)) != "blend":
            continue
        for name in facts.case.members(row.at):
            made = {output.material for output in facts.outputs.get(name, ())}
            round_ = tuple(sorted(made & facts.taken.get(name, frozenset())))
            if name in facts.sound and round_:
                values = {"gate": row.name, "process": name, "materials": round_}
                remedy = Message("case.no_return_feed")
                yield facts.fault(row, "at", "gate_diluted", remedy, **values)
