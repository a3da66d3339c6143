"""What one row of a file says, in the names of the case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from redmud_opt.case.case import Period
from redmud_opt.i18n import Message


@dataclass(frozen=True, slots=True)
class Record:
    """An amount of one measure. start, end: the days that it is of, `end` the day after the last.

    site: where it arises, leaves, is fed, made or sold, or lies; to: the site where what is shipped arrives.
    production_t: production that an arising comes from. price_cny_per_t: per tonne dry.
    """

    file: str
    row: int
    column: str
    measure: str
    material: str
    start: date
    end: date
    dry_t: float
    wet_t: float
    site: str
    to: str = ""
    line: str = ""
    storage: str = ""
    outlet: str = ""
    ticket: str = ""
    production_t: float | None = None
    price_cny_per_t: float | None = None

    @property
    def series(self) -> tuple[str, ...]:
        """What it is a measure of, without its time."""
        return (self.measure, self.material, self.site, self.to, self.line, self.storage, self.outlet)

    @property
    def is_load(self) -> bool:
        """Whether it is one load of one day, of which there may be any number."""
        return (self.end - self.start).days == 1


@dataclass(frozen=True)
class Actuals:
    """What files say. records: until the cut-off; all: later ones too.

    cut: the day after the last period that counts, None where none is covered whole. made_up: files that say that
    their numbers are made up. mapping: headings of a sheet → what was said of its columns, to be remembered.
    """

    files: tuple[str, ...]
    records: tuple[Record, ...]
    all: tuple[Record, ...]
    cut: date | None
    made_up: tuple[str, ...]
    remarks: tuple[Message, ...]
    mapping: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def months_of(start: date, end: date) -> list[date]:
    """The first days of the calendar months from one day until before another."""
    found = []
    day = start.replace(day=1)
    while day < end:
        found.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return found


def closed_before(periods: Iterable[Period], day: date | None) -> list[Period]:
    """The periods that end by a day."""
    return [period for period in periods if day is not None and period.end <= day]
