"""A case with its parameters at their ends, looked at by the checks of a case before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from redmud_opt.case import Case, Fault
from redmud_opt.case.checks import CHECKS, evidence
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.draft import Draft
from redmud_opt.i18n import Message
from redmud_opt.study.sweeps.parameters import Parameter, moved, only_money

OF_EVIDENCE = evidence.__name__
"""Checks that look at what stands behind a number: a study may ask what lies beyond it."""

SHOWN = 3
"""Faults of one end that are told."""


def faults_of(case: Case) -> list[Fault]:
    """What is wrong with what the rows of a case say together. Names have been resolved when it was read."""
    facts = Facts(Draft(case=case))
    checks = (check for check, _, _ in CHECKS if check.__module__ != OF_EVIDENCE)
    return [fault for check in checks for fault in check(facts)]


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
