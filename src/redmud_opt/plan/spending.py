"""Capex as it is due, not discounted, and how it stands to the budgets; lines under construction count too.

    spending[line, year] = Σ share due in the year · capex of what is decided        [CNY]

What was due before the horizon is sunk and stands nowhere; what is due after it stands in its own year.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from redmud_opt.model.budgets import counts
from redmud_opt.network import Network
from redmud_opt.network.plant import STANDS, Payment

HORIZON = "horizon"
"""Window of a budget that names no year."""


def spending_tables(builds: pd.DataFrame, net: Network) -> dict[str, pd.DataFrame]:
    """What is due per line and year, and in every budget, of what is built."""
    due = list(payments(builds, net))
    return {"spending": spending_table(due), "budgets": budget_table(due, net)}


def payments(builds: pd.DataFrame, net: Network) -> Iterator[tuple[str, Payment, float]]:
    """(line, payment, CNY) of everything that is due."""
    plant = net.plant
    capex = {(row["line"], row["period"]): float(row["capex_cny"]) for row in builds.to_dict("records")}
    for payment in plant.payments:
        vintage = plant.vintages[payment.vintage]
        line = plant.lines[vintage.line]
        if vintage.decided == STANDS:
            amount = line.capex_cny or 0.0
        else:
            amount = capex.get((line.name, plant.time.names[vintage.decided]), 0.0)
        if amount:
            yield line.name, payment, payment.share * amount


def spending_table(due: list[tuple[str, Payment, float]]) -> pd.DataFrame:
    """Capex due per line and calendar year."""
    rows = [(line, payment.due.year, amount) for line, payment, amount in due]
    frame = pd.DataFrame(rows, columns=["line", "year", "capex_cny"])
    return frame.groupby(["line", "year"], as_index=False, sort=True)[["capex_cny"]].sum()


def budget_table(due: list[tuple[str, Payment, float]], net: Network) -> pd.DataFrame:
    """What each budget allows and what is due in it."""
    rows = [
        (
            budget.name,
            HORIZON if budget.year is None else str(budget.year),
            budget.amount_cny,
            sum(amount for _, payment, amount in due if counts(net, budget, payment)),
        )
        for budget in net.case.budgets
    ]
    return pd.DataFrame(rows, columns=["budget", "window", "amount_cny", "spent_cny"])
