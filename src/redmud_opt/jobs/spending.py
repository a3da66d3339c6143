"""Capex as it is due, not discounted, and how it stands to the budgets; lines under construction count too.

    spending[line, year] = Σ share due in the year · capex of what is decided        [CNY]

What was due before the horizon is sunk and stands nowhere; what is due after it stands in its own year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from redmud_opt.case.works import Line
from redmud_opt.model.budgets import counts
from redmud_opt.network import Network
from redmud_opt.network.plant import STANDS, Payment
from redmud_opt.plan import Plan

HORIZON = "horizon"
"""Window of a budget that names no year."""


def with_spending(plan: Plan, net: Network) -> Plan:
    """The plan with units beside the sizes that are built, and the tables `spending` and `budgets`."""
    builds = plan.frames["builds"]
    units = [unit_of(net.plant.lines[net.plant.number[line]]) for line in builds["line"]]
    told = builds.assign(unit=pd.array(units, dtype="str"))[[*BUILD_COLUMNS]]
    due = list(payments(builds, net))
    more = {"builds": told, "spending": spending_table(due), "budgets": budget_table(due, net)}
    return replace(plan, frames={**plan.frames, **more})


BUILD_COLUMNS = ("line", "period", "start", "units", "size", "unit", "capex_cny")


def unit_of(line: Line) -> str:
    """Unit of a line's capacity: t/a, h/a, t/period or h/period."""
    return f"{line.capacity_unit}/{'a' if line.per == 'year' else 'period'}"


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
