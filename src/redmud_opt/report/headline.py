"""The headline of a plan: value, fates per waste class, the three rates beside their targets."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from redmud_opt.plan import Plan
from redmud_opt.report.setting import TargetRow

RATES = ("rate_new", "rate_stat", "rate_gross")
AT_TARGET = 1e-6
"""A rate this close to its target is held there by it."""

FATES = [
    "generated_t",
    "received_t",
    "utilised_t",
    "placed_t",
    "reduced_t",
    "handed_to_disposal_t",
    "handed_out_t",
    "into_stock_t",
    "closing_t",
]


def fates(plan: Plan, year: int | None = None) -> pd.DataFrame:
    """What became of each waste class in a year or over the horizon, in tonnes of the original waste.

    generated + received = utilised + placed + reduced + handed to disposal + handed out + into stock
    """
    table = plan.frames["identity"]
    years = sorted(set(table["year"]))
    table = table if year is None else table[table["year"] == year]
    ends = years[-1:] if year is None else [year]
    table = table.assign(
        waste_class=[origin.partition(":")[0] for origin in table["origin"]],
        into_stock_t=table["closing_t"] - table["opening_t"],
        closing_t=table["closing_t"].where(table["year"].isin(ends), 0.0),
    )
    found = table.groupby("waste_class", as_index=False)[FATES].sum()
    return found.sort_values("generated_t", ascending=False, ignore_index=True)


def rates(plan: Plan) -> pd.DataFrame:
    """The three rates of each waste class and year, the largest class first; plant blank: all plants together."""
    table = plan.frames["rates"]
    order = {name: k for k, name in enumerate(fates(plan)["waste_class"])}
    rank = table["waste_class"].map(order).fillna(len(order))
    keys = ["_rank", "plant", "year"]
    return table.assign(_rank=rank).sort_values(keys, ignore_index=True).drop(columns="_rank")


def target_table(plan: Plan, targets: Iterable[TargetRow]) -> pd.DataFrame:
    """Each target with the rate reached and a verdict: binding (held there by the target), met or short."""
    reached = {(r["waste_class"], r["plant"], r["year"]): r for r in plan.frames["rates"].to_dict("records")}
    short = plan.frames["shortfalls"].set_index(["target", "year"])["short_t"].to_dict()
    rows = []
    for target in targets:
        row = reached.get((target.waste_class, target.scope, target.year))
        rate = float("nan") if row is None else _rate(row, target)
        rows.append(
            {
                "target": target.name,
                "waste_class": target.waste_class,
                "plant": target.scope,
                "year": target.year,
                "rate": target.rate,
                "gross_feed": target.gross_feed,
                "at_least": target.at_least,
                "reached": rate,
                "verdict": _verdict(rate, target.at_least),
                "hard": target.hard,
                "short_t": short.get((target.name, target.year), 0.0),
            }
        )
    return pd.DataFrame(rows)


def _rate(row: Mapping[Hashable, Any], target: TargetRow) -> float:
    """The rate that a target binds; with iron separation counted by its feed, the same rate of the gross tonnes."""
    if not target.gross_feed:
        return float(row[target.rate])
    new, legacy = float(row["gross_new_t"]), float(row["gross_legacy_t"])
    counted = legacy if target.rate == "rate_stat" else 0.0
    whole = float(row["generated_t"]) + counted
    return (new + counted) / whole if whole > 0 else float("nan")


def _verdict(rate: float, at_least: float) -> str:
    if not math.isfinite(rate):
        return ""
    if abs(rate - at_least) <= AT_TARGET:
        return "binding"
    return "met" if rate > at_least else "short"
