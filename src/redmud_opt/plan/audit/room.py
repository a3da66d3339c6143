"""What the events of a plan make of its yards: crests, room, what is kept free, what is shut, the risk that is left.

    V(h)       straight lines between the points of the yard's curve
    crest      height_m, or that of the highest raise that has begun before the end of the period
    airspace   V(crest);  area × height without a curve;  else as stated;   nothing of a new yard that is not there
    kept free  share × airspace, or V(crest) − V(crest − freeboard), × the wettest month that the period touches
    start      the later of decision + lead time and earliest date
    risk       risk before − Σ (before − after) of the measures decided so far

docs/decisions.md 'Yards'.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cached_property
from itertools import pairwise

from redmud_opt.case.case import Period
from redmud_opt.case.rules import YardMeasure
from redmud_opt.case.works import Raise, Storage
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.facts import Facts, live, named
from redmud_opt.plan.audit.plant import months_from
from redmud_opt.plan.audit.rows import YardEvent

UNLIMITED = float("inf")


class Yards:
    """The yards of one case under the events of one plan."""

    def __init__(self, facts: Facts, dates: Dates, events: list[YardEvent]) -> None:
        self.facts, self.dates, self.events = facts, dates, events
        self.raises: dict[str, Raise] = named(facts.case.raises)
        self.measures: dict[str, YardMeasure] = named(facts.case.yard_measures)
        self._curve: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        for point in live(facts.case.yard_curves):
            self._curve[point.storage].append((point.height_m, point.volume_m3))
        for points in self._curve.values():
            points.sort()
        self._months: defaultdict[str, dict[int, float]] = defaultdict(dict)
        for row in live(facts.case.calendars):
            self._months[row.calendar][row.month] = row.share

    # ---------------------------------------------------------------- steps

    def start_of(self, row: Raise | Storage, t: int) -> date:
        """First day of a new yard or a raise that is decided in a period."""
        start = months_from(self.dates.periods[t].start, row.lead_time_months or 0)
        return max(start, row.earliest) if row.earliest else start

    def share_kept(self, start: date, t: int) -> float:
        """Share of the days of a period from a day on."""
        period: Period = self.dates.periods[t]
        return max(0, (period.end - max(start, period.start)).days) / period.days

    @cached_property
    def begun(self) -> dict[str, date]:
        """New yard or raise → its first day, the earliest where the plan decides it twice."""
        found: dict[str, date] = {}
        for event in self.events:
            row: Raise | Storage | None = None
            if event.kind == "raise":
                row = self.raises.get(event.item)
            elif event.kind == "new_yard":
                row = self.facts.storages.get(event.item)
            if row is not None:
                start = self.start_of(row, event.t)
                found[event.item] = min(start, found.get(event.item, start))
        return found

    def stands(self, item: str, t: int) -> bool:
        """Whether a new yard or raise has begun before a period ends."""
        return item in self.begun and self.begun[item] < self.dates.periods[t].end

    def there(self, storage: str, t: int) -> bool:
        """Whether a yard is one that stands, or a new one that has begun."""
        return not self.facts.storages[storage].candidate or self.stands(storage, t)

    def raises_of(self, storage: str) -> list[Raise]:
        """The raises of a yard from the lowest up."""
        own = [row for row in self.raises.values() if row.storage == storage]
        return sorted(own, key=lambda row: row.to_height_m)

    # ---------------------------------------------------------------- room

    def below(self, storage: str, height: float) -> float:
        """m³ below a height on the curve; NaN beyond it."""
        points = self._curve[storage]
        for (low, less), (high, more) in pairwise(points):
            if low <= height <= high:
                return less + (more - less) * (height - low) / (high - low)
        return float("nan")

    def crest(self, storage: str, t: int) -> float | None:
        """Height of the crest at the end of a period."""
        heights = [row.to_height_m for row in self.raises_of(storage) if self.stands(row.name, t)]
        return max(heights, default=self.facts.storages[storage].height_m)

    def airspace(self, storage: str, t: int) -> float:
        """m³ in force at the end of a period, freeboard included; infinite where nothing limits it."""
        row, crest = self.facts.storages[storage], self.crest(storage, t)
        if crest is not None and storage in self._curve:
            whole = self.below(storage, crest)
        elif crest is not None and row.area_m2 is not None:
            whole = row.area_m2 * crest
        else:
            whole = UNLIMITED if row.airspace_m3 is None else row.airspace_m3
        return whole if whole == UNLIMITED or self.there(storage, t) else 0.0

    def rains(self, storage: str, t: int) -> float:
        """How much of the freeboard counts in a period."""
        calendar = self.facts.storages[storage].rainy_calendar
        months = self._months[calendar]
        return max((months[month] for month in self.dates.periods[t].months), default=1.0) if months else 1.0

    def kept_free(self, storage: str, t: int) -> float:
        """m³ of the airspace that must stay free at the end of a period."""
        row, crest, whole = self.facts.storages[storage], self.crest(storage, t), self.airspace(storage, t)
        if whole in (0.0, UNLIMITED):
            return 0.0
        if row.freeboard_m is not None and crest is not None:
            return (whole - self.below(storage, crest - row.freeboard_m)) * self.rains(storage, t)
        return whole * (row.freeboard_share or 0.0) * self.rains(storage, t)

    def capacity(self, storage: str, t: int) -> float:
        """Tonnes that may lie there at the end of a period; infinite where nothing limits them."""
        row = self.facts.storages[storage]
        if row.capacity_t is None:
            return UNLIMITED
        share = (row.freeboard_share or 0.0) * self.rains(storage, t)
        return row.capacity_t * (1.0 - share) if self.there(storage, t) else 0.0

    # ---------------------------------------------------------------- closing, measures

    def closed_on(self, storage: str) -> date | None:
        """The day from which on a yard takes and gives nothing, by its date or by the plan."""
        days = [
            self.dates.periods[e.t].start for e in self.events if e.kind == "closure" and e.item == storage
        ]
        return min(days, default=None) if self.facts.storages[storage].may_close else None

    def done(self, t: int) -> list[YardMeasure]:
        """The measures decided until a period, each once."""
        names = dict.fromkeys(e.item for e in self.events if e.kind == "measure" and e.t <= t)
        return [self.measures[name] for name in names if name in self.measures]

    def risk(self, storage: str, t: int) -> float | None:
        """The score of a yard at the end of a period; None where nobody scores it."""
        own = [
            row for row in self.measures.values() if row.storage == storage and row.risk_before is not None
        ]
        if not own:
            return None
        less = sum(
            (row.risk_before or 0.0) - (row.risk_after or 0.0)
            for row in self.done(t)
            if row.storage == storage
        )
        return (own[0].risk_before or 0.0) - less

    def blocked(self, storage: str, t: int) -> bool:
        """Whether a measure forbids to reclaim from a yard in a period."""
        stops = [row for row in self.done(t) if row.storage == storage]
        return any((row.blocks_reclaim or ("yes" if row.kind == "cap" else "no")) == "yes" for row in stops)
