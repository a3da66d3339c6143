"""What a plan rests on: how sure the numbers are that its money and its utilisation come from.

    money[number] = Σ the plan's tonnes × price × discount        signed, per number that prices something
    share[grade]  = Σ |money| of the numbers of a grade ÷ Σ |money|
    weight        = |money| × (high − low) ÷ |value|              what the number could move, and how unsure it is

See `priced` for the money. A yield earns nothing by itself: its weight is taken on the sales of what it makes, and is
not counted among the shares. Utilised tonnes rest on the weakest of the yields of the process that used them and
of the capacity of its lines, or on what the outlet says it takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.backing import GRADES, Backed, Backing
from redmud_opt.case.checks.evidence import principal
from redmud_opt.case.works import Outlet
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.tiers import traded
from redmud_opt.plan.plan import Plan
from redmud_opt.plan.priced import Ledger

UNKNOWN_RANGE = 1.0
"""Relative range of an assumed number that states none: ± 50 %."""

SHOWN = 20
"""How many figures are listed."""


@dataclass(frozen=True)
class PlanEvidence:
    """Shares by grade, and the figures that matter most and are least sure.

    `shares`: grade, numbers, share_of_numbers, money_cny, share_of_value, utilised_t, share_of_utilisation.
    `figures`: figure, cells, value, low, high (of the figure itself where cells take a multiple), grade, source,
    terms, money_cny, relative_range, range_stated, weight_cny.
    `money`: term, table, key, column, figure, grade, money_cny (discounted), one row per term and number.
    """

    shares: pd.DataFrame
    figures: pd.DataFrame
    money: pd.DataFrame

    @property
    def on_assumptions(self) -> Mapping[str, float]:
        """Share of numbers, of value and of utilisation that is assumed or says nothing."""
        weak = self.shares[self.shares["grade"].isin(["assumed", "unstated"])]
        return {
            name: float(weak[name].sum())
            for name in ("share_of_numbers", "share_of_value", "share_of_utilisation")
        }


def plan_evidence(case: Case, plan: Plan) -> PlanEvidence:
    """The evidence behind a plan of a case."""
    backing = Backing(case)
    book = Book(case, plan.frames, plan.value_cny)
    ledger = Ledger(book, backing)
    money = ledger.frame()
    return PlanEvidence(
        shares=_shares(backing, money, used_by_grade(case, plan, backing)),
        figures=_figures(backing, ledger),
        money=money,
    )


# ---------------------------------------------------------------- utilisation


def _weakest(backed: list[Backed]) -> str:
    return max((one.grade for one in backed), key=GRADES.index, default="unstated")


def used_by_grade(case: Case, plan: Plan, backing: Backing) -> dict[str, float]:
    """Grade → origin tonnes utilised, all classes and cohorts."""
    outlets = {row.name: row for row in case.outlets}
    found: dict[str, float] = defaultdict(float)
    fates = plan.frames["fates"]
    for at, amount in fates[fates["fate"] == "utilised"].groupby("at")["amount_t"].sum().items():
        name = str(at)
        grade = (
            _outlet_grade(outlets[name], backing) if name in outlets else _process_grade(case, name, backing)
        )
        found[grade] += float(amount)
    return dict(found)


def _outlet_grade(outlet: Outlet, backing: Backing) -> str:
    column = "max_t" if outlet.max_t is not None else "price_cny_per_t"
    return backing.of("outlets", outlet, column).grade


def _process_grade(case: Case, process: str, backing: Backing) -> str:
    """The weakest of the yields of a process and of the capacity of the lines that run it."""
    backed = []
    for row in case.outputs:
        column = principal(row)
        if row.process == process and column is not None:
            backed.append(backing.of("outputs", row, column))
    lines = {row.line for row in case.line_processes if row.process == process}
    backed += [
        backing.of("lines", row, "capacity")
        for row in case.lines
        if row.name in lines and row.capacity is not None
    ]
    return _weakest(backed)


# ---------------------------------------------------------------- tables


def _shares(backing: Backing, money: pd.DataFrame, used: Mapping[str, float]) -> pd.DataFrame:
    counts = backing.by_grade()
    turned = money.assign(turned=money["money_cny"].abs()).groupby("grade")["turned"].sum()
    rows = []
    numbers, total, utilised = sum(counts.values()), float(turned.sum()), sum(used.values())
    for grade in GRADES:
        amount, tonnes = float(turned.get(grade, 0.0)), used.get(grade, 0.0)
        rows.append(
            {
                "grade": grade,
                "numbers": counts[grade],
                "share_of_numbers": counts[grade] / numbers if numbers else 0.0,
                "money_cny": amount,
                "share_of_value": amount / total if total else 0.0,
                "utilised_t": tonnes,
                "share_of_utilisation": tonnes / utilised if utilised else 0.0,
            }
        )
    return pd.DataFrame(rows)


def _yield_money(backing: Backing, ledger: Ledger) -> Iterator[tuple[Backed, float]]:
    """Sales of what a yield makes: the sales of the material in proportion to what the process makes of it."""
    book = ledger.book
    made: dict[str, float] = defaultdict(float)
    by_row: dict[tuple[str, str, str], tuple[Any, str, float]] = {}
    for fed, _, becomes in book.runs:
        material = "" if fed.stream is None else fed.stream.material
        for row in book.conversions.output_rows(fed.process, fed.point, material):
            amount = fed.amount * becomes.yield_of(row.material)
            made[row.material] += amount
            column = principal(row)
            if column is not None:
                name = (row.process, row.point, f"{row.feed}/{row.material}")
                before = by_row.get(name, (row, column, 0.0))[2]
                by_row[name] = (row, column, before + amount)
    sales = _sales_by_material(ledger)
    for row, column, amount in by_row.values():
        if made[row.material] > 0 and sales[row.material]:
            yield backing.of("outputs", row, column), sales[row.material] * amount / made[row.material]


def _sales_by_material(ledger: Ledger) -> dict[str, float]:
    """Discounted sales of every material; those of an outlet that takes several, in proportion to what it got."""
    by_outlet: dict[str, float] = defaultdict(float)
    for (term, (table, key, _)), amount in ledger.money.items():
        if term == "sales":
            by_outlet[key.split("/")[0] if table == "tiers" else key] += amount
    got: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for item, row, amount in traded(ledger.book):
        if item in by_outlet:
            got[item][row.stream.material] += amount
    found: dict[str, float] = defaultdict(float)
    for item, money in by_outlet.items():
        whole = sum(got[item].values())
        for material, amount in got[item].items():
            found[material] += money * amount / whole
    return found


def _figures(backing: Backing, ledger: Ledger) -> pd.DataFrame:
    """Numbers by the figure behind them, the heaviest first."""
    held: dict[str, list[tuple[Backed, str, float]]] = defaultdict(list)
    for (term, name), amount in ledger.money.items():
        backed = ledger.cells[name]
        held[backed.name].append((backed, term, amount))
    for backed, amount in _yield_money(backing, ledger):
        held[backed.name].append((backed, "yield", amount))
    stated: dict[str, Any] = {row.name: row for row in backing.case.clauses}
    stated |= {row.name: row for row in backing.case.figures}
    rows = [_figure(name, entries, stated.get(name)) for name, entries in held.items()]
    names = ["figure", "cells", "value", "low", "high", "grade", "source", "terms", "money_cny"]
    names += ["relative_range", "range_stated", "weight_cny"]
    frame = pd.DataFrame(rows, columns=names)
    frame = frame[frame["weight_cny"] > 0].sort_values("weight_cny", ascending=False, kind="stable")
    return frame.head(SHOWN).reset_index(drop=True)


def standing(cell: Backed, own: Any) -> Backed:
    """The figure itself, as it stands in its table, in place of a cell that takes it."""
    return replace(
        cell,
        value=own.value,
        low=own.low,
        high=own.high,
        evidence=own.evidence,
        confidence=own.confidence,
        source=own.source,
    )


def _figure(name: str, entries: list[tuple[Backed, str, float]], own: Any) -> dict[str, object]:
    """`own`: the row of the figure, None for a number that stands in a cell."""
    backed = entries[0][0] if own is None else standing(entries[0][0], own)
    stated = backed.relative_range is not None
    unsure = backed.grade in ("assumed", "unstated", "low")
    spread = backed.relative_range if stated else UNKNOWN_RANGE if unsure else 0.0
    money = sum(amount for _, _, amount in entries)
    return {
        "figure": name,
        "cells": len({(one.table, one.key, one.column) for one, _, _ in entries}),
        "value": backed.value,
        "low": backed.low,
        "high": backed.high,
        "grade": backed.grade,
        "source": backed.source,
        "terms": ", ".join(dict.fromkeys(term for _, term, _ in entries)),
        "money_cny": money,
        "relative_range": spread,
        "range_stated": stated,
        "weight_cny": abs(money) * (spread or 0.0),
    }
