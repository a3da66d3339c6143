"""Tiny cases from the dataclasses, in round numbers, and what comes of solving them.

    plan = solve(tiny(mud(100), works("press", feeds={"mud": 1}, outputs={"brick": 1}), ...))

Every helper returns a few rows per table; `tiny` puts them together. Amounts are per period unless said, money is
not discounted unless said, moisture is 0 unless said. There is one site `R`; a second one is a `site("M")`.
Method codes: `U` is use, `D` disposal, `P` pretreatment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.case import Case, Period, Settings
from redmud_opt.case.baseline import Baseline
from redmud_opt.case.rules import Method, Target
from redmud_opt.case.things import Arising, Assay, GroupMember, Material, OpeningStock, Property, Site, Supply
from redmud_opt.case.works import (
    Facility,
    Feed,
    FixedInput,
    Lane,
    Line,
    LineProcess,
    Outlet,
    Output,
    Process,
    Storage,
)
from redmud_opt.model import build_model
from redmud_opt.network import Network, build_network
from redmud_opt.plan import Plan, audit, make_plan
from redmud_opt.solve import Options, Outcome, Session, solve_case_goals

Tables = dict[str, tuple[Any, ...]]

METHODS = (
    Method(code="U", meaning="use"),
    Method(code="D", meaning="disposal"),
    Method(code="P", meaning="pretreatment"),
)


# ---------------------------------------------------------------- time


def parts(year: int, months: int) -> tuple[Period, ...]:
    """A calendar year in equal stretches of so many months."""
    starts = [date(year, month, 1) for month in range(1, 13, months)]
    ends = [*starts[1:], date(year + 1, 1, 1)]
    return tuple(
        Period(f"{year % 100}{chr(97 + k)}", start, end)
        for k, (start, end) in enumerate(zip(starts, ends, strict=True))
    )


def stretches(year: int, *lengths: int) -> tuple[Period, ...]:
    """A calendar year in stretches of these numbers of months, named by the first month: 26m1, …"""
    months, found, first = parts(year, 1), [], 0
    for length in lengths:
        start, end = months[first].start, months[first + length - 1].end
        found.append(Period(f"{year % 100}m{first + 1}", start, end))
        first += length
    return tuple(found)


def years(first: int, count: int = 1) -> tuple[Period, ...]:
    """Calendar years of one period each, named 26a, 27a, …"""
    return tuple(period for year in range(first, first + count) for period in parts(year, 12))


# ---------------------------------------------------------------- rows


def tiny(*rows: Mapping[str, tuple[Any, ...]], **tables: Any) -> Case:
    """A case of these rows; `periods` and settings by name, other keywords replace whole tables."""
    names = Settings.__dataclass_fields__
    settings = {key: tables.pop(key) for key in tuple(tables) if key in names}
    found: dict[str, Any] = {"methods": METHODS}
    for part in rows:
        for table, more in part.items():
            found[table] = tuple(dict.fromkeys((*found.get(table, ()), *more)))
    if all(row.name != "R" for row in found.get("sites", ())):
        found["sites"] = (site_row("R"), *found.get("sites", ()))
    found |= tables
    chosen: dict[str, Any] = {
        "name": "tiny",
        "base_year": 2026,
        "discounting": "none",
        "end_of_horizon": "free",
    }
    chosen |= settings
    return Case(settings=Settings(**chosen), periods=found.pop("periods", years(2026)), **found)


def rows(**tables: Any) -> Tables:
    """Plain rows: `rows(limits=Limit(…), gates=(Gate(…), Gate(…)))`."""
    return {name: row if isinstance(row, tuple) else (row,) for name, row in tables.items()}


def site_row(name: str, **values: Any) -> Site:
    return Site(name=name, **values)


def site(name: str, **values: Any) -> Tables:
    return {"sites": (site_row(name, **values),)}


def waste(name: str, waste_class: str = "none", *, hazardous: bool = False, **values: Any) -> Tables:
    """A waste; whatever it is made from, its residues are declared as wastes of class none."""
    status = "hazardous_waste" if hazardous else "general_waste"
    return {"materials": (Material(name=name, legal_status=status, waste_class=waste_class, **values),)}


def product(name: str, **values: Any) -> Tables:
    standard = {"product_standard": "S", "pollutant_limit": "L"}
    return {"materials": (Material(name=name, legal_status="product", **standard | values),)}


def commodity(name: str, **values: Any) -> Tables:
    return {"materials": (Material(name=name, legal_status="commodity", **values),)}


def arises(material: str, amount: float, at: str = "R", **values: Any) -> Tables:
    """Tonnes of a declared waste per period."""
    row = Arising(
        name=f"{material}_{at}_{values.get('during', '')}",
        site=at,
        material=material,
        amount_t=amount,
        **{"per": "period"} | values,
    )
    return {"arisings": (row,)}


def mud(amount: float = 100.0, at: str = "R", **values: Any) -> Tables:
    """Red mud, 100 t per period."""
    return waste("mud", "red_mud", **values) | arises("mud", amount, at)


def lining(amount: float = 10.0, at: str = "R", **values: Any) -> Tables:
    """Spent pot lining: hazardous."""
    return waste("lining", "spent_pot_lining", hazardous=True, **values) | arises("lining", amount, at)


def in_stock(storage: str, material: str, amount: float, **values: Any) -> Tables:
    return rows(opening_stock=OpeningStock(storage=storage, material=material, amount_t=amount, **values))


def buys(material: str, price: float, at: str = "R", **values: Any) -> Tables:
    values = {"name": f"{material}_supply", "per": "period"} | values
    return rows(supplies=Supply(site=at, material=material, price_cny_per_t=price, **values))


def works(
    name: str,
    feeds: str | Mapping[str, Mapping[str, Any]] | None,
    outputs: Mapping[str, Any],
    *,
    at: str = "R",
    method: str = "U",
    cost: float = 0.0,
    capacity: float | None = None,
    inputs: Mapping[str, Any] | None = None,
    line: str = "",
    stands: Mapping[str, Any] | None = None,
    **process: Any,
) -> Tables:
    """A process on a line of its own (`line` names one that stands elsewhere).

    feeds: a name, or name → columns of the feed row. outputs, inputs: name → yield or amount, or → columns.
    stands: further columns of the line.
    """
    named: Mapping[str, Mapping[str, Any]] = {feeds: {}} if isinstance(feeds, str) else feeds or {}
    made = {m: v if isinstance(v, Mapping) else {"yield_t_per_t": v} for m, v in outputs.items()}
    taken = {m: v if isinstance(v, Mapping) else {"amount_per_t": v} for m, v in (inputs or {}).items()}
    own = f"{name}_line"
    found = rows(
        processes=Process(name=name, method=method, cost_cny_per_t=cost, **process),
        feeds=tuple(Feed(process=name, material=m, **columns) for m, columns in named.items()),
        outputs=tuple(Output(process=name, material=m, **columns) for m, columns in made.items()),
        inputs=tuple(FixedInput(process=name, material=m, **columns) for m, columns in taken.items()),
        line_processes=LineProcess(line=line or own, process=name),
    )
    if not line:
        found["facilities"] = (Facility(name=f"{name}_works", site=at),)
        line_row = {"capacity": capacity, "per": "period"} | dict(stands or {})
        found["lines"] = (Line(name=own, facility=f"{name}_works", **line_row),)
    return found


def sells(material: str, price: float, at: str = "R", **values: Any) -> Tables:
    """An outlet `<material>_outlet` of any amount per period."""
    values = {"name": f"{material}_outlet", "per": "period"} | values
    return rows(outlets=Outlet(site=at, material=material, price_cny_per_t=price, **values))


def yard(material: str, at: str = "R", **values: Any) -> Tables:
    """A retrievable yard; costs nothing unless said."""
    values = {"name": "yard", "per": "period"} | values
    return rows(storages=Storage(site=at, material=material, **values))


def landfill(material: str, cost: float = 0.0, at: str = "R", **values: Any) -> Tables:
    """Final placement only."""
    final: dict[str, Any] = {"name": "landfill", "retrievable": False, "final": True, "method": "D"}
    return rows(storages=Storage(site=at, material=material, place_cost_cny_per_t=cost, **final | values))


def lane(start: str, end: str, cost: float = 0.0, **values: Any) -> Tables:
    """A lane at so many CNY per dry tonne."""
    values = {"name": f"{start}_{end}", "basis": "dry", "per": "period"} | values
    return rows(lanes=Lane(from_site=start, to_site=end, cost_cny_per_t=cost, **values))


def group(name: str, *members: str) -> Tables:
    return {"groups": tuple(GroupMember(group=name, member=member) for member in members)}


def assay(material: str, **values: float) -> Tables:
    return {"composition": tuple(Assay(material=material, property=p, value=v) for p, v in values.items())}


def prop(name: str, **values: Any) -> Tables:
    return rows(properties=Property(**{"name": name, "unit": "wt%"} | values))


def target(at_least: float, **values: Any) -> Tables:
    """A hard target on red mud, rate_new."""
    values = {"name": "target", "waste_class": "red_mud"} | values
    return rows(targets=Target(at_least=at_least, **values))


# ---------------------------------------------------------------- solving


@dataclass(frozen=True)
class Solved:
    """A case all the way to its plan."""

    case: Case
    network: Network
    model: ConcreteModel
    outcome: Outcome
    plan: Plan

    @property
    def value(self) -> float:
        """CNY, all terms."""
        return self.plan.value_cny

    def frame(self, name: str) -> pd.DataFrame:
        return self.plan.frames[name]

    def sum(self, frame: str, column: str, **where: object) -> float:
        """Total of a column over the rows of a frame where columns have these values."""
        table = self.frame(frame)
        for name, value in where.items():
            table = table[table[name] == value]
        return float(table[column].sum())

    def term(self, term: str, year: int | None = None) -> float:
        """A value term, CNY."""
        return self.sum("value_terms", "value_cny", term=term, **({"year": year} if year else {}))

    def utilised(self, year: int = 2026, cohort: str = "new", *, gross: bool = False) -> float:
        """Origin tonnes over all origins."""
        total = "utilised_gross" if gross else "utilised"
        return self.sum("totals", "amount", total=total, cohort=cohort, year=year)

    def rate(self, name: str, year: int = 2026, waste_class: str = "red_mud", plant: str = "") -> float:
        table = self.frame("rates")
        mine = (table["waste_class"] == waste_class) & (table["plant"] == plant) & (table["year"] == year)
        return float(table[mine][f"rate_{name}"].iloc[0])

    @property
    def residual(self) -> float:
        """Worst residual of the identity in origin tonnes."""
        return max(self.frame("identity")["residual_t"].abs(), default=0.0)


def run(
    case: Case, options: Options | None = None, baseline: Baseline | None = None
) -> tuple[Network, ConcreteModel, Outcome]:
    """Network, model and outcome, whatever it is."""
    network = build_network(case, baseline)
    model = build_model(network)
    return network, model, solve_case_goals(model, network, Session(options))


def solve(case: Case, *, audited: bool = True, baseline: Baseline | None = None) -> Solved:
    """The optimal plan; its identity closes and its audit passes."""
    network, model, outcome = run(case, baseline=baseline)
    assert (outcome.stopped, outcome.holds) == ("optimal", "proved"), outcome.detail
    plan = make_plan(network, model, outcome)
    solved = Solved(case, network, model, outcome, plan)
    scale = max(1.0, *plan.frames["identity"][["opening_t", "generated_t"]].max())
    assert solved.residual <= 1e-9 * scale, plan.frames["identity"].to_string()
    if audited:
        found = audit(case, plan.frames, plan.value_cny, baseline)
        assert found.passed, "\n".join(f"{c.where}: {c.message}" for c in found.failures)
    return solved


def against(plan: Solved, freeze: int = 0) -> Baseline:
    """A plan as the baseline of another."""
    return Baseline("before", plan.plan.frames, freeze, plan.value)


def optimum(case: Case) -> float:
    """The optimal value, CNY."""
    return solve(case).value


def stopped(case: Case) -> str:
    """Why the solve stopped."""
    return run(case)[2].stopped


def with_settings(case: Case, **values: Any) -> Case:
    return replace(case, settings=replace(case.settings, **values))
