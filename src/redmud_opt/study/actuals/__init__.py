"""Plan against actual, and what the stocks are on the day from which the plan is made anew.

found = against(held_plan, case, net, actuals)
found.explanation, found.lots, found.to_date, found.faults
"""

from __future__ import annotations

from dataclasses import dataclass, field

from redmud_opt.case import Case
from redmud_opt.case.actuals import Actuals
from redmud_opt.case.actuals.record import closed_before
from redmud_opt.case.faults import Fault
from redmud_opt.i18n import Tonnes
from redmud_opt.network import Network
from redmud_opt.plan import Plan
from redmud_opt.study.actuals.books import Places, planned_book
from redmud_opt.study.actuals.causes import Causes
from redmud_opt.study.actuals.happened import Happening
from redmud_opt.study.actuals.stocks import Aging, Lot
from redmud_opt.study.actuals.told import (
    cause_frame,
    deviation_frame,
    explained,
    period_frame,
    stock_frame,
)
from redmud_opt.study.actuals.utilised import untold_uses, year_to_date
from redmud_opt.study.actuals.yields import Yields
from redmud_opt.study.explanation import Explanation

__all__ = ["Against", "Lot", "against"]


@dataclass(frozen=True)
class Against:
    """What is said, and what the case is rolled on by. faults: why it cannot be; placed: storage → material → tonnes.

    to_date: rows of `year_to_date`, none where the cut-off is at New Year.
    """

    explanation: Explanation
    lots: tuple[Lot, ...] = ()
    placed: dict[str, dict[str, float]] = field(default_factory=dict)
    to_date: tuple[dict[str, str], ...] = ()
    faults: tuple[Fault, ...] = ()


def against(plan: Plan, case: Case, net: Network, actuals: Actuals, name: str) -> Against:
    """A plan and what happened until the cut-off, which the actuals must have."""
    periods = closed_before(case.periods, actuals.cut)
    names = [period.name for period in periods]
    places, planned = Places(case), planned_book(dict(plan.frames), periods)
    yields = Yields(plan, net, frozenset(names))
    happened = Happening(actuals.records, places, planned, yields, periods).run()
    year_end = actuals.cut is not None and (actuals.cut.month, actuals.cut.day) == (1, 1)
    of_year = [] if year_end else [period.name for period in periods if period.year == periods[-1].year]
    for outlet, material, tonnes in untold_uses(net, plan, happened.book, of_year):
        happened.say("use_untold", outlet=outlet, material=material, tonnes=Tonnes(tonnes))
    caused = list(Causes(planned, happened, places, yields, names).all())
    frames = {
        "deviations": deviation_frame(planned, happened, names),
        "causes": cause_frame(caused),
        "periods": period_frame(case, actuals),
        "stocks": stock_frame(happened, places, periods),
    }
    answer = explained(name, actuals, caused, frames, happened, places, periods[0].start)
    lots = Aging(actuals.records, happened, places, yields, periods).run()
    placed: dict[str, dict[str, float]] = {}
    for storage, material in happened.book.amounts["placed"]:
        tonnes = happened.book.total("placed", (storage, material))
        placed.setdefault(storage, {})[material] = tonnes
    to_date = [] if year_end else year_to_date(plan, net, happened.book, places, yields, periods)
    return Against(answer, tuple(lots), placed, tuple(to_date), tuple(happened.faults))
