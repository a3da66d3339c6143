"""What to do by when: steps that the plan takes, and contracts that its deliveries need.

    steps_to_take(case, plan, "zh")          thing, what, decide by, begin its parts by, ready by, money
    contracts_to_sign(case, plan, "zh")      receiver, material, by when, tonnes and price in its basis

A step is decided in the period in which the plan decides it; what has a day of its own (yards, options on what
arises), so many months before it as its lead time says, permits and construction included. Where the case states
parts of the lead time of a line or a raise, their first days are counted back from the day on which it is ready:
construction, before it the permits, before them the environmental impact assessment. What takes no time, is not
stated, or lies before what is not, is a dash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import nan

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.months import months_after
from redmud_opt.case.steps import part_starts
from redmud_opt.case.works import Outlet
from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.plan.audit.facts import Facts
from redmud_opt.report.labels import Labels

PARTS = ("eia_by", "permit_by", "construction_by")
"""First days of the parts of a lead time, one after the other."""

STEP_COLUMNS = ("what", "item", "decide_by", *PARTS, "ready_by", "capex_cny", "lead_months")
NOT_STATED = "–"

CONTRACT_COLUMNS = (
    "receiver",
    "site",
    "material",
    "contract",
    "by",
    "basis",
    "most_t_per_a",
    "sum_t",
    "price_cny_per_t",
)


def steps_to_take(case: Case, plan: Plan, language: str) -> pd.DataFrame:
    """One row per step, the first to be decided above."""
    labels = Labels(plan, language)
    told = [
        (
            labels.word("kind", step.kind) if step.kind else _say(f"step_{step.what}", language),
            labels.lane(step.item) if step.what == "openings" else labels.name(step.item),
            str(step.decide_by),
            *step.parts_begin,
            str(step.ready_by),
            step.capex_cny,
            step.lead_months,
        )
        for step in steps(case, plan)
    ]
    return pd.DataFrame(told, columns=[_say(f"column_{name}", language) for name in STEP_COLUMNS])


@dataclass(frozen=True, slots=True)
class Step:
    """What the plan decides: which table says so, what it is, by when, for how much (CNY, not discounted); of a yard
    what is done to it: raised, opened, looked after, closed."""

    what: str
    item: str
    decide_by: date
    ready_by: date
    capex_cny: float = 0.0
    lead_months: int = 0
    parts: tuple[date | None, ...] = (None,) * len(PARTS)
    kind: str = ""

    @property
    def parts_begin(self) -> tuple[str, ...]:
        """The first days of the parts as cells."""
        return tuple(NOT_STATED if day is None else str(day) for day in self.parts)


def steps(case: Case, plan: Plan) -> list[Step]:
    """The steps, the first to be decided first."""
    return sorted(_steps(case, plan), key=lambda step: (step.decide_by, step.item))


def _steps(case: Case, plan: Plan) -> Iterator[Step]:
    starts = {period.name: period.start for period in case.periods}
    lines = {line.name: line for line in case.lines}
    for row in plan.frames["builds"].to_dict("records"):
        line, ready = lines[str(row["line"])], date.fromisoformat(str(row["start"]))
        decide = min(starts.get(row["period"], ready), ready)
        told = (int(line.lead_time_months or 0), part_starts(line, ready))
        yield Step("builds", line.name, decide, ready, float(row["capex_cny"]), *told)
    for row in plan.frames["closings"].to_dict("records"):
        day = starts[row["period"]]
        yield Step("closings", str(row["line"]), starts.get(row["decided"], day), day)
    raises = {row.name: row for row in case.raises}
    leads = {name: int(row.lead_time_months or 0) for name, row in raises.items()}
    yards = {row.name: int(row.lead_time_months or 0) for row in case.storages}
    for row in plan.frames["yard_events"].to_dict("records"):
        kind, item = str(row["kind"]), str(row["item"])
        months = {"raise": leads, "new_yard": yards}.get(kind, {}).get(item, 0)
        day = date.fromisoformat(str(row["start"]))
        decide, cost = months_after(day, -months), float(row["cost_cny"])
        begin = part_starts(raises[item], day) if kind == "raise" else (None,) * len(PARTS)
        yield Step("yard_events", item, decide, day, cost, months, begin, kind)
    for row in plan.frames["openings"].to_dict("records"):
        yield Step("openings", str(row["lane"]), starts[row["period"]], starts[row["period"]])
    yield from _reductions(case, plan, starts)


def _reductions(case: Case, plan: Plan, starts: dict[str, date]) -> Iterator[Step]:
    """Options on what arises, once each: when they are in force first, decided so many months before."""
    lead = {row.name: int(row.lead_time_months or 0) for row in case.reductions}
    frame = plan.frames["reductions"]
    for name, own in frame.groupby("option", sort=False) if len(frame) else ():
        ready, months = min(starts[period] for period in own["period"]), lead.get(str(name), 0)
        capex = float(own["capex_cny"].sum())
        yield Step("reductions", str(name), months_after(ready, -months), ready, capex, months)


def contracts_to_sign(case: Case, plan: Plan, language: str) -> pd.DataFrame:
    """One row per outlet and material that the plan delivers: to be signed before the first delivery."""
    labels = Labels(plan, language)
    sales = plan.frames["sales"]
    if not len(sales):
        return pd.DataFrame(columns=[_say(f"column_{name}", language) for name in CONTRACT_COLUMNS])
    material = dict(zip(plan.frames["streams"]["stream"], plan.frames["streams"]["material"], strict=True))
    periods = {period.name: period for period in case.periods}
    outlets = {outlet.name: outlet for outlet in case.outlets}
    facts = Facts(case)
    named = sales.assign(
        material=sales["stream"].map(material),
        year=[periods[name].year for name in sales["period"]],
        first=[periods[name].start for name in sales["period"]],
    )
    rows = []
    for (name, what), own in named[named["sold"] > 0.5].groupby(["outlet", "material"]):
        outlet, material_of = outlets[str(name)], facts.materials[str(what)]
        amounts = [facts.in_basis(float(sold), material_of.name, outlet.basis) for sold in own["sold"]]
        by_year = pd.Series(amounts).groupby(own["year"].to_list()).sum()
        cells = (
            labels.name(outlet.name),
            labels.name(outlet.site),
            labels.name(material_of.name),
            outlet.contract or "",
            str(own["first"].min()),
            labels.word("basis", outlet.basis) if material_of.unit == "t" else material_of.unit,
        )
        rows.append((*cells, float(by_year.max()), sum(amounts), _price(facts, outlet, by_year.index)))
    rows.sort(key=lambda row: (row[4], row[0]))
    return pd.DataFrame(rows, columns=[_say(f"column_{name}", language) for name in CONTRACT_COLUMNS])


def _price(facts: Facts, outlet: Outlet, years: Iterable[int]) -> float:
    """What is paid in every one of these years; NaN where tiers or a price path leave no one price."""
    factors = {facts.price_factor(outlet.name, year) for year in years}
    return nan if outlet.name in facts.tiers or len(factors) > 1 else outlet.price_cny_per_t * factors.pop()


def _say(key: str, language: str) -> str:
    return text(Message(f"planbook.{key}"), language)
