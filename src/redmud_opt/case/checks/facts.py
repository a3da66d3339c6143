"""What the checks look up again and again, worked out once per case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Any

from redmud_opt.case.case import Case
from redmud_opt.case.certificates import stated
from redmud_opt.case.checks.index import Index
from redmud_opt.case.columns import Row
from redmud_opt.case.draft import Draft
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import nearest
from redmud_opt.case.rules import Method
from redmud_opt.case.things import Assay, Material
from redmud_opt.case.works import Feed, FixedInput, OperatingPoint, Output, Process
from redmud_opt.i18n import Message

WASTE = ("general_waste", "hazardous_waste")


class Facts:
    """Lookups over a draft. Unknown names are answered with nothing: another check names them."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.case: Case = draft.case
        self.faulty: list[Row] = list(draft.partial)

    @cached_property
    def index(self) -> Index:
        """Declared names."""
        return Index(self.draft)

    def fault(
        self, row: Row, column: str, key: str, remedy: Message | None = None, /, **values: object
    ) -> Fault:
        """A fault of a row; `key` is a key of the catalogue `case`."""
        self.faulty.append(row)
        return self.draft.fault(row, column, Message(f"case.{key}", values), remedy)

    @cached_property
    def materials(self) -> dict[str, Material]:
        """Materials by name."""
        return {row.name: row for row in self.case.materials}

    @cached_property
    def processes(self) -> dict[str, Process]:
        """Processes by name."""
        return {row.name: row for row in self.case.processes}

    def is_waste(self, material: str) -> bool:
        """Whether a material is a waste by law."""
        return material in self.materials and self.materials[material].legal_status in WASTE

    def in_tonnes(self, material: str) -> bool:
        """Whether a material is counted in tonnes."""
        return material in self.materials and self.materials[material].unit == "t"

    def wastes(self, selector: str) -> list[str]:
        """The wastes among the materials that a name or a group stands for."""
        return [material for material in self.case.members(selector) if self.is_waste(material)]

    @cached_property
    def feeds(self) -> dict[str, list[Feed]]:
        """Process → its feed rows."""
        return _by_process(self.case.feeds)

    @cached_property
    def outputs(self) -> dict[str, list[Output]]:
        """Process → its output rows."""
        return _by_process(self.case.outputs)

    @cached_property
    def inputs(self) -> dict[str, list[FixedInput]]:
        """Process → its fixed inputs."""
        return _by_process(self.case.inputs)

    @cached_property
    def points(self) -> dict[str, tuple[str, ...]]:
        """Process → its operating points; one nameless point where none is declared."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.case.points:
            found[row.process].append(row.point)
        return {name: tuple(found.get(name, ("",))) for name in self.processes}

    @cached_property
    def feed_materials(self) -> dict[str, tuple[str, ...]]:
        """Process → every material that it may be fed with, groups opened."""
        found = {}
        for name in self.processes:
            selectors = (row.material for row in self.feeds.get(name, ()))
            found[name] = tuple(
                dict.fromkeys(m for selector in selectors for m in self.case.members(selector))
            )
        return found

    @cached_property
    def assays(self) -> dict[tuple[str, str], float]:
        """(material, property) → value, by its certificates or its grade."""
        return {key: assay.value for key, assay in stated(self.case).items()}

    @cached_property
    def unsure_assays(self) -> frozenset[str]:
        """Materials with a row of composition that could not be read."""
        return frozenset(row.material for row in self.faulty if isinstance(row, Assay))

    @cached_property
    def taken(self) -> dict[str, frozenset[str]]:
        """Process → every material that it takes, as a feed or as a fixed input."""
        return {
            name: frozenset(fed) | {row.material for row in self.inputs.get(name, ())}
            for name, fed in self.feed_materials.items()
        }

    @cached_property
    def made_from_waste(self) -> dict[str, str]:
        """Product or commodity → a process that makes it of a waste, or of what was made of one: any generation.

        Mass is handed on in tonnes only: what energy made of waste drives is not made of waste.
        """
        found: dict[str, str] = {}
        carriers = {name for name in self.materials if self.is_waste(name)}
        while True:
            fresh: dict[str, str] = {}
            for process, rows in self.outputs.items():
                if self.taken.get(process, frozenset()) & carriers:
                    fresh |= {row.material: process for row in rows if row.material not in found | fresh}
            fresh = {m: p for m, p in fresh.items() if m in self.materials and not self.is_waste(m)}
            if not fresh:
                return found
            found |= fresh
            carriers |= {name for name in fresh if self.in_tonnes(name)}

    @cached_property
    def goods_from_waste(self) -> frozenset[str]:
        """Those of them that hold mass."""
        return frozenset(name for name in self.made_from_waste if self.in_tonnes(name))

    @cached_property
    def derived(self) -> frozenset[str]:
        """Materials that some process makes."""
        return frozenset(row.material for row in self.case.outputs)

    @cached_property
    def methods(self) -> dict[str, list[Method]]:
        """Method code → its rows in the rule pack."""
        found: dict[str, list[Method]] = defaultdict(list)
        for row in self.case.methods:
            found[row.code].append(row)
        return dict(found)

    def meanings(self, code: str) -> set[str]:
        """What a method code counts as at the start of some period."""
        starts = [period.start for period in self.case.periods]
        return {row.meaning for row in self.methods.get(code, ()) for start in starts if in_force(row, start)}

    def rank(self, selector: str, material: str) -> int:
        """How exactly a feed selector names a material: 2 by name, 1 in a group, 0 as one of all, -1 not at all."""
        if not selector:
            return 0
        if selector == material:
            return 2
        return 1 if material in self.case.members(selector) else -1

    def feed_of(self, process: str, point: str, material: str) -> Feed | None:
        """The feed row that counts for a material at a point."""
        found: Feed | None = self.best(self.feeds.get(process, ()), point, material, lambda row: row.material)
        return found

    def best(self, rows: Iterable[Any], point: str, material: str, selector: Callable[[Any], str]) -> Any:
        """The most specific of the rows that hold: (point, feed) > feed > point > all; by name before by group."""
        holding = [
            ((rank, row.point == point and bool(point)), row)
            for row in rows
            if row.point in ("", point) and (rank := self.rank(selector(row), material)) >= 0
        ]
        return max(holding, key=lambda pair: pair[0])[1] if holding else None

    def effective(self, rows: Iterable[Any], point: str, material: str) -> dict[str, Any]:
        """Output or input material → the row that counts when a material is fed at a point."""
        by_material: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            by_material[row.material].append(row)
        found = {}
        for name, candidates in by_material.items():
            row = self.best(candidates, point, material, lambda candidate: candidate.feed)
            if row is not None:
                found[name] = row
        return found

    @cached_property
    def unsound(self) -> frozenset[str]:
        """Processes with rows that are already known to be wrong: what else they say is not judged.

        Asked for first when names have been checked, so a misspelt name is one fault and not three.
        """
        found = {row.name for row in self.faulty if isinstance(row, Process)}
        for faulty in self.faulty:
            if isinstance(faulty, (Feed, Output, FixedInput, OperatingPoint)) and faulty.process:
                found |= {faulty.process, nearest(faulty.process, self.processes) or ""}
        rows: list[Any] = [*self.case.feeds, *self.case.outputs, *self.case.inputs]
        for row in rows:
            selectors = [row.material, "" if isinstance(row, Feed) else row.feed]
            names = {name for selector in selectors if selector for name in self.case.members(selector)}
            if not names <= self.materials.keys():
                found.add(row.process)
        return frozenset(found)

    @cached_property
    def sound(self) -> dict[str, Process]:
        """The processes that can be judged."""
        return {name: process for name, process in self.processes.items() if name not in self.unsound}

    def runs(self) -> Iterator[tuple[Process, str, str]]:
        """(process, point, material) for every feed that a process takes at a point."""
        for name, process in self.sound.items():
            for point in self.points[name]:
                for material in self.feed_materials[name]:
                    if self.feed_of(name, point, material) is not None:
                        yield process, point, material


def _by_process(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.process].append(row)
    return dict(found)


def in_force(row: Method, day: date) -> bool:
    """Whether a row of the rule pack holds on a day."""
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day < row.valid_to)
