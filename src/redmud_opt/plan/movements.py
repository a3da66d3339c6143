"""Movements over borders as tables: under which document, and what is left of each document.

movements          per document, what happens (over the border, inside, placed), lineage and period: dry tonnes;
                   without a document: what is still to be filed
border_documents   per approval and filing: tonnes allowed, used and left in its basis; what is to be filed
separate_loads     incompatible wastes that share a lane in a period, and so move in separate loads

General waste for use is filed, not limited: tonnes are laid on filings in order of time, the first to end first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns
from redmud_opt.network import Network
from redmud_opt.network.approved import Granted, Need, approved, filed
from redmud_opt.network.borders import APPROVAL, FILING
from redmud_opt.network.network import Array
from redmud_opt.plan.accounts import NEGLIGIBLE
from redmud_opt.plan.framing import framed, picked, summed

MOVED = (
    *("kind", "of", "document", "from_province", "to_province", "site", "lineage", "period"),
    *("moved_t", "document_t"),
)
DOCUMENTS = (
    *("document", "kind", "from_province", "to_province", "receiver", "code", "valid_from", "valid_to"),
    *("allowed_t", "used_t", "left_t", "to_be_filed_t"),
)
LOADS = ("lane", "first", "second", "period", "first_t", "second_t")

Moved = tuple[str, str, str, str, str, str, str, str, float, float]


def movement_tables(m: ConcreteModel, net: Network, flows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The three tables."""
    moved = [*_approved(m, net), *_filed(m, net)]
    return {
        "movements": framed(moved, MOVED, ("moved_t", "document_t")),
        "border_documents": _documents(net, moved),
        "separate_loads": _loads(net, flows),
    }


def _row(net: Network, kind: str, need: Need, document: str, came_from: str, t: float, basis: float) -> Moved:
    province = net.lookup.sites[need.site].province
    where = (came_from, province, need.site, need.lineage, net.time.names[need.t])
    return (kind, need.of, document, *where, t, t * basis)


def _approved(m: ConcreteModel, net: Network) -> Iterator[Moved]:
    granted, amounts = approved(net), m.approved_t.values_array
    for k in np.flatnonzero(amounts > NEGLIGIBLE):
        row, need = granted.documents[granted.document[k]], granted.needs[granted.need[k]]
        yield _row(
            net, APPROVAL, need, row.name, row.from_province, float(amounts[k]), float(granted.basis[k])
        )


def _filed(m: ConcreteModel, net: Network) -> Iterator[Moved]:
    """Planned tonnes on the filings that there are; the rest is to be filed."""
    granted = filed(net)
    left = [row.amount_t for row in granted.documents]
    planned = _needed(m, granted)
    grants: dict[int, list[int]] = defaultdict(list)
    for k, need in enumerate(granted.need):
        grants[int(need)].append(k)
    for number in sorted(range(len(granted.needs)), key=lambda k: granted.needs[k].t):
        need, rest = granted.needs[number], float(planned[number])
        for k in sorted(grants[number], key=lambda k: str(granted.documents[granted.document[k]].valid_to)):
            document, basis = int(granted.document[k]), float(granted.basis[k])
            amount = min(rest, left[document] / basis)
            left[document] -= amount * basis
            rest -= amount
            row = granted.documents[document]
            if amount > NEGLIGIBLE:
                yield _row(net, FILING, need, row.name, row.from_province, amount, basis)
        if rest > NEGLIGIBLE:
            wet = net.lineages.by_id[need.lineage].wet_per_dry
            yield _row(net, FILING, need, "", need.came_from, rest, wet)


def _needed(m: ConcreteModel, granted: Granted) -> Array:
    """Dry tonnes of every need."""
    found = np.zeros(len(granted.needs))
    for family, (row, col) in granted.cells.items():
        columns: Columns = m.component(family)
        np.add.at(found, row, columns.values_array[col])
    return found


def _documents(net: Network, moved: list[Moved]) -> pd.DataFrame:
    """Every document of the case, then what is to be filed by provinces and site."""
    used = summed((document, t) for _, _, document, *_, t in moved)
    rows: list[tuple[object, ...]] = []
    for row in net.case.approvals:
        own = used.get(row.name, 0.0)
        whose = (row.name, row.kind, row.from_province, row.to_province, row.receiver, row.code)
        dates = (str(row.valid_from or ""), str(row.valid_to or ""))
        rows.append((*whose, *dates, row.amount_t, own, row.amount_t - own, 0.0))
    open_ = summed(((start, end, site), t) for _, _, name, start, end, site, *_, t in moved if not name)
    for where, amount in open_.items():
        rows.append(("", FILING, *where, "general", "", "", 0.0, 0.0, 0.0, amount))
    return framed(rows, DOCUMENTS, [name for name in DOCUMENTS if name.endswith("_t")])


def _loads(net: Network, flows: pd.DataFrame) -> pd.DataFrame:
    """Lanes and periods in which both wastes of a row move."""
    material = {stream.id: net.lineages.by_id[stream.lineage].name for stream in net.streams}
    carried: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    moves = picked({"flows": flows}, "flows", "lane", "stream", "period", "flow_t")
    for lane, stream, period, amount in moves:
        carried[lane, period][material[stream]] += amount
    rows = []
    for row in net.case.incompatibilities:
        first, second = net.lookup.members(row.first), net.lookup.members(row.second)
        for (lane, period), amounts in carried.items():
            one = sum(t for name, t in amounts.items() if name in first)
            other = sum(t for name, t in amounts.items() if name in second)
            if one > NEGLIGIBLE and other > NEGLIGIBLE:
                rows.append((lane, row.first, row.second, period, one, other))
    return framed(rows, LOADS, ("first_t", "second_t"))
