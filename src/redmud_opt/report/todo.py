"""What to do by when: steps that the plan takes, and contracts that its deliveries need.

    steps_to_take(case, plan, "zh")          thing, what, decide by, ready by, money
    contracts_to_sign(case, plan, "zh")      receiver, material, most a year, price, by when

A step is decided in the period in which the plan decides it; what has a day of its own (yards, options on what
arises), so many months before it as its lead time says, permits and construction included. The case states one lead
time per step, so no date stands in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import nan

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.months import months_after
from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.report.labels import Labels

STEP_COLUMNS = ("what", "item", "decide_by", "ready_by", "capex_cny", "lead_months")
CONTRACT_COLUMNS = (
    "receiver",
    "site",
    "material",
    "contract",
    "by",
    "most_t_per_a",
    "sum_t",
    "price_cny_per_t",
)


def steps_to_take(case: Case, plan: Plan, language: str) -> pd.DataFrame:
    """One row per step, the first to be decided above."""
    labels = Labels(plan, language)
    rows = sorted(_steps(case, plan), key=lambda row: (row[2], row[1]))
    told = [
        (_say(f"step_{what}", language), labels.name(item), str(decide), str(ready), capex, lead)
        for what, item, decide, ready, capex, lead in rows
    ]
    return pd.DataFrame(told, columns=[_say(f"column_{name}", language) for name in STEP_COLUMNS])


def _steps(case: Case, plan: Plan) -> Iterator[tuple[str, str, date, date, float, int]]:
    starts = {period.name: period.start for period in case.periods}
    lead = {line.name: int(line.lead_time_months or 0) for line in case.lines}
    for row in plan.frames["builds"].to_dict("records"):
        months, ready = lead.get(row["line"], 0), date.fromisoformat(str(row["start"]))
        decide = min(starts.get(row["period"], ready), ready)
        yield "builds", str(row["line"]), decide, ready, float(row["capex_cny"]), months
    for row in plan.frames["closings"].to_dict("records"):
        day = starts[row["period"]]
        yield "closings", str(row["line"]), starts.get(row["decided"], day), day, 0.0, 0
    raises = {row.name: int(row.lead_time_months or 0) for row in case.raises}
    for row in plan.frames["yard_events"].to_dict("records"):
        day, months = date.fromisoformat(str(row["start"])), raises.get(row["item"], 0)
        yield "yard_events", str(row["item"]), months_after(day, -months), day, float(row["cost_cny"]), months
    for row in plan.frames["openings"].to_dict("records"):
        yield "openings", str(row["lane"]), starts[row["period"]], starts[row["period"]], 0.0, 0
    yield from _reductions(case, plan, starts)


def _reductions(
    case: Case, plan: Plan, starts: dict[str, date]
) -> Iterator[tuple[str, str, date, date, float, int]]:
    """Options on what arises, once each: when they are in force first, decided so many months before."""
    lead = {row.name: int(row.lead_time_months or 0) for row in case.reductions}
    frame = plan.frames["reductions"]
    for name, own in frame.groupby("option", sort=False) if len(frame) else ():
        ready = min(starts[period] for period in own["period"])
        months = lead.get(str(name), 0)
        yield (
            "reductions",
            str(name),
            months_after(ready, -months),
            ready,
            float(own["capex_cny"].sum()),
            months,
        )


def contracts_to_sign(case: Case, plan: Plan, language: str) -> pd.DataFrame:
    """One row per outlet and material that the plan delivers: to be signed before the first delivery."""
    labels = Labels(plan, language)
    sales = plan.frames["sales"]
    if not len(sales):
        return pd.DataFrame(columns=[_say(f"column_{name}", language) for name in CONTRACT_COLUMNS])
    material = dict(zip(plan.frames["streams"]["stream"], plan.frames["streams"]["material"], strict=True))
    periods = {period.name: period for period in case.periods}
    outlets = {outlet.name: outlet for outlet in case.outlets}
    tiered = {tier.item for tier in case.tiers}
    named = sales.assign(
        material=sales["stream"].map(material),
        year=[periods[name].year for name in sales["period"]],
        first=[periods[name].start for name in sales["period"]],
    )
    rows = []
    for (name, what), own in named[named["sold"] > 0.5].groupby(["outlet", "material"]):
        outlet, by_year = outlets[str(name)], own.groupby("year")["sold"].sum()
        cells = (
            labels.name(outlet.name),
            labels.name(outlet.site),
            labels.name(str(what)),
            outlet.contract or "",
        )
        price = nan if outlet.name in tiered else float(outlet.price_cny_per_t)  # tiers have no one price
        amounts = (float(by_year.max()), float(own["sold"].sum()), price)
        rows.append((*cells, str(own["first"].min()), *amounts))
    rows.sort(key=lambda row: (row[4], row[0]))
    return pd.DataFrame(rows, columns=[_say(f"column_{name}", language) for name in CONTRACT_COLUMNS])


def _say(key: str, language: str) -> str:
    return text(Message(f"planbook.{key}"), language)
