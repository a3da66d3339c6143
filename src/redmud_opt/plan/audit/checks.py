"""What an audit says: `Check` and `Audit`, and the `Findings` that a family writes its rows to.

    residual = |violation| ÷ max(1, largest absolute term of the row)          passed: residual ≤ 1e-6

A family reports each row that fails by itself, and the rows that hold as one check with their number and
the worst residual among them. A fault that has no amount (an unknown name, a number that is none) has the
residual 1.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import pandas as pd

from redmud_opt.i18n import Message, text

TOLERANCE = 1e-6
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Check:
    """One row of an audit: what was compared, where, and by how much it is off, relative to its scale."""

    family: str
    message: Message
    residual: float
    tolerance: float
    passed: bool
    where: str


@dataclass(frozen=True, slots=True)
class Audit:
    """All checks of a plan against its case."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed; an audit without checks has shown nothing."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def worst_residual(self) -> float:
        """The greatest residual, relative to the scale of its row."""
        return max((check.residual for check in self.checks), default=0.0)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed, the worst first."""
        return tuple(sorted((c for c in self.checks if not c.passed), key=lambda c: -c.residual))

    def frame(self, language: str = "en") -> pd.DataFrame:
        """The checks as a table, with their messages in `language` (zh or en)."""
        rows = [
            (c.family, c.passed, c.residual, c.tolerance, c.where, c.message.key, text(c.message, language))
            for c in self.checks
        ]
        columns = ["family", "passed", "residual", "tolerance", "where", "key", "message"]
        return pd.DataFrame(rows, columns=columns)


class Findings:
    """Collects the checks of one family."""

    def __init__(self, family: str) -> None:
        self.family = family
        self.failed: list[Check] = []
        self.notes: list[Check] = []
        self.rows = 0
        self.worst = 0.0
        self.worst_where = ""

    def equal(
        self, key: str, where: str, stated: float, expected: float, scale: float = 0.0, **values: object
    ) -> None:
        """The plan states what the audit finds."""
        numbers = {"stated": stated, "expected": expected}
        terms = max(abs(stated), abs(expected), scale)
        self._weigh(key, where, abs(stated - expected), terms, {**numbers, **values})

    def at_most(
        self, key: str, where: str, amount: float, limit: float, scale: float = 0.0, **values: object
    ) -> None:
        """An amount does not exceed its limit."""
        terms = max(abs(amount), abs(limit), scale)
        self._weigh(
            key, where, _above_zero(amount - limit), terms, {"amount": amount, "limit": limit, **values}
        )

    def at_least(
        self, key: str, where: str, amount: float, limit: float, scale: float = 0.0, **values: object
    ) -> None:
        """An amount does not fall short of its limit."""
        terms = max(abs(amount), abs(limit), scale)
        self._weigh(
            key, where, _above_zero(limit - amount), terms, {"amount": amount, "limit": limit, **values}
        )

    def nothing(self, key: str, where: str, amount: float, **values: object) -> None:
        """What must not happen does not happen: the amount is zero."""
        self._weigh(key, where, abs(amount), abs(amount), {"amount": amount, **values})

    def fault(self, key: str, where: str, **values: object) -> None:
        """Something is wrong that has no amount."""
        self.rows += 1
        self._fail(key, where, 1.0, values)

    def note(self, key: str, where: str, **values: object) -> None:
        """Something that this audit does not check, said openly."""
        self.notes.append(self._check(key, where, 0.0, True, values))

    def checks(self) -> tuple[Check, ...]:
        """The rows that hold as one check, then each that fails, then the notes."""
        held = self.rows - len(self.failed)
        values = {"rows": held, "worst": self.worst}
        summary = Check(
            self.family, Message("audit.holds", values), self.worst, TOLERANCE, True, self.worst_where
        )
        return (summary, *self.failed, *self.notes)

    def _weigh(self, key: str, where: str, violation: float, terms: float, values: dict[str, object]) -> None:
        self.rows += 1
        values["off"] = violation
        residual = violation / max(1.0, terms)
        if not math.isfinite(residual):
            self._fail(key, where, 1.0, values)
        elif residual > TOLERANCE:
            self._fail(key, where, residual, values)
        elif residual > self.worst:
            self.worst, self.worst_where = residual, where

    def _fail(self, key: str, where: str, residual: float, values: dict[str, object]) -> None:
        self.failed.append(self._check(key, where, residual, False, values))

    def _check(self, key: str, where: str, residual: float, passed: bool, values: dict[str, object]) -> Check:
        message = Message(f"audit.{self.family}.{key}", {"where": where, **values})
        return Check(self.family, message, residual, TOLERANCE, passed, where)


def _above_zero(gap: float) -> float:
    """The positive part; what is not a number stays so, and fails (`max(0.0, nan)` would hide it)."""
    return 0.0 if gap <= 0.0 else gap


class Tally(Generic[K]):
    """Sums by key, each with its largest absolute term."""

    def __init__(self) -> None:
        self.sums: defaultdict[K, float] = defaultdict(float)
        self.scales: defaultdict[K, float] = defaultdict(float)

    def add(self, key: K, amount: float) -> None:
        """One term more."""
        self.sums[key] += amount
        if not abs(amount) <= self.scales[key]:
            self.scales[key] = abs(amount)

    def __getitem__(self, key: K) -> float:
        """The sum of a key; zero where nothing was added."""
        return self.sums.get(key, 0.0)

    def scale(self, *keys: K) -> float:
        """The largest absolute term of some keys."""
        return max((self.scales.get(key, 0.0) for key in keys), default=0.0)

    def __iter__(self) -> Iterator[K]:
        return iter(self.sums)

    def __len__(self) -> int:
        return len(self.sums)


def union(*tallies: Iterable[K]) -> list[K]:
    """The keys of several tallies, each once, in order of appearance."""
    return list(dict.fromkeys(key for tally in tallies for key in tally))


def at(*names: object) -> str:
    """A place in words for `where`: the names that are not blank, joined by ' / '."""
    return " / ".join(str(name) for name in names if str(name))
