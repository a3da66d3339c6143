"""Composition values are converted to the unit of their property, once, where files are read."""

from __future__ import annotations

import dataclasses

from redmud_opt.case.case import Case
from redmud_opt.case.draft import Draft
from redmud_opt.case.faults import Fault
from redmud_opt.case.things import Assay
from redmud_opt.case.units import factor, unit_fault
from redmud_opt.i18n import Message


def _converted(row: Assay, unit: str, by: float) -> Assay:
    def times(value: float | None) -> float | None:
        return None if value is None else value * by

    return dataclasses.replace(
        row,
        value=row.value * by,
        sigma=row.sigma * by,
        low=times(row.low),
        high=times(row.high),
        unit=unit,
    )


def convert_composition(draft: Draft, faults: list[Fault]) -> Case:
    """The case with every assay in the unit of its property; units that are unknown or do not fit are faults."""
    units: dict[str, str] = {}
    for row in draft.case.properties:
        wrong = unit_fault(row.unit)
        if wrong:
            faults.append(draft.fault(row, "unit", *wrong))
        else:
            units[row.name] = row.unit
    found = []
    for assay in draft.case.composition:
        into = units.get(assay.property)
        wrong = unit_fault(assay.unit) if assay.unit else None
        by = 1.0 if into is None or not assay.unit or wrong else factor(assay.unit, into)
        if wrong:
            faults.append(draft.fault(assay, "unit", *wrong))
        elif by is None:
            values = {"unit": assay.unit, "property": assay.property, "into": into}
            remedy = Message("case.write", {"text": into})
            faults.append(draft.fault(assay, "unit", Message("case.unit_does_not_convert", values), remedy))
        found.append(assay if into is None or by is None else _converted(assay, into, by))
    return dataclasses.replace(draft.case, composition=tuple(found))
