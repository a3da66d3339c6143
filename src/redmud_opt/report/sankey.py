"""Where a waste goes: tables of a plan → nodes and links that conserve mass [t dry].

    flows = trace(plan, setting, "red_mud", year)       links with from, to, material and dry tonnes
    trace(plan, setting, "red_mud", wet=True)           as they are weighed: each material with its moisture

    generated ─┐                                 ┌─ products ─ outlets
    from stock ┴─ waste at a site ─ processes ───┼─ residues at a site ─ …
                         │                       └─ gas and losses
                         └─ outlets, placement, into stock

At every middle node what comes in equals what leaves: a process shows what it takes up or loses as an own link (net),
and a storage stands twice, as what was taken from it and as what was put into it; the change of its stock is the
difference. Waste and residues are exact. Products carry no origin in a plan: their tonnes are shared over the wastes
by the mass fed to the process that made them, and over outlets as the product mixes at each site on its way there.
Wet tonnes balance in the same way: water that a process drives off is part of what it loses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.plan import Plan
from redmud_opt.report.setting import Setting

NOTHING = 1e-6
"""Tonnes below which a link is rounding."""

_AMOUNTS = (
    "arising_t",
    "bought",
    "flow_t",
    "sold",
    "placed_t",
    "put_t",
    "reclaimed_t",
    "feed_t",
    "made_t",
)
"""Columns of dry tonnes that links are made of."""

SOURCES = ("generated", "bought", "taken", "added")
SINKS = ("outlet", "market", "placed", "put", "lost", "inside")


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """A box: its kind, what it is called (a declared name), where it stands, and how often it was processed."""

    kind: str
    name: str
    site: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """Tonnes of a material between two boxes."""

    start: Node
    end: Node
    material: str
    amount_t: float


class _Links:
    """Adds up tonnes per (start, end, material)."""

    def __init__(self) -> None:
        self.amounts: dict[tuple[Node, Node, str], float] = defaultdict(float)

    def add(self, start: Node, end: Node, material: str, amount_t: float) -> None:
        self.amounts[start, end, material] += amount_t

    def list(self) -> list[Link]:
        return [Link(*key, amount) for key, amount in self.amounts.items() if amount > NOTHING]


def waste_classes(plan: Plan) -> list[str]:
    """Classes that a plan moves, the largest first."""
    rates = plan.frames["rates"]
    generated = rates[rates["plant"] == ""].groupby("waste_class")["generated_t"].sum()
    classes = {name for name in plan.frames["streams"]["waste_class"] if name}
    return sorted(classes, key=lambda name: (-float(generated.get(name, 0.0)), name))


def trace(
    plan: Plan,
    setting: Setting,
    waste_class: str,
    year: int | None = None,
    cohort: str = "",
    *,
    wet: bool = False,
) -> list[Link]:
    """All links of a waste class in a year, or over the whole horizon; of one cohort alone where it is named."""
    tables = _Tables(plan, setting, waste_class, year, cohort, setting.wet_per_dry if wet else {})
    links = _Links()
    _arisings(links, tables)
    _lanes(links, tables)
    _processes(links, tables)
    _sinks(links, tables)
    _stocks(links, tables)
    return _shortened(links)


def above(links: Sequence[Link], share: float) -> list[Link]:
    """The links that carry at least a share of what the greatest carries."""
    least = share * max((link.amount_t for link in links), default=0.0)
    return [link for link in links if link.amount_t >= least]


def merged(
    links: Sequence[Link], box: Callable[[Node, Link], Node], goods: Callable[[Link], str]
) -> list[Link]:
    """The links with boxes put together: what each box becomes, and what each link is said to carry.

    What goes from a box into itself is left out: it comes in and leaves, so every box stays in balance.
    """
    found = _Links()
    for link in links:
        start, end = box(link.start, link), box(link.end, link)
        if start != end:
            found.add(start, end, goods(link), link.amount_t)
    return _shortened(found)


def _shortened(links: _Links) -> list[Link]:
    return sorted(_without_transit(links.list()), key=lambda link: -link.amount_t)


Records = list[dict[str, Any]]


class _Tables:
    """The tables of a plan cut to a stretch of time, with the facts of the streams of one class."""

    def __init__(
        self,
        plan: Plan,
        setting: Setting,
        waste_class: str,
        year: int | None,
        cohort: str,
        per_dry: Mapping[str, float],
    ) -> None:
        self._per_dry = per_dry
        self.periods = setting.periods(year)
        self.setting = setting
        self._frames = plan.frames
        self._rows: dict[str, Records] = {}
        streams = _records(plan.frames["streams"])
        mine = [row for row in streams if row["waste_class"] == waste_class and cohort in ("", row["cohort"])]
        self.material = {row["stream"]: row["material"] for row in mine}
        self.depth = {row["stream"]: row["lineage"].count("<") for row in mine}
        self._no_goods = {row["stream"] for row in streams if row["origin"]} | setting.not_tonnes | {""}

    def all(self, name: str) -> Records:
        """The rows of a table in the stretch of time; many ask for the same ones."""
        if name not in self._rows:
            frame = self._frames[name]
            self._rows[name] = _records(frame[frame["period"].isin(self.periods)])
        return self._rows[name]

    def mine(self, name: str) -> Records:
        """The rows of a table that are streams of the class, with their material and depth."""
        rows = [row for row in self.all(name) if row["stream"] in self.material]
        return [
            self._weighed(row, self.material[row["stream"]])
            | {"material": self.material[row["stream"]], "depth": self.depth[row["stream"]]}
            for row in rows
        ]

    def goods(self, name: str, material: str | None = None) -> Records:
        """The rows of a table that are goods in tonnes (or one of them): no origin, not energy or pieces."""
        rows = [row for row in self.all(name) if row["stream"] not in self._no_goods]
        return [self._weighed(row, row["stream"]) for row in rows if material in (None, row["stream"])]

    def _weighed(self, row: dict[str, Any], material: str) -> dict[str, Any]:
        """A row with its tonnes as they are asked for: dry, or with the water of the material."""
        factor = self._per_dry.get(material, 1.0)
        return row if factor == 1.0 else row | {name: row[name] * factor for name in _AMOUNTS if name in row}


def _records(frame: pd.DataFrame) -> Records:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _pool(row: Mapping[str, Any], site: str = "site") -> Node:
    """A waste or residue at a site, before it is decided where it goes."""
    return Node("residue" if row["depth"] else "waste", row["material"], row[site], row["depth"])


def _arisings(links: _Links, tables: _Tables) -> None:
    for row in tables.mine("arisings"):
        start = Node("generated", row["material"], row["site"])
        links.add(start, _pool(row), row["material"], row["arising_t"])
    for row in tables.mine("purchases"):
        links.add(Node("bought", row["supply"]), _pool(row), row["material"], row["bought"])


def _lanes(links: _Links, tables: _Tables) -> None:
    for row in tables.mine("flows"):
        links.add(_pool(row, "from_site"), _pool(row, "to_site"), row["material"], row["flow_t"])


def _sinks(links: _Links, tables: _Tables) -> None:
    for row in tables.mine("sales"):
        links.add(_pool(row), Node("outlet", row["outlet"]), row["material"], row["sold"])
    for row in tables.mine("placements"):
        links.add(_pool(row), Node("placed", row["storage"]), row["material"], row["placed_t"])


def _stocks(links: _Links, tables: _Tables) -> None:
    for row in tables.mine("stocks"):
        links.add(_pool(row), Node("put", row["storage"]), row["material"], row["put_t"])
        links.add(Node("taken", row["storage"]), _pool(row), row["material"], row["reclaimed_t"])


# ---------------------------------------------------------------- processes and what they make


def _processes(links: _Links, tables: _Tables) -> None:
    fed, made = _feeds(links, tables), _residues(links, tables)
    goods = _shared_goods(tables)
    for process, material, amount in goods:
        links.add(process, Node("product", material), material, amount)
        made[process] += amount
    for process in dict.fromkeys((*fed, *made)):
        difference = fed[process] - made[process]
        if difference > 0:
            links.add(process, Node("lost", ""), "", difference)
        else:
            links.add(Node("added", ""), process, "", -difference)
    _markets(links, tables, goods)


def _feeds(links: _Links, tables: _Tables) -> dict[Node, float]:
    fed: dict[Node, float] = defaultdict(float)
    for row in tables.mine("feeds"):
        placed = row | {"site": tables.setting.site_of_line[row["line"]]}
        process = Node("process", row["process"], placed["site"])
        links.add(_pool(placed), process, row["material"], row["feed_t"])
        fed[process] += row["feed_t"]
    return fed


def _residues(links: _Links, tables: _Tables) -> dict[Node, float]:
    made: dict[Node, float] = defaultdict(float)
    for row in tables.mine("made"):
        process = Node("process", row["process"], row["site"])
        links.add(process, _pool(row), row["material"], row["made_t"])
        made[process] += row["made_t"]
    return made


def _shared_goods(tables: _Tables) -> list[tuple[Node, str, float]]:
    """(process, product, tonnes): what a process made, by the share of the class in what it was fed that period."""
    fed: dict[tuple[str, str, str], float] = defaultdict(float)
    mine: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in tables.all("feeds"):
        if row["stream"]:
            key = tables.setting.site_of_line[row["line"]], row["process"], row["period"]
            fed[key] += row["feed_t"]
            mine[key] += row["feed_t"] if row["stream"] in tables.material else 0.0
    found: dict[tuple[Node, str], float] = defaultdict(float)
    for row in tables.goods("made"):
        key = row["site"], row["process"], row["period"]
        if mine[key] > 0:
            found[Node("process", row["process"], row["site"]), row["stream"]] += (
                row["made_t"] * mine[key] / fed[key]
            )
    return [(process, material, amount) for (process, material), amount in found.items() if amount > NOTHING]


def _markets(links: _Links, tables: _Tables, goods: Sequence[tuple[Node, str, float]]) -> None:
    """Products to outlets and into stock, mixed with the rest of the product at the site; what is left is own use."""
    for material in sorted({material for _, material, _ in goods}):
        made: dict[str, float] = defaultdict(float)
        for process, of, amount in goods:
            if of == material:
                made[process.site] += amount
        left = sum(made.values())
        share = _shares(tables, material, made)
        for kind, name, site, tonnes in _taken(tables, material):
            links.add(Node("product", material), Node(kind, name), material, tonnes * share[site])
            left -= tonnes * share[site]
        if left > NOTHING + 1e-9 * sum(made.values()):
            links.add(Node("product", material), Node("inside", ""), material, left)


def _taken(tables: _Tables, material: str) -> Iterator[tuple[str, str, str, float]]:
    """(kind, name, site, tonnes) of what outlets and storages take of a product."""
    for row in tables.goods("sales", material):
        yield "market", row["outlet"], row["site"], row["sold"]
    for row in tables.goods("stocks", material):
        yield "put", row["storage"], row["site"], row["put_t"]


def _shares(tables: _Tables, material: str, made: Mapping[str, float]) -> Mapping[str, float]:
    """The share of the class in what there is of a product at each site: x·total = made + Σ x(from)·arrived."""
    total: dict[str, float] = defaultdict(float)
    for name, column in (("made", "made_t"), ("purchases", "bought"), ("stocks", "reclaimed_t")):
        for row in tables.goods(name, material):
            total[row["site"]] += row[column]
    flows = tables.goods("flows", material)
    for row in flows:
        total[row["to_site"]] += row["flow_t"]
    sites = {site: k for k, site in enumerate(sorted(total))}
    matrix = np.diag([total[site] for site in sites])
    for row in flows:
        if row["from_site"] in sites:
            matrix[sites[row["to_site"]], sites[row["from_site"]]] -= row["flow_t"]
    known = np.array([made.get(site, 0.0) for site in sites])
    shares = np.linalg.lstsq(matrix, known, rcond=None)[0] if sites else known
    return defaultdict(float, zip(sites, shares.tolist(), strict=True))


# ---------------------------------------------------------------- fewer boxes


def _without_transit(links: list[Link]) -> list[Link]:
    """Waste that only passes a site, or comes from one place, is one link; residues stay where they are made."""
    while True:
        box = next((node for node in _pools(links) if _passes(node, links)), None)
        if box is None:
            return links
        links = _joined(links, box)


def _pools(links: list[Link]) -> list[Node]:
    return sorted({link.end for link in links if link.end.kind in ("waste", "residue")})


def _passes(node: Node, links: list[Link]) -> bool:
    """Whether leaving the box out loses nothing: one link in, or one link out; a residue must have come by lane."""
    before = [link.start for link in links if link.end == node]
    after = [link.end for link in links if link.start == node]
    made_here = node.kind == "residue" and any(start.kind == "process" for start in before)
    ring = node in before or not set(before).isdisjoint(after)
    return not made_here and not ring and bool(after) and (len(before) == 1 or len(after) == 1)


def _joined(links: list[Link], node: Node) -> list[Link]:
    """The links with one box left out: what came is spread over what left in proportion."""
    before = [link for link in links if link.end == node]
    after = [link for link in links if link.start == node]
    total = float(np.sum([link.amount_t for link in before]))
    merged = _Links()
    for link in links:
        if node not in (link.start, link.end):
            merged.add(link.start, link.end, link.material, link.amount_t)
    for come in before:
        for go in after:
            merged.add(come.start, go.end, go.material, come.amount_t * go.amount_t / total)
    return merged.list()
