"""The case as the audit reads it: active rows by name, groups, addresses of places, the most specific row.

This is a second reading of the same tables. It shares no code with `network`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from redmud_opt.case.case import Case
from redmud_opt.case.columns import Row
from redmud_opt.case.rules import Delisting, Method
from redmud_opt.case.things import Assay, Tier
from redmud_opt.case.works import Emission, Feed, FixedInput, LineProcess, OperatingPoint, Output, Partition

R = TypeVar("R", bound=Row)
WASTE = ("general_waste", "hazardous_waste")


def live(rows: Iterable[R]) -> list[R]:
    """The rows that count."""
    return [row for row in rows if row.active]


def by(rows: Iterable[R], column: str) -> dict[str, list[R]]:
    """Active rows grouped by a column."""
    found: dict[str, list[R]] = defaultdict(list)
    for row in live(rows):
        found[getattr(row, column)].append(row)
    return found


def named(rows: Iterable[R]) -> dict[str, R]:
    """Active rows by their own name."""
    return {row.name: row for row in live(rows)}  # type: ignore[attr-defined]


class Facts:
    """The tables of one case, by name."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.settings = case.settings
        self.periods = tuple(sorted(case.periods, key=lambda period: period.start))
        self.materials = named(case.materials)
        self.properties = named(case.properties)
        self.sites = named(case.sites)
        self.arisings = named(case.arisings)
        self.supplies = named(case.supplies)
        self.processes = named(case.processes)
        self.facilities = named(case.facilities)
        self.lines = named(case.lines)
        self.outlets = named(case.outlets)
        self.storages = named(case.storages)
        self.lanes = named(case.lanes)
        self.targets = named(case.targets)
        self.groups = self._groups()
        self._inside = {group: frozenset(members) for group, members in self.groups.items()}
        self._by_process()
        self._from_waste: frozenset[str] | None = None
        self.tiers: dict[str, list[Tier]] = by(case.tiers, "item")
        self.methods: dict[str, list[Method]] = by(case.methods, "code")
        self.assays: dict[tuple[str, str], Assay] = {
            (row.material, row.property): row for row in live(case.composition)
        }

    def _by_process(self) -> None:
        case = self.case
        self.points: dict[str, list[OperatingPoint]] = by(case.points, "process")
        self.feeds: dict[str, list[Feed]] = by(case.feeds, "process")
        self.outputs: dict[str, list[Output]] = by(case.outputs, "process")
        self.partitions: dict[str, list[Partition]] = by(case.partitions, "process")
        self.inputs: dict[str, list[FixedInput]] = by(case.inputs, "process")
        self.emissions: dict[str, list[Emission]] = by(case.emissions, "process")
        self.uses: dict[str, list[LineProcess]] = by(case.line_processes, "line")
        self.delistings: dict[str, list[Delisting]] = by(case.delistings, "process")

    def _groups(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for period in self.periods:
            found[str(period.year)].append(period.name)
        for row in live(self.case.groups):
            found[row.group].append(row.member)
        return {group: tuple(members) for group, members in found.items()}

    # ---------------------------------------------------------------- names

    def members(self, name: str) -> tuple[str, ...]:
        """The members of a group, or the name itself."""
        return self.groups.get(name, (name,))

    def rank(self, selector: str, name: str) -> int | None:
        """How closely a cell names `name`: 2 by itself, 1 by group, 0 blank (all), None not at all."""
        if not selector:
            return 0
        if selector == name:
            return 2
        return 1 if name in self._inside.get(selector, ()) else None

    def best(self, rows: Sequence[R], point: str, name: str, column: str = "feed") -> R | None:
        """The row that holds for (point, material): material before group before blank, then the point."""
        found: R | None = None
        top = (-1, -1)
        for row in rows:
            closeness = self.rank(getattr(row, column), name) if column else 0
            own_point = str(getattr(row, "point", ""))
            if closeness is None or own_point not in ("", point):
                continue
            score = (closeness, int(bool(own_point)))
            if score > top:
                found, top = row, score
        return found

    # ---------------------------------------------------------------- materials

    def is_waste(self, material: str) -> bool:
        """Whether the material is legally a waste."""
        return self.materials[material].legal_status in WASTE

    def founds_origin(self, material: str) -> bool:
        """Whether its tonnes must carry an origin: a waste of a class."""
        return self.is_waste(material) and self.materials[material].waste_class != "none"

    def wet_per_dry(self, material: str) -> float:
        """Tonnes as received per dry tonne: 1 ÷ (1 − moisture)."""
        return 1.0 / (1.0 - self.materials[material].moisture)

    def in_basis(self, amount: float, material: str, basis: str) -> float:
        """A dry amount in the mass that a price or limit refers to."""
        return amount * self.wet_per_dry(material) if basis == "as_received" else amount

    def handling_per_t(self, from_site: str, material: str) -> float:
        """Handling of a dry tonne that leaves a site."""
        per_wet = self.sites[from_site].handling_cny_per_t or 0.0
        return per_wet * self.wet_per_dry(material) if self.in_tonnes(material) else 0.0

    def in_tonnes(self, material: str) -> bool:
        """Whether amounts of the material are tonnes of solid."""
        return self.materials[material].unit == "t"

    def takes_waste(self, process: str) -> bool:
        """Whether any feed of the process is legally a waste."""
        names = (name for row in self.feeds.get(process, ()) for name in self.members(row.material))
        return any(name in self.materials and self.is_waste(name) for name in names)

    def made_from_waste(self) -> frozenset[str]:
        """Products and commodities that some process makes from a waste, or from tonnes of what was made so."""
        if self._from_waste is None:
            found = {name for name in self.materials if self.is_waste(name)}
            before: set[str] = set()
            while found != before:
                before = set(found)
                for process, rows in self.outputs.items():
                    if any(
                        n in before and (self.is_waste(n) or self.in_tonnes(n)) for n in self._takes(process)
                    ):
                        found |= {row.material for row in rows}
            self._from_waste = frozenset(name for name in found if not self.is_waste(name))
        return self._from_waste

    def _takes(self, process: str) -> set[str]:
        """Materials that the process takes: feeds, groups opened, and fixed inputs."""
        fed = {name for row in self.feeds.get(process, ()) for name in self.members(row.material)}
        return (fed | {row.material for row in self.inputs.get(process, ())}) & self.materials.keys()

    # ---------------------------------------------------------------- places

    def site_of_line(self, line: str) -> str:
        """The site of a line's facility."""
        return self.facilities[self.lines[line].facility].site

    def site_address(self, site: str) -> frozenset[str]:
        """The names by which a site is meant: itself, its owner, its province."""
        row = self.sites[site]
        return frozenset(name for name in (site, row.owner, row.province) if name)

    def line_address(self, line: str) -> frozenset[str]:
        """The names by which a line is meant: itself, its facility, site, owner and province."""
        facility = self.facilities[self.lines[line].facility]
        site = self.sites[facility.site]
        names = (line, facility.name, site.name, facility.owner or site.owner, site.province)
        return frozenset(name for name in names if name)
