"""The headline of a plan: fates per waste class, the three rates."""

from __future__ import annotations

import pandas as pd

from redmud_opt.plan import Plan

RATES = ("rate_new", "rate_stat", "rate_gross")
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
