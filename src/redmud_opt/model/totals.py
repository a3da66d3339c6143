"""Named totals: free columns with one definition row each, so that objectives and targets speak of columns.

    utilised[origin, cohort, year] = Σ feed · w · u + Σ deliveries to `use` outlets · w      [origin tonnes]
    gross[origin, cohort, year]    = the same with iron separation at u = 1 and its residues at w = 0
    generated[origin, year]        = what arises, options applied                            [t]
    account[account, year]         = direct + transport + purchased; landfilled dry tonnes   [unit of the account]
    account[avoided_…, year]       = burdens avoided elsewhere, netted with nothing

What is booked on accounts, and per tonne of what: `network.burdens`.

MODEL.md Utilisation, without double counting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.balance import effects
from redmud_opt.network import Network
from redmud_opt.network.burdens import accounts_of, booked
from redmud_opt.network.network import Array, Grid, Ints


@dataclass(frozen=True)
class OriginYears:
    """Numbers of (origin, cohort, year) totals."""

    labels: list[tuple[str, str, int]]
    number: dict[tuple[str, str, int], int]

    @classmethod
    def of(cls, net: Network) -> OriginYears:
        """All totals of a network."""
        origins = sorted({s.origin for s in net.streams if s.origin} | {o for o, _ in net.generated_t})
        labels = [(o, c, y) for o in origins for c in ("new", "legacy") for y in net.time.years]
        return cls(labels, {label: k for k, label in enumerate(labels)})

    def row(self, net: Network, stream: Ints, period: Ints) -> Ints:
        """The total that each (stream, period) belongs to, −1 without origin."""
        years = np.searchsorted(net.time.years, net.time.year)
        found = np.full((len(net.streams), len(net.time.years)), -1, dtype=np.int64)
        for s, (_, origin, cohort, _) in enumerate(net.streams):
            if origin:
                found[s] = [self.number[origin, cohort, year] for year in net.time.years]
        return found[stream, years[period]]


def utilised_per_feed(net: Network, *, gross: bool) -> Array:
    """Origin tonnes utilised per tonne fed, per run: w · u for `use`, else 0."""
    w = net.w_gross if gross else net.w
    conversions = [run.conversion for run in net.runs.run]
    u = np.array(
        [(c.u_gross if gross else c.u) if c.meaning == "use" else 0.0 for c in conversions], dtype=float
    )
    found = np.zeros(len(u))
    fed = net.runs.stream >= 0
    found[fed] = w[net.runs.stream[fed]] * u[fed]
    return found


def reduced_per_feed(net: Network) -> Array:
    """Origin tonnes per tonne fed of which no residue is left, per run of disposal or pretreatment."""
    fed = net.runs.stream >= 0
    w = np.where(fed, net.w[np.where(fed, net.runs.stream, 0)], 0.0) if fed.any() else np.zeros(len(fed))
    reduced: Array = w * np.array([float(run.conversion.reduced) for run in net.runs.run])
    return reduced


def utilised_per_delivery(net: Network, *, gross: bool) -> Array:
    """Origin tonnes utilised per dry tonne delivered, per delivery: w at `use` outlets, else 0."""
    w = net.w_gross if gross else net.w
    use = np.array([net.lookup.meaning(o.method) == "use" for o in net.deliveries.outlets], dtype=bool)
    return np.where(use[net.deliveries.outlet], w[net.deliveries.stream], 0.0) if len(use) else np.zeros(0)


def add_utilised(m: ConcreteModel, net: Network) -> None:
    """Utilised origin tonnes, net and gross, and generated tonnes."""
    keys = OriginYears.of(net)
    index = Index.of(
        origin=[o for o, _, _ in keys.labels],
        cohort=[c for _, c, _ in keys.labels],
        year=[y for _, _, y in keys.labels],
    )
    for name, gross in (("utilised_t", False), ("utilised_gross_t", True)):
        m.add_component(name, Columns(index, lower=-np.inf))
        rows = Rows(index, equal_to=0.0, kind="link", message="model.utilised")
        m.add_component(f"define_{name}", rows)
        rows.add(m.component(name))
        _subtract(rows, m, net, keys, gross=gross)
    generated = sorted(net.generated_t)
    index = Index.of(origin=[o for o, _ in generated], year=[y for _, y in generated])
    m.generated_t = Columns(index, lower=-np.inf)
    amounts = np.array([net.generated_t[key] for key in generated], dtype=float)
    m.define_generated_t = Rows(index, equal_to=amounts, kind="link", message="model.generated")
    m.define_generated_t.add(m.generated_t)
    m.define_generated_t.add(m.applied_t, **_changed(net, generated))


def _changed(net: Network, generated: list[tuple[str, int]]) -> dict[str, Ints | Array]:
    """Terms of applied_t in the rows of what is generated, by origin and year."""
    number = {key: k for k, key in enumerate(generated)}
    row = np.full((len(net.places), len(net.time)), -1, dtype=np.int64)
    for place, stream in enumerate(net.place_stream):
        row[place] = [number.get((net.origin(int(stream)), int(year)), -1) for year in net.time.year]
    own, col, less_t_per_t = effects(net, row)
    return {"row": own, "col": col, "coef": less_t_per_t}


def _subtract(rows: Rows, m: ConcreteModel, net: Network, keys: OriginYears, *, gross: bool) -> None:
    for columns, grid, stream, coef in (
        (m.feed_t, net.runs.grid, net.runs.stream, utilised_per_feed(net, gross=gross)),
        (m.sold_t, net.deliveries.grid, net.deliveries.stream, utilised_per_delivery(net, gross=gross)),
    ):
        col = np.flatnonzero(coef[grid.entity] != 0.0)
        row = keys.row(net, stream[grid.entity[col]], grid.period[col])
        rows.add(columns, row=row, col=col, coef=-coef[grid.entity[col]])


def add_accounts(m: ConcreteModel, net: Network) -> None:
    """Emissions, water, energy and landfilled tonnes of waste by year; burdens avoided, apart."""
    accounts = accounts_of(net)
    labels = [(account, year) for account in accounts for year in net.time.years]
    index = Index.of(account=[a for a, _ in labels], year=[y for _, y in labels])
    m.account = Columns(index, lower=-np.inf)
    rows = m.define_account = Rows(index, equal_to=0.0, kind="link", message="model.account")
    rows.add(m.account)
    year = np.searchsorted(net.time.years, net.time.year)
    for k, account in enumerate(accounts):
        for part in booked(net, account):
            grid = grid_of(net, part.family)
            row = k * len(net.time.years) + year[grid.period]
            _book(rows, m.component(part.family), grid.entity, row, part.coef)


def grid_of(net: Network, family: str) -> Grid:
    """The cells of a family of columns that books on accounts."""
    return {
        "feed_t": net.runs.grid,
        "flow_t": net.routes.grid,
        "placed_t": net.placements.grid,
        "sold_t": net.deliveries.grid,
    }[family]


def _book(rows: Rows, columns: Columns, entity: Ints, row: Ints, coef: Array) -> None:
    col = np.flatnonzero(coef[entity] != 0.0)
    rows.add(columns, row=row[col], col=col, coef=-coef[entity[col]])
