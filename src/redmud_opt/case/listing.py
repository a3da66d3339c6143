"""The list of hazardous wastes and what the law asks for, as a case has them over its horizon.

    listed in a period   some row of the code overlaps it        (stricter law counts from the start of a period)
    asked in a period    some row of the requirement overlaps it

A row whose hazard is `none` names what is listed as not hazardous (mirror entries of the European list).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from redmud_opt.case.case import Case, Period
from redmud_opt.case.rules import Requirement, WasteCode
from redmud_opt.case.things import Material

NOT_HAZARDOUS = "none"


class DatedRow(Protocol):
    """A row of a rule pack with the days between which it holds."""

    @property
    def valid_from(self) -> date | None:
        """First day."""
        ...

    @property
    def valid_to(self) -> date | None:
        """Day after the last."""
        ...


D = TypeVar("D", bound=DatedRow)


def overlaps(row: DatedRow, period: Period) -> bool:
    """Whether a row holds in any part of a period."""
    return (row.valid_from is None or row.valid_from < period.end) and (
        row.valid_to is None or row.valid_to > period.start
    )


def ever(rows: Iterable[D], periods: Iterable[Period]) -> list[D]:
    """The rows that hold in any part of some period."""
    spans = list(periods)
    return [row for row in rows if any(overlaps(row, period) for period in spans)]


def requirements(case: Case, rule: str) -> list[Requirement]:
    """What the rule pack asks for in any part of the horizon."""
    return ever((row for row in case.requirements if row.rule == rule), case.periods)


def letters(text: str) -> frozenset[str]:
    """Hazard letters in a cell: `R,T` → R and T."""
    return frozenset(re.findall(r"\w+", text.upper()))


def is_hazardous(row: WasteCode) -> bool:
    """Whether a row of the list names a hazardous waste."""
    return row.hazard.strip().lower() != NOT_HAZARDOUS


def rows_of(case: Case, code: str) -> list[WasteCode]:
    """The rows of a code that name a hazardous waste, whenever they hold."""
    return [row for row in case.codes if row.code == code and is_hazardous(row)]


def listed(case: Case, code: str) -> list[bool]:
    """In which periods a code is on the list of hazardous wastes."""
    rows = rows_of(case, code)
    return [any(overlaps(row, period) for row in rows) for period in case.periods]


def listed_letters(case: Case, code: str) -> frozenset[str]:
    """Hazard letters of a code in the editions that hold in any part of the horizon; `listed` is no letter."""
    found = (letters(row.hazard) for row in ever(rows_of(case, code), case.periods))
    return frozenset().union(*found) - {"LISTED"}


def given_materials(case: Case) -> frozenset[str]:
    """Materials that arise, lie in stock or are bought, or may arise instead."""
    rows = (*case.all_arisings, *case.opening_stock, *case.supplies)
    return frozenset(row.material for row in rows) | {row.becomes for row in case.reductions if row.becomes}


def code_of(case: Case, material: Material) -> str:
    """The declared code of a material; blank where the list of the pack does not know it."""
    known = {row.code for row in case.codes}
    return material.code if not known or material.code in known else ""
