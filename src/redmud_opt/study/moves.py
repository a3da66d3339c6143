"""Where tonnes end in a plan, and how that differs from another plan of the same model.

    before = ends_of(model, network);  …;  moves(before, ends_of(model, network))

Tonnes over the horizon, dry: sold by outlet, fed by process, placed by storage, in stock at the end by storage,
bought by supply; and units built by line.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.i18n import Message
from redmud_opt.i18n.amounts import Tonnes
from redmud_opt.network import Network
from redmud_opt.network.network import Holdings, Purchases
from redmud_opt.study.things import Entities

Ends = dict[tuple[str, str], float]
"""(way, name) → tonnes, or units that are built."""

ENDED = ("sold", "fed", "placed", "stock")
"""Ways in which a tonne is done with."""

LITTLE_T = 0.5
"""A change that is not told [t]."""


def ends_of(model: ConcreteModel, net: Network, materials: Iterable[str] | None = None) -> Ends:
    """Where tonnes end in the plan that the model holds; of some materials only, by name."""
    chosen = None if materials is None else set(materials)
    kept = [chosen is None or net.lineage(k).name in chosen for k in range(len(net.streams))]
    wanted = np.array([*kept, chosen is None], dtype=bool)  # a recipe has no stream: −1
    runs, last = net.runs, net.time.last
    families: tuple[tuple[str, str, Entities | Purchases, list[str]], ...] = (
        ("sold", "sold_t", net.deliveries, [net.deliveries.outlets[k].name for k in net.deliveries.outlet]),
        ("fed", "feed_t", runs, [run.conversion.process.name for run in runs.run]),
        (
            "placed",
            "placed_t",
            net.placements,
            [net.holdings.storages[k].name for k in net.placements.storage],
        ),
        ("stock", "stock_t", net.holdings, [net.holdings.storages[k].name for k in net.holdings.storage]),
        ("bought", "bought_t", net.purchases, [net.purchases.supplies[k].name for k in net.purchases.supply]),
    )
    found: Ends = {}
    for way, family, table, names in families:
        values = model.component(family).values_array
        counted = wanted[table.stream[table.grid.entity]]
        if isinstance(table, Holdings):
            counted &= table.grid.period == last
        for k in np.flatnonzero(counted & (values > 0)).tolist():
            key = way, names[int(table.grid.entity[k])]
            found[key] = found.get(key, 0.0) + float(values[k])
    if chosen is None:
        lines = model.build.index.labels("line")
        for name, units in zip(lines.tolist(), model.build.values_array.tolist(), strict=True):
            if round(units):
                found["built", name] = found.get(("built", name), 0.0) + round(units)
    return found


def moves(before: Ends, after: Ends) -> pd.DataFrame:
    """What differs, the greatest change first: way, name, before, after, change [t; units of what is built]."""
    keys = list(dict.fromkeys((*before, *after)))
    rows = [(way, name, before.get((way, name), 0.0), after.get((way, name), 0.0)) for way, name in keys]
    found = pd.DataFrame(rows, columns=["way", "name", "before", "after"])
    found["change"] = found["after"] - found["before"]
    least = np.where(found["way"] == "built", LITTLE_T, LITTLE_T + 1e-4 * found["before"].abs())
    found = found[found["change"].abs() > least]
    return found.sort_values("change", key=lambda c: -c.abs(), kind="stable", ignore_index=True)


def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with the way in words."""
    ways = pd.Series([Message(f"why.way_{way}") for way in frame["way"]], index=frame.index, dtype=object)
    return frame.assign(way=ways)


def gains(frame: pd.DataFrame, count: int = 3, but: str = "") -> tuple[Message, ...]:
    """The ends that take more, the greatest first; but: one that goes without saying."""
    rows = frame[frame["way"].isin(ENDED) & (frame["change"] > 0) & (frame["name"] != but)].head(count)
    return tuple(
        Message(f"why.more_{row['way']}", {"name": row["name"], "tonnes": Tonnes(float(row["change"]))})
        for row in rows.to_dict("records")
    )
