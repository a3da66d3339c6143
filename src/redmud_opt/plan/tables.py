"""Model and network → tidy tables, one row per act that is not zero."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.case.works import Line
from redmud_opt.model.arrays import Columns
from redmud_opt.model.budgets import capex_cny, size_steps
from redmud_opt.model.contracts import duties_of, taken_under
from redmud_opt.model.recorded import recorded
from redmud_opt.model.targets import base_and_utilised_t, target_years
from redmud_opt.model.value import penalty_cny_per_t
from redmud_opt.network import Network
from redmud_opt.network.counted import LINE
from redmud_opt.network.network import Array, Ints
from redmud_opt.plan.accounts import NEGLIGIBLE, NOTHING_T
from redmud_opt.plan.ages import age_table, overrun_table
from redmud_opt.plan.arisings import arising_table, reduction_table
from redmud_opt.plan.framing import framed, summed
from redmud_opt.plan.proportional import Shift, proportional_rate

STREAM_COLUMNS = (
    "stream",
    "lineage",
    "material",
    "process",
    "point",
    "parent",
    "origin",
    "waste_class",
    "plant",
    "cohort",
    "arose",
)


def frame_of(columns: Columns, name: str) -> pd.DataFrame:
    """Labels and values of a family where the value is not negligible; labels as plain text."""
    values = columns.values_array
    kept = np.flatnonzero(np.abs(values) > NEGLIGIBLE)
    return labelled(columns, kept, **{name: values[kept]})


def labelled(columns: Columns, positions: Ints, **values: Array | Ints) -> pd.DataFrame:
    """Labels of some columns of a family, as plain text, and values beside them."""
    index = columns.index
    parts = zip(index.names, index.codes, index.levels, strict=True)
    return pd.DataFrame({name: _text(level, code[positions]) for name, code, level in parts} | values)


def _text(levels: Iterable[object], codes: Ints) -> Any:
    """Labels by code as an array of text: the few labels are converted, then taken."""
    return pd.array([str(label) for label in levels], dtype="str").take(codes)


def stream_table(net: Network) -> pd.DataFrame:
    """Every stream with its lineage, origin and cohort."""
    rows = []
    for stream in net.streams:
        lineage = net.lineages.by_id[stream.lineage]
        waste_class, _, plant = stream.origin.partition(":")
        of = (lineage.id, lineage.name, lineage.process, lineage.point, lineage.parent)
        rows.append((stream.id, *of, stream.origin, waste_class, plant, stream.cohort, stream.arose))
    return framed(rows, STREAM_COLUMNS, ())


def flow_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Flows with both ends, dry and wet."""
    frame = frame_of(m.flow_t, "flow_t")
    entity = net.routes.grid.entity[np.abs(m.flow_t.values_array) > NEGLIGIBLE]
    for k, name in enumerate(("mode", "from_site", "to_site")):
        frame.insert(1 + k, name, [getattr(net.routes.route[e], name) for e in entity])
    wet_per_dry = np.array([net.lineage(k).wet_per_dry for k in range(len(net.streams))], dtype=float)
    return frame.assign(wet_t=frame["flow_t"] * wet_per_dry[net.routes.stream[entity]])


def made_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """What lines make, per site, process and period."""
    runs = net.runs
    cells = runs.made_cells
    k, period = np.nonzero(cells >= 0)
    amount = m.feed_t.values_array[cells[k, period]] * runs.made_yield[k]
    kept = np.abs(amount) > NEGLIGIBLE
    made = (own[kept].tolist() for own in (runs.made_place[k], runs.made_run[k], period, amount))
    sums = summed(
        (
            (
                net.places[place].site,
                runs.run[run].conversion.process.name,
                net.places[place].stream.id,
                net.time.names[t],
            ),
            made_t,
        )
        for place, run, t, made_t in zip(*made, strict=True)
    )
    rows = [(*label, amount_t) for label, amount_t in sums.items()]
    return framed(rows, ("site", "process", "stream", "period", "made_t"), ("made_t",))


def stock_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Stocks at the end of each period with what was put in and taken out."""
    held = net.holdings
    amounts = {"stock_t": m.stock_t.values_array}
    for name, columns, grid in (("put_t", m.put_t, held.put), ("reclaimed_t", m.reclaim_t, held.reclaim)):
        amounts[name] = np.zeros(len(held.grid))
        amounts[name][held.grid.position[grid.entity, grid.period]] = columns.values_array
    moving = np.flatnonzero(np.max([np.abs(a) for a in amounts.values()], axis=0) > NEGLIGIBLE)
    stock = labelled(m.stock_t, moving, **{name: a[moving] for name, a in amounts.items()})
    sites = [storage.site for storage in held.storages]
    stock.insert(1, "site", _text(sites, held.storage[held.grid.entity[moving]]))
    return stock[["storage", "site", "stream", "period", "put_t", "reclaimed_t", "stock_t"]]


POOL_COLUMNS = ("storage", "lineage", "period", "content_t", "reclaimed_t", "share")


def pool_table(stocks: pd.DataFrame, net: Network) -> pd.DataFrame:
    """What is in each pool before anything is taken out, by lineage, and its share."""
    if not net.pools:
        return framed((), POOL_COLUMNS, POOL_COLUMNS[3:])
    mixed = {pool.storage.name for pool in net.pools}
    lineage = {stream.id: stream.lineage for stream in net.streams}
    frame = stocks[stocks["storage"].isin(mixed)]
    frame = frame.assign(lineage=[lineage[s] for s in frame["stream"]])
    frame = frame.assign(content_t=frame["stock_t"] + frame["reclaimed_t"])
    keys = ["storage", "lineage", "period"]
    sums = frame.groupby(keys, as_index=False, sort=False)[["content_t", "reclaimed_t"]].sum()
    whole = sums.groupby(["storage", "period"])["content_t"].transform("sum")
    sums = sums.assign(share=sums["content_t"] / whole)
    return sums[sums["content_t"] > NEGLIGIBLE][list(POOL_COLUMNS)].reset_index(drop=True)


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


TARGET_COLUMNS = (
    *("target", "waste_class", "scope", "year", "rate", "iron", "hard", "at_least", "reached", "verdict"),
    *("asked_t", "reached_t", "short_t", "reached_proportional"),
)

AT_TARGET = 1e-6
"""A rate this close to its target is held there by it."""


def target_table(m: ConcreteModel, net: Network, shift: Shift) -> pd.DataFrame:
    """What each target asks for and what is reached, in origin tonnes and as a rate; year to date included.

    `verdict`: binding (held there by the target), met, short; blank where there is nothing to refer to.
    `reached_proportional`: the rate with what was fed together taken as mixed.
    """
    rows = []
    for k, row in enumerate(target_years(net)):
        target, (base, reached) = row.target, base_and_utilised_t(m, net, row)
        rate = reached / base if base > NOTHING_T else float("nan")
        asked = target.at_least * base
        whose = (target.name, target.waste_class, target.scope, row.year, target.rate, target.iron)
        judged = (target.hard, target.at_least, rate, verdict(rate, target.at_least))
        mixed = proportional_rate(base, reached, shift, row)
        rows.append((*whose, *judged, asked, reached, float(m.short_t.values_array[k]), mixed))
    return pd.DataFrame(rows, columns=list(TARGET_COLUMNS))


def verdict(rate: float, at_least: float) -> str:
    """How a rate stands to the least that is asked for."""
    if not np.isfinite(rate):
        return ""
    if abs(rate - at_least) <= AT_TARGET:
        return "binding"
    return "met" if rate > at_least else "short"


def excess_table(m: ConcreteModel) -> pd.DataFrame:
    """Stock left over at the end of the horizon, and its charge per tonne."""
    every = np.arange(len(m.excess_t))
    return labelled(m.excess_t, every, excess_t=m.excess_t.values_array, charge_cny_per_t=m.excess_charge)


def value_table(m: ConcreteModel) -> pd.DataFrame:
    """Value by term and year, discounted, as it enters value."""
    every = np.arange(len(m.value_cny))
    return labelled(m.value_cny, every, value_cny=m.value_cny.values_array).astype({"year": int})


def build_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Steps decided: period of the decision, start, units, size in the unit of the capacity, capex undiscounted."""
    plant = net.plant
    units = np.round(m.build.values_array)
    chosen = np.flatnonzero(units > 0)
    sizes = dict(zip(m.size.index.keys(), m.size.values_array.tolist(), strict=True))
    capex = capex_cny(plant)[plant.candidates] * units
    for vintage, col, price in size_steps(m, plant):
        capex[np.searchsorted(plant.candidates, vintage)] += price * m.tier_t.values_array[col]
    rows = []
    for k in chosen.tolist():
        line, period = m.build.index.key(k)
        full = plant.lines[plant.number[line]].capacity or 0.0
        size = sizes.get((line, period), full * units[k])
        start = plant.vintages[plant.candidates[k]].start.isoformat()
        unit = unit_of(plant.lines[plant.number[line]])
        rows.append((line, period, start, int(units[k]), size, unit, float(capex[k])))
    return pd.DataFrame(rows, columns=["line", "period", "start", "units", "size", "unit", "capex_cny"])


def unit_of(line: Line) -> str:
    """Unit of a line's capacity: t/a, h/a, t/period or h/period."""
    return f"{line.capacity_unit}/{'a' if line.per == 'year' else 'period'}"


def _whole(columns: Columns, name: str) -> pd.DataFrame:
    """Labels and values of integer columns that are not zero, as whole numbers."""
    kept = np.flatnonzero(np.round(columns.values_array) > 0)
    return labelled(columns, kept, **{name: np.round(columns.values_array[kept]).astype(np.int64)})


def running_table(m: ConcreteModel) -> pd.DataFrame:
    """Units that run, and hours run, per line and period; NaN where the line has no such decision."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for name, columns in (("on", m.on), ("run_h", m.run_h)):
        for key, value in zip(columns.index.keys(), columns.values_array.tolist(), strict=True):
            found.setdefault(key, {})[name] = round(value) if name == "on" else value
    rows = [
        (line, period, entry.get("on", np.nan), entry.get("run_h", np.nan))
        for (line, period), entry in found.items()
        if any(value > NEGLIGIBLE for value in entry.values())
    ]
    return pd.DataFrame(rows, columns=["line", "period", "on", "run_h"])


def used_table(m: ConcreteModel) -> pd.DataFrame:
    """Lanes and outlets that are used, where it matters."""
    frame = _whole(m.used, "used")
    return frame[frame["kind"] != LINE].drop(columns="used").reset_index(drop=True)


def integer_table(m: ConcreteModel) -> pd.DataFrame:
    """The whole numbers of the plan by column, for a replay; those that are 0 left out."""
    return pd.DataFrame(list(recorded(m).items()), columns=["column", "value"])


def refund_table(m: ConcreteModel) -> pd.DataFrame:
    """VAT refunds."""
    return frame_of(m.refund_cny, "refund_cny").astype({"year": int})


CONTRACT_COLUMNS = ("contract", "year", "take", "taken", "made_up", "short", "penalty_cny", "credit_cny")


def contract_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """What every contract asks for by year, what is taken, made up and short, and what that costs, undiscounted."""
    duties = duties_of(net)
    taken, short = taken_under(m, net, duties), m.short_of_contract.values_array
    again = dict(zip(m.made_up.index.keys(), m.made_up.values_array.tolist(), strict=True))
    rows = []
    for k, duty in enumerate(duties):
        name, made_up = duty.contract.name, again.get((duty.contract.name, duty.year), 0.0)
        costs = (short[k] * duty.penalty_cny, made_up * duty.credit_cny)
        rows.append((name, duty.year, duty.take, taken[k], made_up, short[k], *costs))
    return pd.DataFrame(rows, columns=list(CONTRACT_COLUMNS))


def tables(m: ConcreteModel, net: Network) -> dict[str, pd.DataFrame]:
    """All tables that come straight from columns."""
    outlets = {o.name: o.site for o in net.case.outlets}
    storages = {s.name: s.site for s in net.case.storages}
    tiers = frame_of(m.tier_t, "amount")
    stocks = stock_table(m, net)
    arisings, made = arising_table(m, net), made_table(m, net)
    return {
        "streams": stream_table(net),
        "arisings": arisings,
        "reductions": reduction_table(m, net),
        "flows": flow_table(m, net),
        "feeds": frame_of(m.feed_t, "feed_t"),
        "made": made,
        "purchases": purchase_table(m, net),
        "sales": sited(frame_of(m.sold_t, "sold"), "outlet", outlets),
        "stocks": stocks,
        "ages": age_table(stocks, net),
        "clock_overruns": overrun_table(stocks, arisings, made, net),
        "pools": pool_table(stocks, net),
        "placements": sited(frame_of(m.placed_t, "placed_t"), "storage", storages),
        "builds": build_table(m, net),
        "closings": _whole(m.close, "units"),
        "running": running_table(m),
        "openings": _whole(m.opening, "opened").drop(columns="opened"),
        "used": used_table(m),
        "refunds": refund_table(m),
        "take_or_pay": contract_table(m, net),
        "integers": integer_table(m),
        "tiers": tiers.astype({"step": int}) if len(tiers) else tiers,
        "shortfalls": shortfall_table(m, net),
        "excess": excess_table(m),
        "value_terms": value_table(m),
    }
