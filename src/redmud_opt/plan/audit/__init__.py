"""The audit of a plan: the second road.

    audit(case, frames, value_cny, baseline) → Audit

It recomputes everything from the case and the plan's frames alone. It imports `case` and `i18n`, never
`network` or `model`, shares no code with them, and trusts no derived frame: from flows, feeds, sales,
purchases, stocks and placements it works out again what is made, owed, utilised and earned, and compares
that with what the plan states. `FAMILIES` is the table of contents; each family's module opens with its
equations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from redmud_opt.case.baseline import Baseline
from redmud_opt.case.case import Case
from redmud_opt.plan.audit.accounts import identity, totals
from redmud_opt.plan.audit.ages import ages
from redmud_opt.plan.audit.annual import annual
from redmud_opt.plan.audit.apart import apart
from redmud_opt.plan.audit.balance import arisings, balances, made, stocks
from redmud_opt.plan.audit.blending import gates, shares
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.builds import builds, closings
from redmud_opt.plan.audit.burdens import stated_burdens
from redmud_opt.plan.audit.capacity import capacities
from redmud_opt.plan.audit.checks import TOLERANCE, Audit, Check
from redmud_opt.plan.audit.closure import closure
from redmud_opt.plan.audit.compositions import composition, margins
from redmud_opt.plan.audit.contracts import contracts
from redmud_opt.plan.audit.cost_to_serve import cost_to_serve
from redmud_opt.plan.audit.elements import elements
from redmud_opt.plan.audit.fates import fates
from redmud_opt.plan.audit.hauled import hauled
from redmud_opt.plan.audit.horizon import horizon
from redmud_opt.plan.audit.law import law
from redmud_opt.plan.audit.ledger import ledger
from redmud_opt.plan.audit.limits import limits
from redmud_opt.plan.audit.logic import logic
from redmud_opt.plan.audit.movements import movements
from redmud_opt.plan.audit.permits import permits
from redmud_opt.plan.audit.points import points
from redmud_opt.plan.audit.pools import pools
from redmud_opt.plan.audit.rates import rates, targets
from redmud_opt.plan.audit.readiness import readiness
from redmud_opt.plan.audit.reading import frames as well_formed
from redmud_opt.plan.audit.reading import streams
from redmud_opt.plan.audit.reductions import reductions
from redmud_opt.plan.audit.refunds import refunds
from redmud_opt.plan.audit.rolling import rolling
from redmud_opt.plan.audit.running import running
from redmud_opt.plan.audit.scorecard import scorecard
from redmud_opt.plan.audit.services import services
from redmud_opt.plan.audit.spending import budgets
from redmud_opt.plan.audit.standing import standing
from redmud_opt.plan.audit.statistical import statistical_form
from redmud_opt.plan.audit.tiers import tiers
from redmud_opt.plan.audit.using import lanes
from redmud_opt.plan.audit.value import value
from redmud_opt.plan.audit.yards import yards

FAMILIES: tuple[Callable[[Book], tuple[Check, ...]], ...] = (
    well_formed,
    streams,
    law,
    permits,
    standing,
    movements,
    apart,
    arisings,
    reductions,
    stocks,
    balances,
    ages,
    made,
    builds,
    closings,
    running,
    points,
    capacities,
    yards,
    lanes,
    contracts,
    hauled,
    tiers,
    shares,
    gates,
    pools,
    limits,
    logic,
    budgets,
    refunds,
    services,
    closure,
    elements,
    composition,
    margins,
    totals,
    stated_burdens,
    identity,
    fates,
    rates,
    targets,
    cost_to_serve,
    annual,
    statistical_form,
    readiness,
    scorecard,
    ledger,
    horizon,
    rolling,
    value,
)
"""What is checked, in order."""


def audit(
    case: Case,
    frames: Mapping[str, pd.DataFrame],
    value_cny: float | None = None,
    baseline: Baseline | None = None,
) -> Audit:
    """Check a plan, given by its frames and its stated value, against the case and the baseline it was made for."""
    book = Book(case, frames, value_cny, baseline)
    return Audit(tuple(check for family in FAMILIES for check in family(book)))


__all__ = ["FAMILIES", "TOLERANCE", "Audit", "Check", "audit"]
