"""VAT refunds: per facility, product and calendar year.

    granted = 1 only if Σ listed waste − threshold · Σ raw mass ≥ 0       over the runs that make the product    [t]
    refund ≤ rate · max(0, vat_rate · price − input VAT) · Σ made,   refund ≤ M · granted                        [CNY]

Raw mass: dry feeds and the solid inputs counted in tonnes. M's come from what the runs can be fed. MODEL.md Value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case.rules import VatRefund
from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Ints


@dataclass(frozen=True)
class Claim:
    """One row of the table in one year, with the cells of feed_t that it is about, per tonne fed.

    `margin`: listed waste − threshold · raw mass; `made`: tonnes of the product.
    """

    row: VatRefund
    year: int
    cell: Ints
    margin: Array
    made: Array
    upper: Array

    @property
    def cny_per_t(self) -> float:
        """Most that is refunded per tonne made."""
        net_vat = self.row.vat_rate * self.row.price_cny_per_t - self.row.input_vat_cny_per_t
        return self.row.rate * max(0.0, net_vat)


def claims_of(net: Network) -> list[Claim]:
    """Every row of the table in every year of the horizon."""
    return [claim for row in net.case.vat_refunds for claim in _claims(net, row)]


def _claims(net: Network, row: VatRefund) -> Iterator[Claim]:
    grid = net.runs.grid
    made = _made(net, row)
    margin = _listed(net, row) - row.threshold * _raw(net)
    for year in net.time.years:
        mine = (made[grid.entity] > 0) & (net.time.year[grid.period] == year)
        cell = np.flatnonzero(mine)
        run = grid.entity[cell]
        yield Claim(row, int(year), cell, margin[run], made[run], net.runs.upper[run, grid.period[cell]])


def _made(net: Network, row: VatRefund) -> Array:
    """Tonnes of the product per tonne fed, of every run of the facility."""
    found = np.zeros(len(net.runs.run))
    for k, place, amount in zip(net.runs.made_run, net.runs.made_place, net.runs.made_yield, strict=True):
        facility = net.lookup.lines[net.runs.run[k].line].facility
        if (
            facility == row.facility
            and net.lineages.by_id[net.places[place].stream.lineage].name == row.product
        ):
            found[k] += amount
    return found


def _raw(net: Network) -> Array:
    """Raw mass per tonne fed or of activity: the feed itself, and solid inputs counted in tonnes."""
    found = np.array([run.conversion.feed is not None for run in net.runs.run], dtype=float)
    for k, run in enumerate(net.runs.run):
        found[k] += sum(
            row.amount_per_t
            for row in run.conversion.inputs
            if row.solid and net.lookup.materials[row.material].unit == "t"
        )
    return found


def _listed(net: Network, row: VatRefund) -> Array:
    """1 for runs that are fed a waste that the list names."""
    found = np.zeros(len(net.runs.run))
    for k, run in enumerate(net.runs.run):
        feed = run.conversion.feed
        if feed is not None:
            found[k] = feed.is_waste and net.lookup.matches(row.waste, feed.name)
    return found


def add_refunds(m: ConcreteModel, net: Network) -> None:
    """Columns refund_cny and granted, with the threshold, the most due, and the switch between them."""
    claims = claims_of(net)
    index = Index.of(
        facility=[c.row.facility for c in claims],
        product=[c.row.product for c in claims],
        year=[c.year for c in claims],
    )
    m.granted = Columns(index, upper=1.0, integer=True)
    m.refund_cny = Columns(index)
    short = np.array([-(np.minimum(c.margin, 0.0) * c.upper).sum() for c in claims], dtype=float)
    most = np.array([c.cny_per_t * (c.made * c.upper).sum() for c in claims], dtype=float)
    # Σ margin ≥ −short · (1 − granted): without the refund nothing is asked for
    m.refund_threshold = Rows(index, lower=-short, kind="hard_law", message="model.refund_threshold")
    m.refund_threshold.add(m.granted, coef=-short)
    m.refund_due = Rows(index, upper=0.0, kind="hard_law", message="model.refund_due")
    m.refund_due.add(m.refund_cny)
    for k, claim in enumerate(claims):
        row = np.full(len(claim.cell), k)
        m.refund_threshold.add(m.feed_t, row=row, col=claim.cell, coef=claim.margin)
        m.refund_due.add(m.feed_t, row=row, col=claim.cell, coef=-claim.cny_per_t * claim.made)
    m.refund_if_granted = Rows(index, upper=0.0, kind="hard_law", message="model.refund_if_granted")
    m.refund_if_granted.add(m.refund_cny)
    m.refund_if_granted.add(m.granted, coef=-most)
