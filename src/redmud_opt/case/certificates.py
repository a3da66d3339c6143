"""Several certificates of one property of a material count as one: pooled over all their samples.

    p  = Σ n·p_i ÷ Σ n                          n samples of certificate i, 1 where it states none
    σ² = Σ n·(σ_i² + (p_i − p)²) ÷ Σ n          within certificates and between them

σ_i is the standard deviation of a single sample: what a row states, times √n where it states that of the mean. σ is
that of a single sample too, whichever certificate it is drawn from, and is not divided by √n: a receiver tests the
lot that it gets. With one row p and σ are what it states.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt

from redmud_opt.case.case import Case
from redmud_opt.case.draft import key_of
from redmud_opt.case.months import months_after
from redmud_opt.case.things import Assay


@dataclass(frozen=True, slots=True)
class Pooled:
    """Mean and standard deviation of a single sample, in the unit of the property."""

    value: float
    sigma: float


def single_sigma(row: Assay) -> float:
    """Standard deviation of a single sample of a certificate."""
    return row.sigma * sqrt(row.samples or 1) if row.sigma_of == "mean" else row.sigma


def pool(rows: Iterable[Assay]) -> Pooled:
    """All certificates of one property of one material as one."""
    held = list(rows)
    if len(held) == 1:  # as stated, to the last digit
        return Pooled(held[0].value, single_sigma(held[0]))
    count = sum(row.samples or 1 for row in held)
    value = sum((row.samples or 1) * row.value for row in held) / count
    spread = sum((row.samples or 1) * (single_sigma(row) ** 2 + (row.value - value) ** 2) for row in held)
    return Pooled(value, sqrt(spread / count))


def pooled(rows: Iterable[Assay]) -> dict[tuple[str, str], Pooled]:
    """(material, property) → what all its certificates say together."""
    held: defaultdict[tuple[str, str], list[Assay]] = defaultdict(list)
    for row in rows:
        held[row.material, row.property].append(row)
    return {key: pool(own) for key, own in held.items()}


def stated(case: Case) -> dict[tuple[str, str], Pooled]:
    """(material, property) → its certificates, else the grade at which all that there is of it is made."""
    tables = (case.arisings, case.supplies, case.opening_stock)
    brought = {row.material for table in tables for row in table}
    grades: defaultdict[str, set[tuple[str, float | None]]] = defaultdict(set)
    for row in case.outputs:
        grades[row.material].add((row.property, row.grade))
    only = [(name, *own.pop()) for name, own in grades.items() if len(own) == 1 and name not in brought]
    made_at = {(name, prop): Pooled(grade, 0.0) for name, prop, grade in only if prop and grade is not None}
    return made_at | pooled(case.composition)


def out_of_date(case: Case) -> Iterator[str]:
    """Certificates of a day that is still to come, or too long ago, when the horizon begins."""
    start, oldest = case.periods[0].start, case.settings.certificate_max_age_months
    for row in case.composition:
        day = row.certificate_date
        if day is not None and (day > start or (oldest is not None and months_after(day, oldest) < start)):
            yield key_of(row)
