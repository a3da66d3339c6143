"""What a question can be about: anything that a plan may use or decide, by its name.

    thing_of(network, model, "cement_guigang")       outlet, lane, line, process, site, storage, raise, measure, …
    thing_of(network, model, "process:sintering")    kind and name, where several things have the name
    thing_of(network, model, "pingguo>cement")       a route: what goes from a site to a site, outlet, process, line
                                                     or storage; or a material to one of these

`acts` are the columns whose sum is its use, in tonnes; `decisions` the whole-number columns without which there is
none of it (a step that is built, a yard, a measure, an option adopted).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.i18n import Message
from redmud_opt.network import Network
from redmud_opt.network.network import Deliveries, Holdings, Ints, Placements, Routes, Runs

KINDS = (
    *("outlet", "storage", "line", "process", "lane", "supply", "site"),
    *("raise", "measure", "reduction", "route"),
)
"""Kinds of things, in the order in which a name is looked for; a route has no name but its two ends."""

USED_T = 1e-3
"""Up to so many tonnes over the horizon something is not used."""

Entities = Routes | Runs | Deliveries | Holdings | Placements


class Part(NamedTuple):
    """Columns of one family."""

    family: str
    at: Ints


@dataclass(frozen=True)
class Thing:
    """What a question is about. ends: of a route."""

    kind: str
    name: str
    acts: tuple[Part, ...] = ()
    decisions: tuple[Part, ...] = ()
    ends: tuple[str, str] | None = None

    @property
    def said(self) -> Message:
        """Kind and name in words."""
        return Message(f"why.kind_{self.kind}", {"name": self.name})

    @property
    def empty(self) -> bool:
        """Whether the network has no column for it at all."""
        return not any(len(part.at) for part in (*self.acts, *self.decisions))

    def used_t(self, model: ConcreteModel) -> float:
        """Tonnes over the horizon in the plan that the model holds."""
        return total(model, self.acts)

    def decided(self, model: ConcreteModel) -> int:
        """How often the plan that the model holds decides for it."""
        return round(total(model, self.decisions))


def total(model: ConcreteModel, parts: Iterable[Part]) -> float:
    """Sum of columns in the plan that the model holds."""
    return float(sum(model.component(family).values_array[at].sum() for family, at in parts))


def thing_of(net: Network, model: ConcreteModel, said: str) -> Thing:
    """The thing of a name. Raises CaseFaults with the nearest names where there is none, or more than one."""
    names = _Names(net)
    kind, _, rest = said.partition(":")
    if kind in KINDS and rest:
        kinds = [kind] if rest in names.of[kind] or kind == "route" else []
        name = rest
    else:
        name, kinds = said, [kind for kind in KINDS if said in names.of[kind]]
    if len(kinds) > 1:
        given = tuple(f"{kind}:{name}" for kind in kinds)
        raise _fault(Message("why.ambiguous", {"name": said}), Message("why.say_which", {"names": given}))
    if kinds and kinds != ["route"]:
        return _FINDERS[kinds[0]](net, model, name)
    if ">" in name:
        return _route(net, model, name, names)
    raise _unknown(said, names.all)


class _Names:
    """Every name of a network by kind."""

    def __init__(self, net: Network) -> None:
        case = net.case
        sites = [row.name for row in case.sites]
        generated = {
            f"{a}>{b}:{mode}"
            for mode in {row.mode for row in case.haul}
            for a in sites
            for b in sites
            if a != b
        }
        self.of: dict[str, set[str]] = {
            "outlet": {row.name for row in case.outlets},
            "storage": {row.name for row in case.storages},
            "line": {row.name for row in case.lines},
            "process": {row.name for row in case.processes},
            "lane": {row.name for row in case.lanes} | set(net.routes.lanes) | generated,
            "supply": {row.name for row in case.supplies},
            "site": set(sites),
            "raise": {row.name for row in case.raises},
            "measure": {row.name for row in case.yard_measures},
            "reduction": {row.name for row in case.reductions},
            "route": set(),
        }
        self.materials = {row.name for row in case.materials}

    @property
    def all(self) -> list[str]:
        """Without the lanes that haul rules make: there are too many to be meant."""
        return sorted(name for names in self.of.values() for name in names if ">" not in name)


def _fault(message: Message, remedy: Message | None) -> CaseFaults:
    return CaseFaults([Fault(file="", row=0, column="", message=message, remedy=remedy)])


def _unknown(said: str, names: Iterable[str]) -> CaseFaults:
    return _fault(Message("why.unknown", {"name": said}), did_you_mean(said, names))


# ---- columns by label -------------------------------------------------------------------------------------------


def _where(model: ConcreteModel, family: str, label: str, name: str) -> Part:
    columns = model.component(family)
    return Part(family, np.flatnonzero(columns.index.labels(label) == name))


def _kept(*parts: Part) -> tuple[Part, ...]:
    return tuple(part for part in parts if len(part.at))


def _outlet(net: Network, m: ConcreteModel, name: str) -> Thing:
    return Thing("outlet", name, _kept(_where(m, "sold_t", "outlet", name)))


def _storage(net: Network, m: ConcreteModel, name: str) -> Thing:
    """What lies in it at the end of periods, or is placed for good: the sum over both is no tonnage but a use."""
    final = _kept(_where(m, "placed_t", "storage", name))
    acts = final or _kept(_where(m, "stock_t", "storage", name))
    return Thing("storage", name, acts, _kept(_where(m, "yard_step", "item", name)))


def _line(net: Network, m: ConcreteModel, name: str) -> Thing:
    return Thing(
        "line", name, _kept(_where(m, "feed_t", "line", name)), _kept(_where(m, "build", "line", name))
    )


def _process(net: Network, m: ConcreteModel, name: str) -> Thing:
    return Thing("process", name, _kept(_where(m, "feed_t", "process", name)))


def _lane(net: Network, m: ConcreteModel, name: str) -> Thing:
    return Thing("lane", name, _kept(_where(m, "flow_t", "lane", name)))


def _supply(net: Network, m: ConcreteModel, name: str) -> Thing:
    return Thing("supply", name, _kept(_where(m, "bought_t", "supply", name)))


def _raise(net: Network, m: ConcreteModel, name: str) -> Thing:
    return Thing("raise", name, (), _kept(_where(m, "yard_step", "item", name)))


def _measure(net: Network, m: ConcreteModel, name: str) -> Thing:
    return Thing("measure", name, (), _kept(_where(m, "measure", "item", name)))


def _reduction(net: Network, m: ConcreteModel, name: str) -> Thing:
    acts = _kept(_where(m, "applied_t", "option", name))
    return Thing("reduction", name, acts, _kept(_where(m, "adopt", "option", name)))


def _site(net: Network, m: ConcreteModel, name: str) -> Thing:
    """What comes to it; where nothing can come, what is done there."""
    arriving = flows(net, lambda _, to_site: to_site == name)
    if len(arriving.at):
        return Thing("site", name, (arriving,))
    return Thing(
        "site", name, _kept(*(_at_site(net, family, name) for family in ("feed_t", "sold_t", "placed_t")))
    )


_FINDERS: dict[str, Callable[[Network, ConcreteModel, str], Thing]] = {
    "outlet": _outlet,
    "storage": _storage,
    "line": _line,
    "process": _process,
    "lane": _lane,
    "supply": _supply,
    "site": _site,
    "raise": _raise,
    "measure": _measure,
    "reduction": _reduction,
}


# ---- columns by entity ------------------------------------------------------------------------------------------


def table_of(net: Network, family: str) -> Entities:
    """The entities of a family of columns."""
    tables: dict[str, Entities] = {
        "flow_t": net.routes,
        "feed_t": net.runs,
        "sold_t": net.deliveries,
        "placed_t": net.placements,
        "stock_t": net.holdings,
    }
    return tables[family]


def cells(table: Entities, entities: Iterable[bool]) -> Ints:
    """Columns of the entities that are chosen."""
    chosen = np.fromiter(entities, dtype=bool)
    return np.flatnonzero(chosen[table.grid.entity]) if len(chosen) else np.zeros(0, dtype=np.int64)


def flows(net: Network, wanted: Callable[[str, str], bool]) -> Part:
    """Flows on lanes of which (from, to) is wanted."""
    return Part("flow_t", cells(net.routes, (wanted(r.from_site, r.to_site) for r in net.routes.route)))


def _at_site(net: Network, family: str, site: str) -> Part:
    table = table_of(net, family)
    assert not isinstance(table, Routes)
    return Part(family, cells(table, (net.places[int(p)].site == site for p in table.place)))


def _of_streams(net: Network, parts: Iterable[Part], wanted: Callable[[int], bool]) -> tuple[Part, ...]:
    """Columns that carry streams that are wanted."""
    kept = np.array(
        [wanted(k) for k in range(len(net.streams))] + [False], dtype=bool
    )  # a recipe has none: −1
    found = []
    for family, at in parts:
        table = table_of(net, family)
        found.append(Part(family, at[kept[table.stream[table.grid.entity[at]]]]))
    return _kept(*found)


def _route(net: Network, m: ConcreteModel, said: str, names: _Names) -> Thing:
    start, _, end = said.partition(">")
    known = names.of["site"] | names.materials
    if start not in known:
        raise _unknown(start, known)
    kinds = [
        kind for kind in ("outlet", "process", "line", "storage", "site", "lane") if end in names.of[kind]
    ]
    if not kinds:
        raise _unknown(end, names.all)
    target = _FINDERS[kinds[0]](net, m, end)
    if start in names.materials:
        acts = _of_streams(net, target.acts, lambda k: net.lineage(k).name == start)
    else:
        acts = tuple(_from_site(net, target, start))
    return Thing("route", said, acts, target.decisions, (start, end))


def _from_site(net: Network, target: Thing, start: str) -> Iterator[Part]:
    """What a site sends to a thing: by origin where origins are known by plant, else on its lanes there."""
    if target.kind == "site":
        yield from _kept(flows(net, lambda a, b: (a, b) == (start, target.name)))
        return
    own = _of_streams(net, target.acts, lambda k: net.origin(k).partition(":")[2] == start)
    if own:
        yield from own
        return
    taken, sites = set(), set()
    for family, at in target.acts:
        table = table_of(net, family)
        assert not isinstance(table, Routes)
        entity = table.grid.entity[at]
        taken |= set(table.stream[entity].tolist())
        sites |= {net.places[int(place)].site for place in table.place[entity]}
    coming = _of_streams(net, [flows(net, lambda a, b: a == start and b in sites)], lambda k: k in taken)
    if start in sites:
        for family, at in target.acts:
            there = set(_at_site(net, family, start).at.tolist())
            yield from _kept(Part(family, np.array([k for k in at.tolist() if k in there], dtype=np.int64)))
    yield from coming
