"""Derived materials: what each process makes of each feed, and how many tonnes of original waste it stands for.

A residue or intermediate belongs to (process, operating point, output, feed), so composition, status and origin
tonnes are constants. With m_o the solid mass of the feed in output o:

    u   = 1 − Σ m_o over origin-carrying outputs ÷ Σ m_o over all outputs      (use; 0 for disposal and pretreatment)
    w_o = w_f · (1 − u) · m_o ÷ Σ m over origin-carrying outputs ÷ yield_o

Both exist twice: net, and gross, where iron separation counts u = 1 and its residues w = 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TypeVar

from redmud_opt.case.checks.processes import CLOSES_WITHIN
from redmud_opt.case.faults import Fault
from redmud_opt.case.listing import code_of, letters, listed_letters
from redmud_opt.case.things import Material
from redmud_opt.case.works import Feed, FixedInput, Gate, Output, Process
from redmud_opt.i18n import Message
from redmud_opt.network.lookup import Lookup

R = TypeVar("R", Output, FixedInput)
P = TypeVar("P", Output, FixedInput, Feed)

WASTE = frozenset({"general_waste", "hazardous_waste"})


@dataclass(frozen=True)
class Hazard:
    """Codes and hazard letters of a hazardous waste."""

    codes: frozenset[str] = frozenset()
    letters: frozenset[str] = frozenset()

    def __or__(self, other: Hazard) -> Hazard:
        return Hazard(self.codes | other.codes, self.letters | other.letters)

    @classmethod
    def of(cls, several: Iterable[Hazard]) -> Hazard:
        """Of a mixture: all of them."""
        return reduce(or_, several, cls())


@dataclass(frozen=True, eq=False)
class Lineage:
    """A material with its history. `w` and `w_gross` are origin tonnes per dry tonne, 0 without origin."""

    id: str
    material: Material
    process: str = ""
    point: str = ""
    parent: str = ""
    depth: int = 0
    carries_origin: bool = False
    hazardous: bool = False
    codes: frozenset[str] = frozenset()
    """Waste codes of a hazardous waste: its own, else those of all hazardous feeds that it may come from."""
    hazard: frozenset[str] = frozenset()
    """Hazard letters that go with them."""
    w: float = 0.0
    w_gross: float = 0.0
    composition: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the base material."""
        return self.material.name

    @property
    def is_waste(self) -> bool:
        """Whether the law sees a waste in it."""
        return self.material.legal_status in WASTE

    @property
    def wet_per_dry(self) -> float:
        """As-received tonnes per dry tonne."""
        return 1.0 / (1.0 - self.material.moisture)

    def with_margin(self, gate: Gate) -> float:
        """p + kσ of the property that a gate limits, p − kσ for a minimum. KeyError where there is no value."""
        value, sigma = self.composition[gate.property]
        return value + (gate.k_sigma if gate.sense == "max" else -gate.k_sigma) * sigma


def inside(gate: Gate, value: float, limit: float) -> bool:
    """Whether a value keeps a limit on the side that a gate is on."""
    return value <= limit if gate.sense == "max" else value >= limit


@dataclass(frozen=True)
class Made:
    """An output of a conversion: what, how much per tonne fed, and how much of the feed's own solids."""

    output: Lineage
    yield_t_per_t: float
    of_feed_t_per_t: float


@dataclass(frozen=True, eq=False)
class Conversion:
    """A process at an operating point applied to one feed (None: a recipe), per tonne fed or of activity."""

    process: Process
    point: str
    feed: Lineage | None
    row: Feed | None
    made: tuple[Made, ...]
    inputs: tuple[FixedInput, ...]
    cost_cny_per_t: float
    meaning: str
    u: float = 0.0
    u_gross: float = 0.0
    reduced: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """(process, point, lineage of the feed)."""
        return self.process.name, self.point, self.feed.id if self.feed else ""


class Lineages:
    """All materials that can exist in a case, and all conversions between them; faults where data are missing."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.faults: list[tuple[str, Fault]] = []
        """(lineage that lacks a value or whose mass does not close, fault)"""
        self._clear()
        self._outputs = _grouped(lookup.case.outputs)
        self._feeds = _grouped(lookup.case.feeds)
        self._inputs = _grouped(lookup.case.inputs)
        self._partitions = {
            (r.process, r.point, r.output, r.property, r.leaves_as): r.share for r in lookup.case.partitions
        }
        self._delisted = self._delistings()
        self._feed_rows: dict[tuple[str, str], list[Feed]] = {}
        self._points = {(r.process, r.point): r for r in lookup.case.points}
        declared = (row for row in lookup.materials.values() if row.legal_status == "hazardous_waste")
        self._hazards = {row.name: self._declared_hazard(row) for row in declared}
        self._close()
        while (found := self._found_hazards()) != self._hazards:
            self._hazards = found
            self._clear()
            self._close()

    def _clear(self) -> None:
        self.by_id: dict[str, Lineage] = {}
        self.conversions: list[Conversion] = []
        self.too_deep: list[tuple[str, str]] = []

    def _declared_hazard(self, material: Material) -> Hazard:
        """Code and letters of a material by itself; letters that it does not state are those of the list."""
        code = code_of(self.lookup.case, material)
        stated = letters(material.hazard)
        return Hazard(frozenset({code} - {""}), stated or listed_letters(self.lookup.case, code))

    def _found_hazards(self) -> dict[str, Hazard]:
        """Materials that are hazardous by what they come from: fed together with others they spread it."""
        found = dict(self._hazards)
        for lineage in self.by_id.values():
            if lineage.hazardous:
                own = found.get(lineage.name, Hazard())
                found[lineage.name] = own | Hazard(lineage.codes, lineage.hazard)
        return found

    def _delistings(self) -> set[tuple[str, str]]:
        start = self.lookup.case.periods[0].start
        return {
            (row.process, row.material)
            for row in self.lookup.case.delistings
            if row.identified_on is not None and row.identified_on <= start
        }

    def _close(self) -> None:
        """Breadth first from the declared materials; recipes first, they have no feed."""
        front = [self._declared(material) for material in self.lookup.materials.values()]
        for process in self.lookup.processes:
            if process not in self._feeds and process in self._outputs:
                self.conversions += [self._recipe(process, point) for point in self.lookup.points[process]]
        while front:
            found: list[Lineage] = []
            for lineage in front:
                for process, point, row in self._takers(lineage):
                    found += self._convert(process, point, row, lineage)
            front = found

    def _declared(self, material: Material) -> Lineage:
        waste = material.legal_status in WASTE
        hazardous = material.legal_status == "hazardous_waste"
        own = self._declared_hazard(material) if hazardous else Hazard()
        lineage = Lineage(
            id=material.name,
            material=material,
            carries_origin=waste,
            hazardous=hazardous,
            codes=own.codes,
            hazard=own.letters,
            w=float(waste),
            w_gross=float(waste),
            composition=self._assayed(material.name),
        )
        self.by_id[lineage.id] = lineage
        return lineage

    def _assayed(self, material: str) -> dict[str, tuple[float, float]]:
        rows = self.lookup.assays.get(material, {})
        return {name: (row.value, row.sigma) for name, row in rows.items()}

    def _takers(self, lineage: Lineage) -> Iterator[tuple[str, str, Feed]]:
        for process, rows in self._feeds.items():
            for point in self.lookup.points[process]:
                best = self.lookup.best(rows, ("material", lineage.name), ("point", point))
                if best:
                    yield process, point, best[0]

    def feed_rows(self, process: str, point: str) -> list[Feed]:
        """The feed rows in force at an operating point: the most specific one for every material."""
        if (process, point) not in self._feed_rows:
            rows, names = self._feeds.get(process, []), self.lookup.materials
            best = [self.lookup.best(rows, ("material", name), ("point", point)) for name in names]
            self._feed_rows[process, point] = list(dict.fromkeys(found[0] for found in best if found))
        return self._feed_rows[process, point]

    def _recipe(self, process: str, point: str) -> Conversion:
        row = self.lookup.processes[process]
        outputs = self._outputs_of(process, point, "")
        made = tuple(
            Made(self.by_id[output.material], output.yield_t_per_t or 0.0, 0.0) for output in outputs
        )
        return Conversion(
            process=row,
            point=point,
            feed=None,
            row=None,
            made=made,
            inputs=tuple(self._inputs_of(process, point, "")),
            cost_cny_per_t=row.cost_cny_per_t + self._point_cost(process, point),
            meaning=self.lookup.meaning(row.method),
        )

    def _point_cost(self, process: str, point: str) -> float:
        row = self._points.get((process, point))
        return row.cost_cny_per_t if row else 0.0

    def _inputs_of(self, process: str, point: str, feed: str) -> list[FixedInput]:
        return self._best_by_material(self._inputs.get(process, []), point, feed)

    def _outputs_of(self, process: str, point: str, feed: str) -> list[Output]:
        return self._best_by_material(self._outputs.get(process, []), point, feed)

    def _best_by_material(self, rows: list[R], point: str, feed: str) -> list[R]:
        found: list[R] = []
        for material in dict.fromkeys(row.material for row in rows):
            same = [row for row in rows if row.material == material]
            found += self.lookup.best(same, ("feed", feed), ("point", point))
        return found

    def _convert(self, process: str, point: str, row: Feed, feed: Lineage) -> list[Lineage]:
        """Adds the conversion and returns the lineages that are new with it."""
        outputs = self._outputs_of(process, point, feed.name)
        yields = self._yields(outputs, feed, row, self.lookup.processes[process])
        self._check_mass(process, point, row, feed, yields)
        waste = [o for o in outputs if self.lookup.materials[o.material].legal_status in WASTE]
        if waste and feed.depth >= self.lookup.case.settings.max_depth:
            self.too_deep.append((process, feed.id))
            return []
        meaning = self.lookup.meaning(self.lookup.processes[process].method)
        net = _attribution(meaning, yields, {o.material for o in waste})
        iron = self.lookup.processes[process].iron_separation
        gross = (1.0, 0.0) if iron and meaning == "use" else net
        made, new = [], []
        for output in outputs:
            amount, own = yields[output.material]
            if output in waste:
                share = own / total if (total := sum(yields[o.material][1] for o in waste)) > 0 else 0.0
                lineage = self._derive(process, point, output, feed, row, amount, share, net[1], gross[1])
                if lineage.id not in self.by_id:
                    self.by_id[lineage.id] = lineage
                    new.append(lineage)
            else:
                lineage = self.by_id[output.material]
            made.append(Made(lineage, amount, own))
        self.conversions.append(self._conversion(process, point, row, feed, made, meaning, net, gross))
        return new

    def _conversion(
        self,
        process: str,
        point: str,
        row: Feed,
        feed: Lineage,
        made: list[Made],
        meaning: str,
        net: tuple[float, float],
        gross: tuple[float, float],
    ) -> Conversion:
        declared = self.lookup.processes[process]
        return Conversion(
            process=declared,
            point=point,
            feed=feed,
            row=row,
            made=tuple(made),
            inputs=tuple(self._inputs_of(process, point, feed.name)),
            cost_cny_per_t=declared.cost_cny_per_t + self._point_cost(process, point) + row.cost_cny_per_t,
            meaning=meaning,
            u=net[0] if feed.carries_origin else 0.0,
            u_gross=gross[0] if feed.carries_origin else 0.0,
            reduced=feed.carries_origin and net[0] == 0.0 and net[1] == 0.0,
        )

    def _yields(
        self, outputs: list[Output], feed: Lineage, row: Feed, process: Process
    ) -> dict[str, tuple[float, float]]:
        """Output material → (yield, solid mass of the feed in it), t/t."""
        found: dict[str, tuple[float, float]] = {}
        for output in outputs:
            if not output.complement:
                amount = self._yield(output, feed)
                own = output.of_feed_t_per_t
                if own is None:  # energy and the like hold no solids
                    own = amount if self.lookup.materials[output.material].unit == "t" else 0.0
                found[output.material] = (amount, own)
        for output in outputs:
            if output.complement:
                _, gas, loss = _exchanged(process, row)
                rest = 1.0 - sum(own for _, own in found.values()) - gas - loss
                found[output.material] = (rest, rest)
        return found

    def _check_mass(
        self, process: str, point: str, row: Feed, feed: Lineage, yields: dict[str, tuple[float, float]]
    ) -> None:
        """What takes a waste closes its mass; for a residue only this is the place to see it."""
        if not feed.carries_origin or any(lineage == feed.id for lineage, _ in self.faults):
            return
        declared, materials = self.lookup.processes[process], self.lookup.materials
        solid = [r for r in self._inputs_of(process, point, feed.name) if r.solid]
        uptake, gas, loss = _exchanged(declared, row)
        come = 1.0 + uptake + sum(r.amount_per_t for r in solid if materials[r.material].unit == "t")
        gone = gas + loss + sum(made for name, (made, _) in yields.items() if materials[name].unit == "t")
        values: dict[str, object] = {"process": process, "material": feed.id, "come": come, "gone": gone}
        least = min((made for made, _ in yields.values()), default=0.0)
        if least < -CLOSES_WITHIN:
            self._fault(declared, feed, Message("network.output_negative", values | {"amount": least}))
        elif abs(come - gone) > CLOSES_WITHIN:
            self._fault(declared, feed, Message("network.does_not_close", values))

    def _fault(self, process: Process, lineage: Lineage, message: Message) -> None:
        place = process.place
        remedy = Message("network.close_it", {"material": lineage.id})
        fault = Fault(place.file or "processes.csv", place.row, "", message, remedy)
        if (lineage.id, fault) not in self.faults:
            self.faults.append((lineage.id, fault))

    def _yield(self, output: Output, feed: Lineage) -> float:
        if output.recovery is None:
            return output.yield_t_per_t or 0.0
        if output.property not in feed.composition:
            self._missing("outputs", output, "recovery", feed, output.property)
            return 0.0
        return output.recovery * feed.composition[output.property][0] / (output.grade or 1.0)

    def _missing(self, table: str, row: Output | Gate, column: str, lineage: Lineage, name: str) -> None:
        fault = Fault(
            file=row.place.file or f"{table}.csv",
            row=row.place.row,
            column=column,
            message=Message("network.no_value", {"property": name, "material": lineage.id}),
            remedy=Message("network.add_assay", {"property": name, "material": lineage.name}),
        )
        if (lineage.id, fault) not in self.faults:
            self.faults.append((lineage.id, fault))

    def missing_for_gate(self, gate: Gate, lineage: Lineage) -> None:
        """Notes that a gate cannot be evaluated for a material."""
        self._missing("gates", gate, "property", lineage, gate.property)

    def _derive(
        self,
        process: str,
        point: str,
        output: Output,
        feed: Lineage,
        row: Feed,
        amount: float,
        share: float,
        left: float,
        left_gross: float,
    ) -> Lineage:
        per_tonne = share / amount if amount > 0 else 0.0
        hazard = self._hazard(process, output.material, feed, row)
        name = f"{output.material}<{process}{'.' if point else ''}{point}<{feed.id}"
        return Lineage(
            id=name,
            material=self.lookup.materials[output.material],
            process=process,
            point=point,
            parent=feed.id,
            depth=feed.depth + 1,
            carries_origin=feed.carries_origin,
            hazardous=hazard is not None,
            codes=hazard.codes if hazard else frozenset(),
            hazard=hazard.letters if hazard else frozenset(),
            w=feed.w * left * per_tonne,
            w_gross=feed.w_gross * left_gross * per_tonne,
            composition=self._composition(process, point, output.material, feed, amount),
        )

    def _hazard(self, process: str, material: str, feed: Lineage, row: Feed) -> Hazard | None:
        """Mixing spreads hazard: the strictest status among the hazardous feeds that the process accepts.

        Delisting lifts what a residue gets from its feeds, never what its material is declared to be. A code and
        letters that the material declares stand before those of the feeds.
        """
        declared = self.lookup.materials[material]
        hazardous = declared.legal_status == "hazardous_waste"
        if not hazardous and (process, material) in self._delisted:
            return None
        found = [Hazard(feed.codes, feed.hazard)] if feed.hazardous else []
        if not row.separate_campaign:
            others = [r for r in self._feeds[process] if not r.separate_campaign]
            names = {name for r in others for name in self.lookup.members(r.material)}
            found += [self._hazards[name] for name in sorted(names & self._hazards.keys())]
        if not hazardous and not found:
            return None
        own, spread = self._declared_hazard(declared) if hazardous else Hazard(), Hazard.of(found)
        return Hazard(own.codes or spread.codes, own.letters or spread.letters)

    def share(self, process: str, point: str, output: str, name: str, leaves_as: str = "") -> float | None:
        """Share of a feed's content that an output gets, or that leaves as gas or loss; None if nobody says."""
        own = self._partitions.get((process, point, output, name, leaves_as))
        return self._partitions.get((process, "", output, name, leaves_as)) if own is None else own

    def _composition(
        self, process: str, point: str, material: str, feed: Lineage, amount: float
    ) -> dict[str, tuple[float, float]]:
        """Declared assay or grade of the output, overridden by what the partition carries over from the feed."""
        found = self._assayed(material)
        for name, (value, sigma) in feed.composition.items():
            share = self.share(process, point, material, name)
            if share is not None and amount > 0:
                found[name] = (value * share / amount, sigma * share / amount)
        return found


def _attribution(
    meaning: str, yields: dict[str, tuple[float, float]], carrying: set[str]
) -> tuple[float, float]:
    """(u, share of the origin tonnes that the residues carry)."""
    total = sum(own for _, own in yields.values())
    carried = sum(own for name, (_, own) in yields.items() if name in carrying)
    if total <= 0:
        return 0.0, 0.0
    if meaning != "use":
        return 0.0, 1.0 if carried > 0 else 0.0
    u = 1.0 - carried / total
    return u, 1.0 - u


def _exchanged(process: Process, row: Feed) -> tuple[float, float, float]:
    """(uptake, gas, loss) per tonne of a feed: the feed row's, the process's where it states none."""
    return (
        process.uptake_t_per_t if row.uptake_t_per_t is None else row.uptake_t_per_t,
        process.gas_t_per_t if row.gas_t_per_t is None else row.gas_t_per_t,
        process.loss_t_per_t if row.loss_t_per_t is None else row.loss_t_per_t,
    )


def _grouped(rows: Iterable[P]) -> dict[str, list[P]]:
    found: dict[str, list[P]] = {}
    for row in rows:
        found.setdefault(row.process, []).append(row)
    return found
