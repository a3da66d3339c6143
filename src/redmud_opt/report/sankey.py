"""Where a waste goes: tables of a plan → nodes and links that conserve mass [t dry].

    flows = trace(plan, setting, "red_mud", year)       links with from, to, material and tonnes

    generated ─┐                                 ┌─ products ─ outlets
    from stock ┴─ waste at a site ─ processes ───┼─ residues at a site ─ …
                         │                       └─ gas and losses
                         └─ outlets, placement, into stock

At every middle node what comes in equals what leaves: a process shows what it takes up or loses as an own link (net),
and a storage stands twice, as what was taken from it and as what was put into it; the change of its stock is the
difference. Waste and residues are exact. Products carry no origin in a plan: their tonnes are shared over the wastes
by the mass fed to the process that made them, and over outlets as the product mixes at each site on its way there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from redmud_opt.plan import Plan
from redmud_opt.report.setting import Setting

NOTHING = 1e-6
"""Tonnes below which a link is rounding."""

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


def trace(plan: Plan, setting: Setting, waste_class: str, year: int | None = None) -> list[Link]:
    """All links of a waste class in a year, or over the whole horizon."""
    tables = _Tables(plan, setting, waste_class, year)
    links = _Links()
    _arisings(links, tables)
    _lanes(links, tables)
    _processes(links, tables)
    _sinks(links, tables)
    _stocks(links, tables)
    short = _without_transit(links.list())
    return sorted(short, key=lambda link: -link.amount_t)


class _Tables:
    """The tables of a plan cut to a stretch of time, with the facts of the streams of one class."""

    def __init__(self, plan: Plan, setting: Setting, waste_class: str, year: int | None) -> None:
        self.periods = setting.periods(year)
        self._frames = plan.frames
        self.setting = setting
        streams = plan.frames["streams"]
        mine = streams[streams["waste_class"] == waste_class]
        self.material = dict(zip(mine["stream"], mine["material"], strict=True))
        self.depth = {s: line.count("<") for s, line in zip(mine["stream"], mine["lineage"], strict=True)}
        self.has_origin = frozenset(streams.loc[streams["origin"] != "", "stream"])

    def all(self, name: str) -> pd.DataFrame:
        """A table, in the stretch of time."""
        frame = self._frames[name]
        return frame[frame["period"].isin(self.periods)]

    def mine(self, name: str) -> pd.DataFrame:
        """The rows of a table that are streams of the class, with their material and depth."""
        frame = self.all(name)
        frame = frame[frame["stream"].isin(self.material.keys())]
        return frame.assign(
            material=[self.material[s] for s in frame["stream"]],
            depth=[self.depth[s] for s in frame["stream"]],
        )

    def goods(self, name: str) -> pd.DataFrame:
        """The rows of a table that are goods in tonnes: no origin, not energy or pieces."""
        frame = self.all(name)
        return frame[
            ~frame["stream"].isin(self.has_origin | self.setting.not_tonnes) & (frame["stream"] != "")
        ]


def _pool(material: str, site: str, depth: int) -> Node:
    """A waste or residue at a site, before it is decided where it goes."""
    return Node("residue" if depth else "waste", material, site, depth)


def _arisings(links: _Links, tables: _Tables) -> None:
    for row in tables.mine("arisings").itertuples():
        pool = _pool(row.material, row.site, row.depth)
        links.add(Node("generated", row.material, row.site), pool, row.material, row.arising_t)
    for row in tables.mine("purchases").itertuples():
        pool = _pool(row.material, row.site, row.depth)
        links.add(Node("bought", row.supply), pool, row.material, row.bought)


def _lanes(links: _Links, tables: _Tables) -> None:
    for row in tables.mine("flows").itertuples():
        start, end = (_pool(row.material, site, row.depth) for site in (row.from_site, row.to_site))
        links.add(start, end, row.material, row.flow_t)


def _sinks(links: _Links, tables: _Tables) -> None:
    for row in tables.mine("sales").itertuples():
        links.add(
            _pool(row.material, row.site, row.depth), Node("outlet", row.outlet), row.material, row.sold
        )
    for row in tables.mine("placements").itertuples():
        links.add(
            _pool(row.material, row.site, row.depth), Node("placed", row.storage), row.material, row.placed_t
        )


def _stocks(links: _Links, tables: _Tables) -> None:
    for row in tables.mine("stocks").itertuples():
        pool = _pool(row.material, row.site, row.depth)
        links.add(pool, Node("put", row.storage), row.material, row.put_t)
        links.add(Node("taken", row.storage), pool, row.material, row.reclaimed_t)


# ---------------------------------------------------------------- processes and what they make


def _processes(links: _Links, tables: _Tables) -> None:
    fed, made = _feeds(links, tables), _residues(links, tables)
    goods = _shared_goods(tables)
    for process, material, amount in goods:
        links.add(process, Node("product", material), material, amount)
        made[process] += amount
    for process in {*fed, *made}:
        difference = fed[process] - made[process]
        if difference > 0:
            links.add(process, Node("lost", ""), "", difference)
        else:
            links.add(Node("added", ""), process, "", -difference)
    _markets(links, tables, goods)


def _feeds(links: _Links, tables: _Tables) -> dict[Node, float]:
    fed: dict[Node, float] = defaultdict(float)
    for row in tables.mine("feeds").itertuples():
        site = tables.setting.site_of_line[row.line]
        process = Node("process", row.process, site)
        links.add(_pool(row.material, site, row.depth), process, row.material, row.feed_t)
        fed[process] += row.feed_t
    return fed


def _residues(links: _Links, tables: _Tables) -> dict[Node, float]:
    made: dict[Node, float] = defaultdict(float)
    for row in tables.mine("made").itertuples():
        process = Node("process", row.process, row.site)
        links.add(process, _pool(row.material, row.site, row.depth), row.material, row.made_t)
        made[process] += row.made_t
    return made


def _shared_goods(tables: _Tables) -> list[tuple[Node, str, float]]:
    """(process, product, tonnes): what a process made, by the share of the class in what it was fed that period."""
    feeds = tables.all("feeds")
    feeds = feeds[feeds["stream"] != ""]
    site = feeds["line"].map(dict(tables.setting.site_of_line))
    mine = feeds["feed_t"].where(feeds["stream"].isin(tables.material.keys()), 0.0)
    keys = ["site", "process", "period"]
    fed = feeds.assign(site=site, mine_t=mine).groupby(keys, as_index=False)[["feed_t", "mine_t"]].sum()
    made = tables.goods("made").merge(fed, on=keys)
    made = made.assign(amount_t=made["made_t"] * made["mine_t"] / made["feed_t"])
    total = made.groupby(["process", "site", "stream"], as_index=False, sort=False)["amount_t"].sum()
    return [
        (Node("process", row.process, row.site), row.stream, float(row.amount_t))
        for row in total.itertuples()
        if row.amount_t > NOTHING
    ]


def _markets(links: _Links, tables: _Tables, goods: Sequence[tuple[Node, str, float]]) -> None:
    """Products to outlets and into stock, mixed with what else of the same product is at the site; the rest is own use."""
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
    for kind, table, name, column in (
        ("market", "sales", "outlet", "sold"),
        ("put", "stocks", "storage", "put_t"),
    ):
        for row in tables.goods(table).to_dict("records"):
            if row["stream"] == material:
                yield kind, str(row[name]), str(row["site"]), float(row[column])


def _shares(tables: _Tables, material: str, made: Mapping[str, float]) -> Mapping[str, float]:
    """The share of the class in what there is of a product at each site: x·total = made + Σ x(from)·arrived."""
    total: dict[str, float] = defaultdict(float)
    for name, column in (("made", "made_t"), ("purchases", "bought"), ("stocks", "reclaimed_t")):
        rows = tables.goods(name)
        for site, amount in rows[rows["stream"] == material].groupby("site")[column].sum().items():
            total[str(site)] += float(amount)
    flows = tables.goods("flows")
    flows = flows[flows["stream"] == material].groupby(["from_site", "to_site"])["flow_t"].sum()
    for (_, end), amount in flows.items():
        total[end] += float(amount)
    sites = sorted(total)
    matrix = np.diag([total[site] for site in sites])
    for (start, end), amount in flows.items():
        if start in total:
            matrix[sites.index(end), sites.index(start)] -= float(amount)
    known = np.array([made.get(site, 0.0) for site in sites])
    found = np.linalg.lstsq(matrix, known, rcond=None)[0] if sites else known
    return defaultdict(float, zip(sites, found.tolist(), strict=True))


# ---------------------------------------------------------------- fewer boxes


def _without_transit(links: list[Link]) -> list[Link]:
    """Waste that only passes a site, or comes from one place, is drawn as one link; residues stay where they are made."""
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


def imbalance(links: Iterable[Link]) -> dict[Node, float]:
    """What comes in less what leaves, at every box that is neither a source nor a sink."""
    found: dict[Node, float] = defaultdict(float)
    for link in links:
        found[link.end] += link.amount_t
        found[link.start] -= link.amount_t
    return {node: amount for node, amount in found.items() if node.kind not in (*SOURCES, *SINKS)}
