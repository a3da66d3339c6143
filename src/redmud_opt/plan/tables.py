"""Model and network → tidy tables, one row per act that is not zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns
from redmud_opt.model.targets import target_years
from redmud_opt.model.value import penalty_cny_per_t
from redmud_opt.network import Network
from redmud_opt.network.given import arising_t
from redmud_opt.network.origins import Origins
from redmud_opt.network.reach import Stream

NEGLIGIBLE = 1e-9
"""Amounts below this, in the unit of the column, are solver noise and not shown."""


def frame_of(columns: Columns, name: str) -> pd.DataFrame:
    """Labels and values of a family where the value is not negligible; labels as plain text."""
    values = columns.values_array
    frame = columns.index.frame()
    frame[name] = values
    frame = frame[np.abs(values) > NEGLIGIBLE].reset_index(drop=True)
    return plain(frame)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with text in the place of categories."""
    return frame.astype({c: str for c in frame.columns if isinstance(frame[c].dtype, pd.CategoricalDtype)})


def stream_table(net: Network) -> pd.DataFrame:
    """Every stream with its lineage, origin and cohort."""
    rows = []
    for stream in net.streams:
        lineage = net.lineages.by_id[stream.lineage]
        waste_class, _, plant = stream.origin.partition(":")
        rows.append(
            {
                "stream": stream.id,
                "lineage": lineage.id,
                "material": lineage.name,
                "process": lineage.process,
                "point": lineage.point,
                "parent": lineage.parent,
                "origin": stream.origin,
                "waste_class": waste_class,
                "plant": plant,
                "cohort": stream.cohort,
            }
        )
    return pd.DataFrame(rows)


def arising_table(net: Network) -> pd.DataFrame:
    """What arises, per row of the case's table and period."""
    origins = Origins(net.lookup)
    rows = []
    for row in net.case.arisings:
        origin = origins.of(net.lookup.materials[row.material].waste_class, row.site)
        stream = Stream(row.material, origin, "new").id
        for period, amount in zip(net.time.names, arising_t(row, net.time).tolist(), strict=True):
            if amount > 0:
                rows.append((row.name, row.site, stream, period, amount))
    return pd.DataFrame(rows, columns=["arising", "site", "stream", "period", "arising_t"])


def flow_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Flows with both ends, dry and wet."""
    frame = frame_of(m.flow_t, "flow_t")
    ends = {route.lane: (route.mode, route.from_site, route.to_site) for route in net.routes.route}
    for k, name in enumerate(("mode", "from_site", "to_site")):
        frame.insert(1 + k, name, [ends[lane][k] for lane in frame["lane"]])
    frame["wet_t"] = frame["flow_t"] * _wet(net, frame["stream"])
    return frame


def _wet(net: Network, streams: pd.Series) -> np.ndarray:
    per_dry = {s.id: net.lineages.by_id[s.lineage].wet_per_dry for s in net.streams}
    return np.array([per_dry[stream] for stream in streams], dtype=float)


def made_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """What lines make, per site, process and period."""
    runs = net.runs
    cells = runs.grid.position[runs.made_run]
    k, period = np.nonzero(cells >= 0)
    amount = m.feed_t.values_array[cells[k, period]] * runs.made_yield[k]
    kept = np.abs(amount) > NEGLIGIBLE
    k, period, amount = k[kept], period[kept], amount[kept]
    places = [net.places[p] for p in runs.made_place[k]]
    frame = pd.DataFrame(
        {
            "site": [place.site for place in places],
            "process": [runs.run[r].conversion.process.name for r in runs.made_run[k]],
            "stream": [place.stream.id for place in places],
            "period": [net.time.names[t] for t in period],
            "made_t": amount,
        }
    )
    return frame.groupby(["site", "process", "stream", "period"], as_index=False, sort=False).sum()


def stock_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Stocks at the end of each period with what was put in and taken out."""
    stock = plain(m.stock_t.index.frame().assign(stock_t=m.stock_t.values_array))
    keys = ["storage", "stream", "period"]
    for columns, name in ((m.put_t, "put_t"), (m.reclaim_t, "reclaimed_t")):
        part = plain(columns.index.frame().assign(**{name: columns.values_array}))
        stock = stock.merge(part, on=keys, how="left")
    stock = stock.fillna({"put_t": 0.0, "reclaimed_t": 0.0})
    moving = stock[["stock_t", "put_t", "reclaimed_t"]].abs().max(axis=1) > NEGLIGIBLE
    stock = stock[moving].reset_index(drop=True)
    sites = {s.name: s.site for s in net.case.storages}
    stock.insert(1, "site", [sites[name] for name in stock["storage"]])
    return stock[["storage", "site", "stream", "period", "put_t", "reclaimed_t", "stock_t"]]


def sited(frame: pd.DataFrame, column: str, sites: dict[str, str]) -> pd.DataFrame:
    """Adds the site of an outlet or storage beside its name."""
    frame.insert(1, "site", [sites[name] for name in frame[column]])
    return frame


def purchase_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Purchases per supply, site and period, with the material bought."""
    frame = frame_of(m.bought_t, "bought")
    material = {row.name: row.material for row in net.case.supplies}
    frame.insert(2, "stream", [material[name] for name in frame["supply"]])
    return frame


def shortfall_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Tonnes short of soft targets and their penalty."""
    rows = target_years(net)
    short = m.short_t.values_array
    penalty = penalty_cny_per_t(net) * short
    data = [
        (row.target.name, row.year, short[k], row.target.price_cny_per_t or 0.0, penalty[k])
        for k, row in enumerate(rows)
        if short[k] > NEGLIGIBLE
    ]
    return pd.DataFrame(data, columns=["target", "year", "short_t", "price_cny_per_t", "penalty_cny"])


def excess_table(m: ConcreteModel) -> pd.DataFrame:
    """Stock left over at the end of the horizon, and its charge per tonne."""
    frame = plain(m.excess_t.index.frame())
    frame["excess_t"] = m.excess_t.values_array
    frame["charge_cny_per_t"] = m.excess_charge
    return frame


def value_table(m: ConcreteModel) -> pd.DataFrame:
    """Value by term and year, discounted, as it enters value."""
    frame = plain(m.value_cny.index.frame())
    frame["year"] = frame["year"].astype(int)
    frame["value_cny"] = m.value_cny.values_array
    return frame


def tables(m: ConcreteModel, net: Network) -> dict[str, pd.DataFrame]:
    """All tables that come straight from columns."""
    outlets = {o.name: o.site for o in net.case.outlets}
    storages = {s.name: s.site for s in net.case.storages}
    tiers = frame_of(m.tier_t, "amount")
    return {
        "streams": stream_table(net),
        "arisings": arising_table(net),
        "flows": flow_table(m, net),
        "feeds": frame_of(m.feed_t, "feed_t"),
        "made": made_table(m, net),
        "purchases": purchase_table(m, net),
        "sales": sited(frame_of(m.sold_t, "sold"), "outlet", outlets),
        "stocks": stock_table(m, net),
        "placements": sited(frame_of(m.placed_t, "placed_t"), "storage", storages),
        "tiers": tiers.astype({"step": int}) if len(tiers) else tiers,
        "shortfalls": shortfall_table(m, net),
        "excess": excess_table(m),
        "value_terms": value_table(m),
    }
