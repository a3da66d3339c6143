"""Options on what arises: less of it, another material instead, more of it; dates → matrices.

An option acts on one row of `arisings` or `relinings`. What is decided falls on the first day of a period; from
max(decision + lead, earliest) on it is in force to the end of the horizon. An option without capex that may be
applied in part needs no decision: it is in force as early as one on the first day of the horizon would be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from redmud_opt.case import Case
from redmud_opt.case.steps import start_of
from redmud_opt.case.things import ReductionOption
from redmud_opt.network.network import Array
from redmud_opt.network.reach import Place
from redmud_opt.network.time import Time


@dataclass(frozen=True)
class Option:
    """A row of `reductions`, what it changes and where.

    `decided`: periods of the decision [D]; `in_force` [D, T] share of the days of every period from the start on;
    `after_t` [D, T] tonnes of the arising from the start on.
    """

    row: ReductionOption
    place: Place
    becomes: Place | None
    decided: list[int]
    in_force: Array
    after_t: Array

    @property
    def most_t(self) -> Array:
        """Most tonnes of the arising that can be avoided, changed or added, [T]."""
        found: Array = self.row.share * self.after_t.max(axis=0, initial=0.0)
        return found

    def effects(self) -> list[tuple[Place, float]]:
        """(place, tonnes more that arise there) per tonne applied."""
        if self.row.effect == "expansion":
            return [(self.place, 1.0)]
        less = [(self.place, -1.0)]
        return less if self.becomes is None else [*less, (self.becomes, self.row.factor_t_per_t)]


def options_of(
    case: Case, time: Time, arising_t: Callable[..., Array], founded: Callable[[str, str], Place]
) -> list[Option]:
    """Every option of the case.

    `arising_t`: (row, since=day) → tonnes that arise from the day on, [T]; `founded`: (site, material) → the place
    where it arises.
    """
    sources = {row.name: row for row in case.all_arisings}
    found = []
    for row in case.reductions:
        source = sources[row.arising]
        decided, starts = _starts(row, time)
        size = (len(starts), len(time))
        in_force = np.array([time.open(start, date.max) for start in starts], dtype=float)
        after_t = np.array([arising_t(source, since=start) for start in starts], dtype=float)
        found.append(
            Option(
                row=row,
                place=founded(source.site, source.material),
                becomes=founded(source.site, row.becomes) if row.becomes else None,
                decided=decided,
                in_force=in_force.reshape(size),
                after_t=after_t.reshape(size),
            )
        )
    return found


def _starts(row: ReductionOption, time: Time) -> tuple[list[int], list[date]]:
    """Periods of the decision and the first days in force; one too late for the horizon does not exist."""
    periods = range(len(time)) if row.decided else range(1)
    starts = [start_of(row, time.periods[t].start) for t in periods]
    kept = [(t, start) for t, start in zip(periods, starts, strict=True) if start < time.periods[-1].end]
    return [t for t, _ in kept], [start for _, start in kept]
