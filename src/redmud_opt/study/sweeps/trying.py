"""A case with its parameters at their ends, looked at by the checks of a case before anything runs.

Of the checks only those matter to a member that read a cell which moves: all others see what they saw in the base and
say what they said. `looking_at` finds them by running each on rows that notice being read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from redmud_opt.case import Case, Fault
from redmud_opt.case.checks import CHECKS, evidence
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.draft import Draft
from redmud_opt.i18n import Message
from redmud_opt.study.sweeps.parameters import SETTINGS, Parameter, moved, only_money

Check = Callable[[Facts], Iterable[Fault]]

OF_EVIDENCE = evidence.__name__
"""Checks that look at what stands behind a number: a study may ask what lies beyond it."""

SHOWN = 3
"""Faults of one end that are told."""

CONSIDERED: tuple[Check, ...] = tuple(check for check, _, _ in CHECKS if check.__module__ != OF_EVIDENCE)


def faults_of(case: Case, checks: Sequence[Check] = CONSIDERED) -> list[Fault]:
    """What is wrong with what the rows of a case say together. Names have been resolved when it was read."""
    facts = Facts(Draft(case=case))
    return [fault for check in checks for fault in check(facts)]


def looking_at(case: Case, parameters: Sequence[Parameter]) -> tuple[Check, ...]:
    """The checks that read any cell which moves."""
    return tuple(check for check in CONSIDERED if _reads(check, case, parameters))


def _reads(check: Check, case: Case, parameters: Sequence[Parameter]) -> bool:
    read: list[str] = []
    try:
        list(check(Facts(Draft(case=_noticing(case, parameters, read)))))
    except Exception:  # it does with rows what only plain ones bear, whatever comes of that
        return True
    return bool(read)


def _noticing(case: Case, parameters: Sequence[Parameter], read: list[str]) -> Case:
    """The case with rows that note in `read` when a cell of theirs that moves is looked at."""
    cells: dict[str, dict[int, set[str]]] = {}
    for parameter in parameters:
        for cell in parameter.cells:
            cells.setdefault(cell.table, {}).setdefault(cell.position, set()).add(cell.column)
    tables: dict[str, Any] = {}
    for table, rows in cells.items():
        held = getattr(case, table)
        if table == SETTINGS:
            tables[table] = _notices(held, rows[0], read)
        else:
            tables[table] = tuple(
                _notices(row, rows[k], read) if k in rows else row for k, row in enumerate(held)
            )
    return replace(case, **tables)


def _notices(row: Any, columns: set[str], read: list[str]) -> Any:
    def look(self: Any, name: str) -> Any:
        if name in columns:
            read.append(name)
        return object.__getattribute__(self, name)

    kind = type(row)
    found: Any = object.__new__(type(kind.__name__, (kind,), {"__slots__": (), "__getattribute__": look}))
    for column in fields(row):
        object.__setattr__(found, column.name, getattr(row, column.name))
    return found


def faults_at_ends(case: Case, parameters: Sequence[Parameter], shown: str) -> Iterator[Fault]:
    """Faults of the case with each parameter alone at its ends, where it moves more than money."""
    known = set(faults_of(case))
    for k, parameter in enumerate(parameters):
        if only_money([parameter]):
            continue
        for end in (parameter.low, parameter.high):
            values = [end if j == k else other.base for j, other in enumerate(parameters)]
            for fault in [f for f in faults_of(moved(case, parameters, values)) if f not in known][:SHOWN]:
                what = Message("sweep.end_is_faulty", {"name": parameter.name, "end": f"{end:g}"})
                where = f"{shown}: {fault.file}"
                yield Fault(where, fault.row, fault.column, fault.message, what)
