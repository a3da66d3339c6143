"""What the frames of a plan say beside the case: streams with their status and moisture, sites with their owners.

known = Known(frames, network);  known.wastes("sales") → the rows of wastes, with what is known of their streams
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import pandas as pd

from redmud_opt.case.case import Period
from redmud_opt.case.rules import Permit
from redmud_opt.network import Network
from redmud_opt.plan.framing import picked

Row = dict[str, Any]
NO_STREAM: Row = {
    **dict.fromkeys(("material", "waste_class", "arose"), ""),
    **dict.fromkeys(("waste", "hazardous", "solid"), False),
    **{"codes": frozenset(), "wet_per_dry": 1.0},
}
"""What is bought is known by its material alone."""


class Known:
    """Frames of a plan, and its case by name."""

    def __init__(self, frames: Mapping[str, pd.DataFrame], net: Network) -> None:
        self.frames, self.net, self.case = frames, net, net.case
        self.periods: dict[str, Period] = {period.name: period for period in net.case.periods}
        self.year = {name: period.year for name, period in self.periods.items()}
        self.owner = {site.name: site.owner for site in net.case.sites}
        self.plants = frozenset(frames["arisings"]["site"])
        self._rows: dict[str, list[Row]] = {}

    @cached_property
    def streams(self) -> dict[str, Row]:
        """Every stream: what it is, whether a waste, whether hazardous, as received per dry tonne."""
        found = {}
        columns = ("stream", "lineage", "material", "waste_class", "arose")
        for stream, lineage, material, waste_class, arose in picked(self.frames, "streams", *columns):
            own = self.net.lineages.by_id[lineage]
            found[stream] = {
                "material": material,
                "waste_class": waste_class,
                "arose": arose,
                "waste": own.is_waste,
                "hazardous": own.is_waste and own.hazardous,
                "solid": own.material.unit == "t",
                "codes": own.codes,
                "wet_per_dry": own.wet_per_dry,
            }
        return found

    def rows(self, name: str) -> list[Row]:
        """Rows of a frame with what is known of their streams, and the year of their periods."""
        if name not in self._rows:
            frame = self.frames[name]
            columns = [str(column) for column in frame.columns]
            rows = (dict(zip(columns, cells, strict=True)) for cells in picked(self.frames, name, *columns))
            self._rows[name] = [
                row | self.streams.get(row["stream"], NO_STREAM) | {"year": self.year[row["period"]]}
                for row in rows
            ]
        return self._rows[name]

    def wastes(self, name: str) -> list[Row]:
        """Its rows of wastes."""
        return [row for row in self.rows(name) if row["waste"]]

    def hazardous(self, name: str) -> list[Row]:
        """Its rows of hazardous wastes."""
        return [row for row in self.rows(name) if row["hazardous"]]

    def asks(self, rule: str) -> bool:
        """Whether the rule pack asks for something in any period."""
        first, after = self.case.periods[0].start, self.case.periods[-1].end
        return any(
            row.rule == rule
            and (row.valid_from is None or row.valid_from < after)
            and (row.valid_to is None or row.valid_to > first)
            for row in self.case.requirements
        )

    @cached_property
    def permits(self) -> Mapping[tuple[str, str], list[Permit]]:
        """(receiver, code) → permits."""
        found: defaultdict[tuple[str, str], list[Permit]] = defaultdict(list)
        for row in self.case.permits:
            found[row.receiver, row.code].append(row)
        return found

    @cached_property
    def _sites(self) -> dict[str, str]:
        found = {row.name: row.site for row in self.case.facilities}
        found |= {row.name: row.site for row in self.case.outlets}
        return found | {row.name: row.site for row in self.case.storages}

    def site_of(self, receiver: str) -> str:
        """The site of a facility, an outlet or a storage."""
        return self._sites[receiver]
