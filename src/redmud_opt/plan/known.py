"""What the frames of a plan say beside the case: streams with their status and moisture, sites with their owners.

known = Known(frames, network);  known.wastes("sales") → the rows of wastes, with what is known of their streams
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any, cast

import pandas as pd

from redmud_opt.case.case import Period
from redmud_opt.case.rules import Permit
from redmud_opt.network import Network


class Known:
    """Frames of a plan, and its case by name."""

    def __init__(self, frames: Mapping[str, pd.DataFrame], net: Network) -> None:
        self.frames, self.net, self.case = frames, net, net.case
        self.periods: dict[str, Period] = {period.name: period for period in net.case.periods}
        self.year = {name: period.year for name, period in self.periods.items()}
        self.owner = {site.name: site.owner for site in net.case.sites}
        self.plants = frozenset(frames["arisings"]["site"])
        self._rows: dict[str, pd.DataFrame] = {}
        self._records: dict[str, list[dict[str, Any]]] = {}

    @cached_property
    def streams(self) -> pd.DataFrame:
        """Every stream: what it is, whether a waste, whether hazardous, as received per dry tonne."""
        frame = self.frames["streams"]
        lineages = [self.net.lineages.by_id[name] for name in frame["lineage"]]
        return pd.DataFrame(
            {
                "stream": frame["stream"].astype("str"),
                "material": frame["material"],
                "waste_class": frame["waste_class"],
                "arose": frame["arose"],
                "waste": [own.is_waste for own in lineages],
                "hazardous": [own.is_waste and own.hazardous for own in lineages],
                "solid": [own.material.unit == "t" for own in lineages],
                "codes": [own.codes for own in lineages],
                "wet_per_dry": [own.wet_per_dry for own in lineages],
            }
        ).set_index("stream")

    def rows(self, name: str) -> pd.DataFrame:
        """A frame with what is known of its streams, and the year of its periods."""
        if name not in self._rows:
            frame = self.frames[name]
            found = frame.astype({"stream": "str"}).join(self.streams, on="stream")
            self._rows[name] = found.assign(year=[self.year[period] for period in frame["period"]])
        return self._rows[name]

    def records(self, name: str) -> list[dict[str, Any]]:
        """The same row by row; what is no stream is no waste."""
        if name not in self._records:
            found = self.rows(name)
            flags = {column: found[column].eq(True) for column in ("waste", "hazardous")}
            rows = found.assign(**flags).to_dict("records")
            self._records[name] = cast(list[dict[str, Any]], rows)
        return self._records[name]

    def wastes(self, name: str) -> pd.DataFrame:
        """Its rows of wastes."""
        found = self.rows(name)
        return found[found["waste"].eq(True)]

    def hazardous(self, name: str) -> pd.DataFrame:
        """Its rows of hazardous wastes."""
        found = self.rows(name)
        return found[found["hazardous"].eq(True)]

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
