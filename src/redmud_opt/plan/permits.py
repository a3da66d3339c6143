"""What the law says of a plan: the status of every stream, and what is received under each permit.

status    per lineage, over the whole horizon: a case whose list changes it is refused (see `case.checks.codes`)
permits   per claim on permits (see `network.receipts`) and calendar year, in tonnes of the permit's basis
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.case.listing import rows_of
from redmud_opt.case.rules import Delisting
from redmud_opt.network import Network
from redmud_opt.network.licensing import Licensing
from redmud_opt.network.lineage import WASTE, Lineage
from redmud_opt.network.receipts import Claim, claims_of

STATUS_COLUMNS = ("lineage", "material", "status", "code", "hazard", "why", "because_of", "clause")
PERMIT_COLUMNS = (
    *("permit", "receiver", "code", "sender", "year", "allowed_t", "used_t", "left_t"),
    *("valid_to", "days_left"),
)
SEPARATOR = "; "


class Reason(NamedTuple):
    """Why a stream has its status, what that rests on, and the clause."""

    why: str
    because_of: str = ""
    clause: str = ""


def status_table(net: Network) -> pd.DataFrame:
    """Status, codes and hazard letters of every lineage that the plan may know, and why."""
    names = sorted({stream.lineage for stream in net.streams})
    rows = []
    for lineage in (net.lineages.by_id[name] for name in names):
        status = "hazardous_waste" if lineage.hazardous else lineage.material.legal_status
        marks = (SEPARATOR.join(sorted(lineage.codes)), ",".join(sorted(lineage.hazard)))
        rows.append((lineage.id, lineage.name, status, *marks, *_reason(net, lineage)))
    return pd.DataFrame(rows, columns=list(STATUS_COLUMNS))


def _reason(net: Network, lineage: Lineage) -> Reason:
    """Declared, by the list, spread from feeds, delisted; a product by its standard, and waste until it is sold."""
    declared, material = lineage.material.legal_status, lineage.material
    if declared not in WASTE:
        made = any(made.output is lineage for c in net.lineages.conversions if c.feed for made in c.made)
        if declared == "product":
            why = "waste_until_sold" if made else "product_standard"
            return Reason(why, material.product_standard, material.pollutant_limit)
        return Reason("declared")
    if not lineage.hazardous:
        own = _delisting(net, lineage)
        return Reason("delisted", own.certificate, own.clause) if own else Reason("declared")
    if declared != "hazardous_waste":
        return Reason("spread", lineage.process)
    for code in sorted(lineage.codes):
        for row in rows_of(net.case, code)[-1:]:
            return Reason("listed", code, row.clause)
    return Reason("declared")


def _delisting(net: Network, lineage: Lineage) -> Delisting | None:
    """The row that lifts what a residue would get from its feeds."""
    start = net.case.periods[0].start
    for row in net.case.delistings:
        mine = (row.process, row.material) == (lineage.process, lineage.name)
        if mine and row.identified_on is not None and row.identified_on <= start:
            return row
    return None


def permit_table(m: ConcreteModel, net: Network) -> pd.DataFrame:
    """Tonnes allowed, used and left under permits by year; days that they are still valid at its end."""
    claims = claims_of(net, Licensing(net.lookup, net.time))
    rows = [_under(m, net, claim) for claim in claims]
    return pd.DataFrame(rows, columns=list(PERMIT_COLUMNS))


def _under(m: ConcreteModel, net: Network, claim: Claim) -> tuple[object, ...]:
    used = sum(float(getattr(m, part.family).values_array[part.col] @ part.coef) for part in claim.parts)
    ends = [row.valid_to for row in claim.permits if row.valid_to is not None]
    end = max(period.end for period in net.time.periods if period.year == claim.year)
    days = float((max(ends) - end).days) if ends else float("nan")
    whose = (claim.name, claim.receiver, claim.code, claim.sender, claim.year)
    return (
        *whose,
        claim.allowed_t,
        used,
        claim.allowed_t - used,
        max(ends).isoformat() if ends else "",
        days,
    )
