"""Streams: what an id says, taken apart and held against the case.

    id      = material                                   a commodity or product, without origin
            | lineage                                    a waste without origin, and waste made from it
            | lineage@origin@cohort                      a waste that arose or lay there, and waste made from it
            | lineage@origin@cohort@arose                the same with a storage clock
    lineage = material | output<process[.point]<lineage  of the feed
    origin  = class | class:plant                        a site or an owner
    arose   = period | day | unknown                     from which its age counts

The contract of a plan writes them so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from redmud_opt.plan.audit.facts import Facts

COHORTS = ("new", "legacy")
UNDATED = "unknown"
"""What stands for the day of an opening stock that has none."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Which material it is, and by what it was made from what."""

    name: str
    material: str
    process: str = ""
    point: str = ""
    parent: Lineage | None = None

    @property
    def depth(self) -> int:
        """Number of processes passed since the waste arose."""
        return 0 if self.parent is None else self.parent.depth + 1

    @property
    def root(self) -> str:
        """The waste that it was made from."""
        return self.material if self.parent is None else self.parent.root

    def chain(self) -> Iterator[Lineage]:
        """Itself, what it was made from, and so on to the waste."""
        yield self
        if self.parent is not None:
            yield from self.parent.chain()


@dataclass(frozen=True, slots=True)
class Stream:
    """What the columns of a plan speak of."""

    name: str
    lineage: Lineage
    waste_class: str = ""
    plant: str = ""
    cohort: str = ""
    arose: str = ""

    @property
    def material(self) -> str:
        """The base material."""
        return self.lineage.material

    @property
    def origin(self) -> str:
        """`class` or `class:plant`; blank without origin."""
        return f"{self.waste_class}:{self.plant}" if self.plant else self.waste_class

    @property
    def has_origin(self) -> bool:
        """Whether origin tonnes are counted in it."""
        return bool(self.waste_class)


class UnreadableStream(ValueError):
    """An id that names nothing of the case; `key` says what is wrong with it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Reader:
    """Reads stream ids with the names of one case."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._lineages: dict[str, Lineage] = {}

    def lineage(self, name: str) -> Lineage:
        """A lineage from its text."""
        if name not in self._lineages:
            output, made, parent = self._split(name)
            if output not in self.facts.materials:
                raise UnreadableStream("unknown_material", name=output)
            if not made:
                self._lineages[name] = Lineage(name, output)
            else:
                process, point = self._process(made)
                self._lineages[name] = Lineage(name, output, process, point, self.lineage(parent))
        return self._lineages[name]

    @staticmethod
    def _split(name: str) -> tuple[str, str, str]:
        parts = name.split("<", 2)
        if len(parts) == 2 or any(not part for part in parts):
            raise UnreadableStream("bad_lineage", name=name)
        return (parts[0], parts[1], parts[2]) if len(parts) == 3 else (name, "", "")

    def _process(self, made: str) -> tuple[str, str]:
        for process in self.facts.processes:
            points = [row.point for row in self.facts.points.get(process, ())]
            if made == process and not points:
                return process, ""
            for point in points:
                if made == f"{process}.{point}":
                    return process, point
        raise UnreadableStream("unknown_process", name=made)

    def stream(self, name: str) -> Stream:
        """A stream from its id; raises `UnreadableStream`."""
        if "@" not in name:
            return Stream(name, self.lineage(name))
        parts = name.split("@")
        if len(parts) not in (3, 4) or parts[2] not in COHORTS:
            raise UnreadableStream("bad_cohort", name=name)
        if len(parts) == 4 and not self._arose(parts[3]):
            raise UnreadableStream("bad_age", name=name)
        waste_class, _, plant = parts[1].partition(":")
        root = self.lineage(parts[0]).root
        if not self.facts.is_waste(root) or waste_class != self.facts.materials[root].waste_class:
            raise UnreadableStream("bad_class", name=waste_class)
        owners = {row.owner for row in self.facts.sites.values()}
        if plant and plant not in self.facts.sites and plant not in owners:
            raise UnreadableStream("unknown_plant", name=plant)
        return Stream(name, self.lineage(parts[0]), waste_class, plant, *parts[2:])

    def _arose(self, text: str) -> bool:
        """Whether a text says when something arose."""
        if text == UNDATED or any(period.name == text for period in self.facts.periods):
            return True
        try:
            return date.fromisoformat(text).isoformat() == text
        except ValueError:
            return False


def with_cohort(name: str, cohort: str) -> str:
    """The id of the same waste in another cohort; of what has none itself."""
    parts = name.split("@")
    return "@".join((*parts[:2], cohort, *parts[3:])) if len(parts) > 2 else name


def cohort_of(name: str) -> str:
    """The cohort that an id states, blank without one."""
    return (*name.split("@"), "", "", "")[2]


def derived_id(facts: Facts, output: str, process: str, point: str, feed: Stream | None) -> str:
    """The id, age apart, of what a process makes from a feed: a waste keeps its lineage, origin and cohort."""
    if feed is None or not facts.is_waste(output):
        return output
    made = f"{process}.{point}" if point else process
    lineage = f"{output}<{made}<{feed.lineage.name}"
    return f"{lineage}@{feed.origin}@{feed.cohort}" if feed.has_origin else lineage


def plant_names(facts: Facts, site: str) -> tuple[str, str, str]:
    """How an origin may call the plant at a site: the site, its owner, or not at all."""
    return site, facts.sites[site].owner, ""


def founded(
    facts: Facts, streams: dict[str, Stream], material: str, site: str, cohort: str, arose: str = ""
) -> Stream | None:
    """The stream that arises, or lay there: a waste with the finest origin that the plan's streams offer.

    A waste of a class must have one. Waste of class `none` may do without; what is no waste has none.
    """
    for plant in plant_names(facts, site):
        waste_class = facts.materials[material].waste_class
        origin = f"{waste_class}:{plant}" if plant else waste_class
        name = f"{material}@{origin}@{cohort}"
        found = streams.get(f"{name}@{arose}" if arose else name)
        if found is not None:
            return found
    return None if facts.founds_origin(material) else streams.get(material)
