"""What a rule of the law answers, and what every rule may ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from redmud_opt.case.faults import Fault
from redmud_opt.case.rules import Approval, Permit, Requirement
from redmud_opt.case.works import Outlet, Storage
from redmud_opt.i18n import Message
from redmud_opt.network.borders import Borders
from redmud_opt.network.haulage import Route
from redmud_opt.network.lineage import Conversion, Lineage
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.time import Mask, Time


@dataclass(frozen=True, eq=False)
class Shut:
    """Periods [T] in which a rule keeps a door shut, by which clause, and why; the cell that would say otherwise."""

    periods: Mask
    clause: str
    why: Message
    row: Permit | Approval | Outlet | Storage | None = None
    column: str = ""


@dataclass(frozen=True)
class Ground:
    """What rules stand on: the case, its periods, and the requirements of the rule pack."""

    lookup: Lookup
    time: Time
    _asked: dict[str, tuple[Requirement, ...]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    """What a rule cannot judge for want of data."""

    def requirements(self, rule: str) -> tuple[Requirement, ...]:
        """The rows of the pack that ask for something."""
        if rule not in self._asked:
            self._asked[rule] = tuple(row for row in self.lookup.case.requirements if row.rule == rule)
        return self._asked[rule]

    def fault(self, fault: Fault) -> None:
        """Notes a fault, once."""
        if fault not in self.faults:
            self.faults.append(fault)

    def in_force(self, row: Requirement) -> Mask:
        """Periods in which a requirement holds, [T].

        One that comes into force inside a period holds from the start of that period, for it is the stricter law; one
        that ends inside a period holds to its end.
        """
        periods = self.time.periods
        return np.array(
            [
                (row.valid_from is None or row.valid_from < period.end)
                and (row.valid_to is None or row.valid_to > period.start)
                for period in periods
            ]
        )

    def asked(self, rule: str, method: str = "") -> tuple[Mask, str]:
        """Periods in which something is asked for, [T], of a method where one is named; and by which clause."""
        rows = [row for row in self.requirements(rule) if not method or row.method in ("", method)]
        held = [(row, mask) for row in rows if (mask := self.in_force(row)).any()]
        masks = [mask for _, mask in held]
        return np.any(masks, axis=0) if masks else ~self.always, held[0][0].clause if held else ""

    @cached_property
    def borders(self) -> Borders:
        """Provinces and the documents for what crosses their borders."""
        return Borders(self.lookup, self.time, self.asked("adjacency")[0])

    @cached_property
    def always(self) -> Mask:
        """Every period, [T]."""
        return np.ones(len(self.time), dtype=bool)


class Rule:
    """One rule of the law: for each kind of door what it shuts, or None. A rule overrides what it speaks of."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def route(self, route: Route, lineage: Lineage) -> Shut | None:
        """Over a lane."""
        return None

    def run(self, line: str, conversion: Conversion) -> Shut | None:
        """Into a process on a line."""
        return None

    def put(self, storage: Storage, lineage: Lineage) -> Shut | None:
        """Into a storage, to be taken out again."""
        return None

    def place(self, storage: Storage, lineage: Lineage) -> Shut | None:
        """Into a storage for good."""
        return None

    def deliver(self, outlet: Outlet, lineage: Lineage) -> Shut | None:
        """To an outlet."""
        return None
