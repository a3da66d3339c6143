"""The case as the audit reads it: active rows by name, groups, addresses of places, the most specific row.

This is a second reading of the same tables. It shares no code with `network`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from math import fsum, hypot
from typing import TypeVar

from redmud_opt.case.case import Case
from redmud_opt.case.columns import Row
from redmud_opt.case.rules import Contract, Delisting, Method
from redmud_opt.case.things import Arising, Assay, Relining, Supply, Tier
from redmud_opt.case.works import (
    Emission,
    Feed,
    FixedInput,
    Line,
    LineProcess,
    OperatingPoint,
    Outlet,
    Output,
    Partition,
)

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
        self.arisings: dict[str, Arising | Relining] = {**named(case.arisings), **named(case.relinings)}
        self.reductions = named(case.reductions)
        self.supplies = named(case.supplies)
        self.processes = named(case.processes)
        self.facilities = named(case.facilities)
        self.lines = named(case.lines)
        self.outlets = named(case.outlets)
        self.storages = named(case.storages)
        self.lanes = named(case.lanes)
        self.targets = named(case.targets)
        self.contracts = named(case.contracts)
        self.groups = self._groups()
        self._inside = {group: frozenset(members) for group, members in self.groups.items()}
        self._by_process()
        self._from_waste: frozenset[str] | None = None
        self.tiers: dict[str, list[Tier]] = by(case.tiers, "item")
        self.price_paths = self._paths()
        self.methods: dict[str, list[Method]] = by(case.methods, "code")
        self.assays = self._assays()

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

    def _assays(self) -> dict[tuple[str, str], tuple[float, float]]:
        """(material, property) → mean and standard deviation of one sample drawn from all certificates."""
        held: dict[tuple[str, str], list[Assay]] = defaultdict(list)
        for row in live(self.case.composition):
            held[row.material, row.property].append(row)
        found = self._grades()
        for key, rows in held.items():
            weights = [float(row.samples or 1) for row in rows]
            single = [
                row.sigma * (weight**0.5 if row.sigma_of == "mean" else 1.0)
                for row, weight in zip(rows, weights, strict=True)
            ]
            mean = fsum(w * row.value for w, row in zip(weights, rows, strict=True)) / fsum(weights)
            off = [hypot(s, row.value - mean) for s, row in zip(single, rows, strict=True)]
            found[key] = (
                mean,
                hypot(*((w / fsum(weights)) ** 0.5 * d for w, d in zip(weights, off, strict=True))),
            )
        return found

    def _grades(self) -> dict[tuple[str, str], tuple[float, float]]:
        """A material that is only ever made, and always at one grade, has that grade."""
        case, found = self.case, {}
        tables = (case.arisings, case.supplies, case.opening_stock)
        brought = {row.material for table in tables for row in live(table)}  # type: ignore[attr-defined]
        for material, rows in by(case.outputs, "material").items():
            named = {(row.property, row.grade) for row in rows}
            name, grade = named.pop()
            if not named and material not in brought and name and grade is not None:
                found[material, name] = (grade, 0.0)
        return found

    def _groups(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for period in self.periods:
            found[str(period.year)].append(period.name)
        for row in live(self.case.groups):
            found[row.group].append(row.member)
        return {group: tuple(members) for group, members in found.items()}

    def _paths(self) -> dict[str, dict[int, float]]:
        """Item → year → factor on its prices."""
        found: dict[str, dict[int, float]] = defaultdict(dict)
        for row in live(self.case.price_paths):
            for name in self.groups.get(row.item, (row.item,)):
                found[name][row.year] = row.factor
        return found

    # ---------------------------------------------------------------- prices and contracts

    def price_factor(self, item: str, year: int) -> float:
        """Factor on the prices of an item in a year; NaN where its path does not say."""
        path = self.price_paths.get(item)
        return 1.0 if path is None else path.get(year, float("nan"))

    def contract(self, row: Outlet | Supply | Line) -> Contract | None:
        """The contract that an item is under."""
        return self.contracts.get(row.contract) if row.contract else None

    def toll(self, line: str) -> float | None:
        """Fee per tonne fed to a line of a partner; None for the group's own lines."""
        contract = self.contract(self.lines[line])
        if contract is None or not contract.tolling:
            return None
        return float("nan") if contract.toll_fee_cny_per_t is None else contract.toll_fee_cny_per_t

    def dates(self, row: Outlet | Supply | Line) -> tuple[date | None, date | None]:
        """First day and day after the last of an item: its own dates, cut to those of its contract."""
        first = None if isinstance(row, Supply) else row.opens
        after = None if isinstance(row, Supply) else row.closes
        contract = self.contract(row)
        if contract is not None:
            if contract.valid_from is not None and (first is None or contract.valid_from > first):
                first = contract.valid_from
            if contract.valid_to is not None and (after is None or contract.valid_to < after):
                after = contract.valid_to
        return first, after

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

    def outlet_address(self, site: str, outlet: str) -> frozenset[str]:
        """The names by which an outlet is meant: the company that buys there stands for the owner of the site."""
        buyer = self.outlets[outlet].buyer if outlet in self.outlets else ""
        names = self.site_address(site) | {outlet}
        return names - {self.sites[site].owner} | {buyer} if buyer else names

    def line_address(self, line: str) -> frozenset[str]:
        """The names by which a line is meant: itself, its facility, site, owner and province."""
        facility = self.facilities[self.lines[line].facility]
        site = self.sites[facility.site]
        names = (line, facility.name, site.name, facility.owner or site.owner, site.province)
        return frozenset(name for name in names if name)
