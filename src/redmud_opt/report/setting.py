"""What a plan's tables leave to its case: years of periods, sites of lines, units that are no tonnes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from redmud_opt.case import Case


@dataclass(frozen=True, slots=True)
class Setting:
    """The facts of the case that figures and headlines need beside the plan."""

    year_of: Mapping[str, int]
    site_of_line: Mapping[str, str]
    not_tonnes: frozenset[str] = frozenset()
    wet_per_dry: Mapping[str, float] = field(default_factory=dict)
    """Of materials that hold water; 1 for all others."""

    @classmethod
    def of(cls, case: Case) -> Setting:
        """The setting of a case."""
        site_of_facility = {row.name: row.site for row in case.facilities if row.active}
        return cls(
            year_of={period.name: period.year for period in case.periods},
            site_of_line={
                row.name: site_of_facility[row.facility]
                for row in case.lines
                if row.facility in site_of_facility
            },
            not_tonnes=frozenset(row.name for row in case.materials if row.unit != "t"),
            wet_per_dry={row.name: 1.0 / (1.0 - row.moisture) for row in case.materials if row.moisture},
        )

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years of the horizon."""
        return tuple(sorted(set(self.year_of.values())))

    def periods(self, year: int | None) -> frozenset[str]:
        """Periods of a year, or of the whole horizon."""
        return frozenset(name for name, of in self.year_of.items() if year in (None, of))
