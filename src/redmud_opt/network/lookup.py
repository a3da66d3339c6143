"""Names of a case resolved once: members of groups, the most specific of several rows, what stands where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Protocol, TypeVar

from redmud_opt.case import Case
from redmud_opt.case.certificates import Pooled, stated
from redmud_opt.case.rules import Contract, Method
from redmud_opt.case.things import Material, Owner, Property, Site, Supply
from redmud_opt.case.works import Facility, Line, LineProcess, Outlet, Process

T = TypeVar("T")

STRICTNESS = {"use": 0, "pretreatment": 1, "disposal": 2}


class NamedRow(Protocol):
    """A row with a name."""

    @property
    def name(self) -> str:
        """The name."""
        ...


N = TypeVar("N", bound=NamedRow)


def by_name(rows: Iterable[N]) -> dict[str, N]:
    """Name → row."""
    return {row.name: row for row in rows}


@dataclass(frozen=True)
class Lookup:
    """Dictionaries over a case that several modules need. Read only."""

    case: Case
    _members: dict[str, frozenset[str]] = field(default_factory=dict)

    def members(self, name: str) -> frozenset[str]:
        """The members of a group, or the name itself; blank matches nothing here."""
        if name not in self._members:
            self._members[name] = frozenset(self._groups.get(name, (name,)))
        return self._members[name]

    def matches(self, selector: str, name: str) -> bool:
        """Whether a selector (blank: all; a name; a group) takes `name`."""
        return not selector or selector == name or name in self.members(selector)

    @cached_property
    def _groups(self) -> dict[str, tuple[str, ...]]:
        return self.case.groups_by_name

    @cached_property
    def materials(self) -> dict[str, Material]:
        """Name → material."""
        return by_name(self.case.materials)

    @cached_property
    def properties(self) -> dict[str, Property]:
        """Name → property."""
        return by_name(self.case.properties)

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Name → site."""
        return by_name(self.case.sites)

    @cached_property
    def owners(self) -> dict[str, Owner]:
        """Name → owner."""
        return by_name(self.case.owners)

    @cached_property
    def processes(self) -> dict[str, Process]:
        """Name → process."""
        return by_name(self.case.processes)

    @cached_property
    def facilities(self) -> dict[str, Facility]:
        """Name → facility."""
        return by_name(self.case.facilities)

    @cached_property
    def lines(self) -> dict[str, Line]:
        """Name → line, candidate steps included."""
        return by_name(self.case.lines)

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """Name → contract."""
        return by_name(self.case.contracts)

    def contract_of(self, row: Outlet | Supply | Line) -> Contract | None:
        """The contract that covers an outlet, a supply or a line."""
        return self.contracts.get(row.contract)

    def span(self, row: Outlet | Supply | Line) -> tuple[date | None, date | None]:
        """First day and day after the last: within the item's own dates and while its contract is valid."""
        own = (None, None) if isinstance(row, Supply) else (row.opens, row.closes)
        contract = self.contract_of(row)
        if contract is None:
            return own
        opens = [day for day in (own[0], contract.valid_from) if day is not None]
        closes = [day for day in (own[1], contract.valid_to) if day is not None]
        return max(opens, default=None), min(closes, default=None)

    def under_contract(self, line: Line) -> Line:
        """A line as it stands: a partner's only while the contract is valid."""
        if not line.contract:
            return line
        opens, closes = self.span(line)
        return replace(line, opens=opens, closes=closes)

    def line_site(self, line: str) -> str:
        """Site of a line."""
        return self.facilities[self.lines[line].facility].site

    def owner_of_site(self, site: str) -> str:
        """Owner of a site, blank if none is stated."""
        return self.sites[site].owner

    def owner_of_facility(self, facility: str) -> str:
        """Owner of a facility: its own, else its site's."""
        row = self.facilities[facility]
        return row.owner or self.owner_of_site(row.site)

    @cached_property
    def assays(self) -> dict[str, dict[str, Pooled]]:
        """Material → property → what its certificates, or its grade, say."""
        found: dict[str, dict[str, Pooled]] = defaultdict(dict)
        for (material, name), assay in stated(self.case).items():
            found[material][name] = assay
        return dict(found)

    @cached_property
    def points(self) -> dict[str, tuple[str, ...]]:
        """Process → operating points; one blank point if it declares none."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.case.points:
            found[row.process].append(row.point)
        return {name: tuple(found.get(name, [""])) for name in self.processes}

    @cached_property
    def lines_of_process(self) -> dict[str, tuple[LineProcess, ...]]:
        """Process → rows of lines that run it."""
        found: dict[str, list[LineProcess]] = defaultdict(list)
        for row in self.case.line_processes:
            if row.line in self.lines:
                found[row.process].append(row)
        return {name: tuple(rows) for name, rows in found.items()}

    def specificity(self, selector: str, name: str) -> int:
        """2 if the selector names it, 1 if a group of it does, 0 if blank."""
        return 0 if not selector else 2 if selector == name else 1

    def best(self, rows: Sequence[T], *tests: tuple[str, str]) -> list[T]:
        """The rows that match all (attribute, name) tests at the greatest specificity, first test first."""
        scored = [
            (tuple(self.specificity(getattr(row, attribute), name) for attribute, name in tests), row)
            for row in rows
            if all(self.matches(getattr(row, attribute), name) for attribute, name in tests)
        ]
        top = max((score for score, _ in scored), default=None)
        return [row for score, row in scored if score == top]

    @cached_property
    def _methods(self) -> dict[str, list[Method]]:
        found: dict[str, list[Method]] = defaultdict(list)
        for row in self.case.methods:
            found[row.code].append(row)
        return dict(found)

    def meanings(self, code: str) -> list[str]:
        """What a method code counts as over the horizon, strictest last; empty if unknown."""
        start, end = self.case.periods[0].start, self.case.periods[-1].end
        rows = [
            row
            for row in self._methods.get(code, [])
            if (row.valid_from is None or row.valid_from < end)
            and (row.valid_to is None or row.valid_to > start)
        ]
        return sorted({row.meaning for row in rows}, key=STRICTNESS.__getitem__)

    def meaning(self, code: str) -> str:
        """use, disposal or pretreatment; blank for a process without a method code (it takes no waste)."""
        found = self.meanings(code)
        return found[-1] if found else ""
