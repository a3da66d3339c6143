"""A baseline: the plan that a case is planned against, by its tables, and how much of it is done already.

    Baseline(name, frames, freeze=2)        the first two periods of the case stay as the baseline has them

The tables are those of a plan, its calendar (`periods`: period, start, end) among them. Where the two horizons
overlap, they must have the same periods; a baseline that began earlier or ends earlier is one of a rolling horizon.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from redmud_opt.case.case import Case, Period
from redmud_opt.case.faults import Fault
from redmud_opt.i18n import Message

CALENDAR = ("period", "start", "end")


@dataclass(frozen=True)
class Baseline:
    """The plan before. `freeze`: how many of the first periods of the case stay as they are in it."""

    name: str
    frames: Mapping[str, pd.DataFrame] = field(repr=False)
    freeze: int = 0
    value_cny: float | None = None

    @property
    def periods(self) -> tuple[Period, ...]:
        """Its calendar. Raises KeyError or ValueError where its tables hold none."""
        rows = self.frames["periods"][list(CALENDAR)].itertuples(index=False)
        return tuple(
            Period(str(name), date.fromisoformat(start), date.fromisoformat(end)) for name, start, end in rows
        )

    def shared(self, case: Case) -> tuple[str, ...]:
        """Periods of the case that the baseline has too, in order of time."""
        mine = set(self.periods)
        return tuple(period.name for period in case.periods if period in mine)

    def frozen(self, case: Case) -> tuple[str, ...]:
        """The periods of the case that stay as they are."""
        return tuple(period.name for period in case.periods[: self.freeze])


def baseline_faults(case: Case, baseline: Baseline) -> tuple[Fault, ...]:
    """What is wrong with a baseline for a case: no calendar, another one, more frozen than there is."""
    try:
        periods = baseline.periods
    except (KeyError, ValueError, TypeError):
        return (_fault(baseline, "baseline_without_calendar", Message("case.baseline_solve_again")),)
    differing = list(_differing(case.periods, periods))
    if differing:
        values = {"periods": tuple(_told(period) for period in differing[:3])}
        return (_fault(baseline, "baseline_other_calendar", Message("case.baseline_same_periods"), **values),)
    return tuple(_frozen_faults(case, baseline))


def _frozen_faults(case: Case, baseline: Baseline) -> Iterator[Fault]:
    shared, first = baseline.shared(case), case.periods[0]
    if not shared:
        remedy = Message("case.baseline_same_periods")
        yield _fault(baseline, "baseline_other_time", remedy, start=first.start, end=case.periods[-1].end)
    elif not 0 <= baseline.freeze <= len(case.periods):
        remedy = Message("case.baseline_freeze_most", {"count": len(shared)})
        yield _fault(
            baseline, "baseline_freeze_count", remedy, freeze=baseline.freeze, count=len(case.periods)
        )
    elif missing := [name for name in baseline.frozen(case) if name not in shared]:
        remedy = Message("case.baseline_freeze_most", {"count": len(shared)})
        yield _fault(
            baseline, "baseline_freeze_unknown", remedy, freeze=baseline.freeze, periods=tuple(missing)
        )


def _differing(mine: tuple[Period, ...], others: tuple[Period, ...]) -> Iterator[Period]:
    """Periods of either that lie in the time of both, or are named in both, and are not the same in both."""
    start, end = max(mine[0].start, others[0].start), min(mine[-1].end, others[-1].end)
    names = {period.name for period in mine} & {period.name for period in others}
    for period in (*mine, *others):
        alike = period in mine and period in others
        if not alike and (period.name in names or (period.start < end and period.end > start)):
            yield period


def _told(period: Period) -> Message:
    values = {"period": period.name, "start": period.start, "end": period.end}
    return Message("case.baseline_period", values)


def _fault(baseline: Baseline, key: str, remedy: Message, **values: object) -> Fault:
    return Fault(baseline.name, 0, "", Message(f"case.{key}", values), remedy)
