"""Utilisation targets: hard rows, or soft ones with a short column priced per tonne. MODEL.md rule 8.

    rate_new    Σ utilised[new] − share · Σ generated + short ≥ 0
    rate_stat   Σ utilised[new] + (1 − share) · Σ utilised[legacy] − share · Σ generated + short ≥ 0
    rate_gross  Σ gross[new] + Σ gross[legacy] − share · Σ generated + short ≥ 0

over the origins in scope, per (target, year) [origin tonnes]. `iron: gross_feed` puts the gross totals in the place
of the net ones. What was generated and utilised earlier in a year that began before the horizon is a constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.rules import Target
from redmud_opt.case.things import YearToDate
from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.network import Network
from redmud_opt.network.origins import Origins


@dataclass(frozen=True)
class TargetYear:
    """One row: a target in a calendar year, with the origins in its scope."""

    target: Target
    year: int
    origins: tuple[str, ...]

    @property
    def counts_gross(self) -> bool:
        """Whether iron separation counts by its feed."""
        return self.target.rate == "rate_gross" or self.target.iron == "gross_feed"

    @property
    def legacy_coefficient(self) -> float:
        """What a tonne of utilised legacy weighs in the row."""
        share = self.target.at_least
        return {"rate_new": 0.0, "rate_stat": 1.0 - share, "rate_gross": 1.0}[self.target.rate]


def target_years(net: Network) -> list[TargetYear]:
    """Every target in every year of the horizon that it names."""
    origins = Origins(net.lookup)
    known = {s.origin for s in net.streams if s.origin} | {origin for origin, _ in net.generated_t}
    known |= {origins.of(row.waste_class, row.site) for row in net.case.year_to_date}
    found = []
    for target in net.case.targets:
        scope = tuple(o for o in sorted(known) if origins.in_scope(o, target.waste_class, target.scope))
        years = net.time.years if target.year is None else [y for y in net.time.years if y == target.year]
        found += [TargetYear(target, year, scope) for year in years]
    return found


def add_targets(m: ConcreteModel, net: Network) -> None:
    """Target rows and, for soft targets, short columns."""
    rows_of = target_years(net)
    index = Index.of(target=[r.target.name for r in rows_of], year=[r.year for r in rows_of])
    lower = np.array([-constant_of(net, r) for r in rows_of], dtype=float)
    rows = m.target = Rows(index, lower=lower, kind="policy", message="model.target")
    soft = np.array([not r.target.hard for r in rows_of], dtype=bool)
    m.short_t = Columns(index, upper=np.where(soft, np.inf, 0.0))
    rows.add(m.short_t)
    for k, row in enumerate(rows_of):
        _add_row(rows, k, m, row)


def _add_row(rows: Rows, k: int, m: ConcreteModel, row: TargetYear) -> None:
    target, legacy = row.target, row.legacy_coefficient
    utilised = m.utilised_gross_t if row.counts_gross else m.utilised_t
    for origin in row.origins:
        for cohort, coef in (("new", 1.0), ("legacy", legacy)):
            key = (origin, cohort, row.year)
            if coef and key in utilised:
                rows.add(utilised, row=np.array([k]), col=np.array([utilised.index.position(key)]), coef=coef)
        generated = (origin, row.year)
        if generated in m.generated_t:
            col = np.array([m.generated_t.index.position(generated)])
            rows.add(m.generated_t, row=np.array([k]), col=col, coef=-target.at_least)


def year_to_date(net: Network, row: TargetYear) -> list[YearToDate]:
    """Rows of the year to date that count for a target row: only for the year that began before the horizon."""
    if row.year != net.case.periods[0].year:
        return []
    origins = Origins(net.lookup)
    return [
        entry
        for entry in net.case.year_to_date
        if entry.waste_class == row.target.waste_class
        and origins.of(entry.waste_class, entry.site) in row.origins
    ]


def counted(entry: YearToDate, gross: bool) -> tuple[float, float]:
    """(new, legacy) origin tonnes utilised so far, net or gross; gross is net where it is not stated."""
    if not gross:
        return entry.utilised_new_t, entry.utilised_legacy_t
    return (
        entry.utilised_new_t if entry.gross_new_t is None else entry.gross_new_t,
        entry.utilised_legacy_t if entry.gross_legacy_t is None else entry.gross_legacy_t,
    )


def constant_of(net: Network, row: TargetYear) -> float:
    """utilised − share · generated before the horizon, as the rate of the target counts it."""
    total = 0.0
    for entry in year_to_date(net, row):
        new, legacy = counted(entry, row.counts_gross)
        total += new + row.legacy_coefficient * legacy - row.target.at_least * entry.generated_t
    return total


def base_and_utilised_t(m: ConcreteModel, net: Network, row: TargetYear) -> tuple[float, float]:
    """(what the rate refers to, what it counts as utilised) of a solved model, year to date included."""
    utilised = m.utilised_gross_t if row.counts_gross else m.utilised_t
    early = year_to_date(net, row)
    base = sum(entry.generated_t for entry in early)
    new, legacy = (sum(counted(entry, row.counts_gross)[k] for entry in early) for k in (0, 1))
    for origin in row.origins:
        if (origin, row.year) in m.generated_t:
            base += float(m.generated_t[origin, row.year].value)
        if (origin, "new", row.year) in utilised:  # not where only the year to date knows an origin
            new += float(utilised[origin, "new", row.year].value)
            legacy += float(utilised[origin, "legacy", row.year].value)
    if row.target.rate == "rate_new":
        return base, new
    return base + (legacy if row.target.rate == "rate_stat" else 0.0), new + legacy
