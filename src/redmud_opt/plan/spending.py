"""Capex as it is due, not discounted, and how it stands to the budgets; lines under construction count too.

    spending[line, year] = Σ share due in the year · capex of what is decided        [CNY]

What was due before the horizon is sunk and stands nowhere; what is due after it stands in its own year. `line` is a
line, a raise, a new yard, or an option on what arises.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pandas as pd

from redmud_opt.model.budgets import counts, counts_option, covers
from redmud_opt.network import Network
from redmud_opt.network.plant import STANDS
from redmud_opt.plan.framing import framed, summed

HORIZON = "horizon"
"""Window of a budget that names no year."""


class Due(NamedTuple):
    """Money due on a day, and the budgets that it falls under."""

    line: str
    day: date
    amount: float
    budgets: frozenset[str]


def spending_tables(
    builds: pd.DataFrame, yard_events: pd.DataFrame, reductions: pd.DataFrame, net: Network
) -> dict[str, pd.DataFrame]:
    """What is due per line and year, and in every budget, of what is built and adopted."""
    due = [*payments(builds, net), *yard_payments(yard_events, net), *option_payments(reductions, net)]
    return {"spending": spending_table(due), "budgets": budget_table(due, net)}


def payments(builds: pd.DataFrame, net: Network) -> Iterator[Due]:
    """Everything that is due for lines."""
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
            under = frozenset(budget.name for budget in net.case.budgets if counts(net, budget, payment))
            yield Due(line.name, payment.due, payment.share * amount, under)


def yard_payments(yard_events: pd.DataFrame, net: Network) -> Iterator[Due]:
    """What is due for raises and new yards, on the day of the decision."""
    for row in yard_events.to_dict("records"):
        if row["kind"] in ("raise", "new_yard") and row["cost_cny"]:
            day = net.time.periods[net.time.position[row["period"]]].start
            names = net.yards.names(net.yards.number[row["storage"]])
            under = frozenset(b.name for b in net.case.budgets if covers(net, b, day, names))
            yield Due(str(row["item"]), day, float(row["cost_cny"]), under)


def option_payments(reductions: pd.DataFrame, net: Network) -> Iterator[Due]:
    """What is due for options on what arises, on the day of the decision."""
    number = {row.name: k for k, row in enumerate(net.changes.options)}
    for row in reductions[reductions["capex_cny"] > 0].to_dict("records"):
        k, t = number[row["option"]], net.time.position[row["period"]]
        under = frozenset(b.name for b in net.case.budgets if counts_option(net, b, k, t))
        yield Due(str(row["option"]), net.time.periods[t].start, float(row["capex_cny"]), under)


def spending_table(due: list[Due]) -> pd.DataFrame:
    """Capex due per line, raise, new yard or option, and calendar year."""
    sums = summed(((one.line, one.day.year), one.amount) for one in due)
    rows = [(*label, amount) for label, amount in sorted(sums.items())]
    return framed(rows, ("line", "year", "capex_cny"), ("capex_cny",), whole=("year",))


def budget_table(due: list[Due], net: Network) -> pd.DataFrame:
    """What each budget allows and what is due in it."""
    rows = [
        (
            budget.name,
            HORIZON if budget.year is None else str(budget.year),
            budget.amount_cny,
            sum(one.amount for one in due if budget.name in one.budgets),
        )
        for budget in net.case.budgets
    ]
    return pd.DataFrame(rows, columns=["budget", "window", "amount_cny", "spent_cny"])
