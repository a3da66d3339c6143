"""What backs a number of a case: measured or derived by somebody, with what confidence, or assumed.

    backing = Backing(case);  backing.of("outlets", row, "price_cny_per_t") → Backed

A row's own evidence columns speak of its principal number, the table `evidence` of the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from redmud_opt.case.case import CATALOGUES, TABLES, Case
from redmud_opt.case.checks.evidence import principal
from redmud_opt.case.columns import Row, columns, default_of
from redmud_opt.case.draft import key_of

GRADES = ("high", "medium", "low", "assumed", "unstated")
"""From the surest to none: confidence of what is measured or derived, what is assumed, what says nothing."""


@dataclass(frozen=True, slots=True)
class Backed:
    """A number and what backs it. `name`: the figure that stands behind it, else table, row and column."""

    table: str
    key: str
    column: str
    value: float
    low: float | None
    high: float | None
    evidence: str
    confidence: str
    source: str
    figure: str

    @property
    def grade(self) -> str:
        """One of `GRADES`; measured or derived without a confidence counts as low."""
        if self.evidence in ("measured", "derived"):
            return self.confidence or "low"
        return "assumed" if self.evidence == "assumed" else "unstated"

    @property
    def name(self) -> str:
        """What to call it: one figure may stand behind several cells."""
        return self.figure or f"{self.table}: {self.key} / {self.column}"

    @property
    def relative_range(self) -> float | None:
        """(high − low) ÷ |value|; None where the range is not stated, or the number is 0."""
        if self.low is None or self.high is None or self.value == 0:
            return None
        return abs(self.high - self.low) / abs(self.value)


class Backing:
    """Evidence of every number of a case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._further = {(row.table, row.item.rstrip("/"), row.column): row for row in case.evidence}

    def of(self, table: str, row: Row, column: str) -> Backed:
        """The backing of a number; the number itself may be at its default."""
        key = key_of(row)
        told: Any = row if principal(row) == column and row.evidence else None
        told = told or self._further.get((table, key, column))
        value = getattr(row, column)
        return Backed(
            table=table,
            key=key,
            column=column,
            value=0.0 if value is None else float(value),
            low=None if told is None else told.low,
            high=None if told is None else told.high,
            evidence="" if told is None else told.evidence,
            confidence="" if told is None else told.confidence,
            source="" if told is None else told.source,
            figure=self.case.quotes.get((table, key, column), ""),
        )

    def by_grade(self) -> Counter[str]:
        """Grade → how many numbers."""
        return Counter(number.grade for number in self.numbers())

    def numbers(self) -> Iterator[Backed]:
        """Every number that is stated and has an effect; a key (height on a curve) is what its row speaks of."""
        for table, row_type in TABLES.items():
            if not vars(row_type)["ENFORCED"] or table in CATALOGUES:
                continue
            held = [
                (name, default_of(row_type, name))
                for name, column in columns(row_type).items()
                if column.kind == "number"
                and column.enforced
                and not column.key
                and name not in ("low", "high")
            ]
            for row in getattr(self.case, table):
                for name, default in held:
                    value = getattr(row, name)
                    if value is not None and value != default:
                        yield self.of(table, row, name)
