"""Plan B: what an outlet that is lost costs, whether targets are still kept, and where its tonnes go then.

    plan_b(base, [])                    every outlet that the plan uses, the dearest loss first
    plan_b(base, ["cement@2028"])       one outlet, lost from a calendar year on

Lost means that it takes nothing from then on, and that nobody owes it anything: its least deliveries fall away, and
what is to be taken under a contract that covers nothing else. All outlets are asked with whole numbers as the plan
has them (LPs). Where that leaves no plan, hard targets may fall short, as little as can be; where there is still
none, the least waste without a place is asked of the relaxation, which is proof whatever is decided. The dearest, and
those that have no plan only as decisions are now, are asked again with whole numbers free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.i18n import Message
from redmud_opt.i18n.amounts import Tonnes
from redmud_opt.model.arrays import Objective
from redmud_opt.model.freezing import frozen_mask
from redmud_opt.network.network import Array
from redmud_opt.study.asking import Answer, Base, How, Interval, cost_of, prepare
from redmud_opt.study.choices import contract
from redmud_opt.study.explanation import Explanation
from redmud_opt.study.inway import left_over
from redmud_opt.study.moves import ends_of, moves, shown
from redmud_opt.study.things import USED_T, Thing, thing_of
from redmud_opt.study.why import NAN, has_whole, instead, moved_materials
from redmud_opt.study.why_said import loss_words

FREE = 5
"""How many outlets are asked again with whole numbers free, where all are asked about."""

SHORT_T = 1e-3
"""Up to so many tonnes a target is kept."""

COLUMNS = (
    *("outlet", "from_year", "tonnes", "whole", "loss_least_cny", "loss_most_cny", "resolved"),
    *("short_more_t", "left_over_t", "instead"),
)


NO_PLAN = Interval(0.0, np.inf)


@dataclass(frozen=True)
class Loss:
    """What a lost outlet comes to. short_t: by how much more targets are missed; left_over_t: what has no place."""

    thing: Thing
    year: int | None
    tonnes: float
    how: How
    loss: Interval
    short_t: float = 0.0
    instead: tuple[Message, ...] = ()
    proved: bool = False
    moves: pd.DataFrame | None = field(default=None, repr=False)
    values: Array | None = field(default=None, repr=False)
    left_over: pd.DataFrame | None = None

    @property
    def possible(self) -> bool:
        """Whether there is a plan without it."""
        return bool(np.isfinite(self.loss.most))

    @property
    def open(self) -> bool:
        """Whether there may be a plan without it if more were decided anew."""
        return not self.possible and not self.proved and (self.left_over is None or self.left_over.empty)


def plan_b(base: Base, outlets: Sequence[str] = (), limit_s: float = 60.0) -> Explanation:
    """What lost outlets cost: all that the plan uses, or some, `NAME` or `NAME@YEAR`. Raises CaseFaults."""
    asked = [_asked(base, said) for said in outlets if said != "all"] or _used(base)
    fixed = base.fixed()
    found = [_placed(base, _lost(base, fixed, thing, year, "fixed", limit_s)) for thing, year in asked]
    if has_whole(base.model):
        again = {
            id(one): _lost(base, base.answer, one.thing, one.year, "free", limit_s, one)
            for one in _again(found)
        }
        found = [again.get(id(one), one) for one in found]
    return _explained(base, sorted(found, key=_hurts))


def _again(found: Sequence[Loss]) -> list[Loss]:
    """What is asked again with whole numbers free: the dearest, and what has no plan only as decisions are now."""
    dearest = sorted((one for one in found if one.possible), key=_hurts)[:FREE]
    return dearest + [one for one in found if one.open][:FREE]


def _placed(base: Base, one: Loss) -> Loss:
    """With what has no place where there is no plan: that is none whatever is decided."""
    if one.possible:
        return one
    return replace(one, left_over=left_over(base, lambda model: close(base, model, one.thing, one.year)))


def _hurts(one: Loss) -> tuple[float, float, float]:
    """The dearest first: no plan at all, then targets missed, then the value lost."""
    return (-float(not one.possible), -round(one.short_t, 3), -(one.loss.most if one.possible else np.inf))


def _asked(base: Base, said: str) -> tuple[Thing, int | None]:
    name, _, year = said.partition("@")
    thing = thing_of(base.network, base.model, f"outlet:{name.removeprefix('outlet:')}")
    years = base.network.time.years
    if year and year not in {str(known) for known in years}:
        message = Message("why.no_such_year", {"year": year, "first": str(years[0]), "last": str(years[-1])})
        raise CaseFaults([Fault(file="", row=0, column="", message=message)])
    return thing, int(year) if year else None


def _used(base: Base) -> list[tuple[Thing, int | None]]:
    things = (thing_of(base.network, base.model, f"outlet:{row.name}") for row in base.case.outlets)
    return [(thing, None) for thing in things if thing.used_t(base.model) > USED_T]


# ---- one outlet -------------------------------------------------------------------------------------------------


def _lost(
    base: Base,
    before: Answer,
    thing: Thing,
    year: int | None,
    how: How,
    limit_s: float,
    fixed: Loss | None = None,
) -> Loss:
    """The answer about one outlet; with whole numbers free the solve begins with the plan that has them fixed."""
    net = base.network
    materials = moved_materials(net, base.model, thing)
    ends, own = ends_of(base.model, net), ends_of(base.model, net, materials)
    tonnes = _tonnes_from(base, thing, year)
    short_before = float(base.model.short_t.values_array.sum())
    with base.changed() as model:
        close(base, model, thing, year)
        answer = base.ask(model, how, limit_s, None if fixed is None else fixed.values)
        if not answer.possible and answer.proved_impossible:
            answer = _short(base, model, how, limit_s)
        if not answer.possible:
            if fixed is not None and fixed.possible:
                return fixed
            whole = how == "fixed" and has_whole(model)
            proved = answer.proved_impossible and not whole
            return Loss(thing, year, tonnes, how, NO_PLAN, proved=proved)
        loss = cost_of(before, answer)
        moved = moves(ends, ends_of(model, net))
        gained = instead(moves(own, ends_of(model, net, materials)), moved, tonnes)
        short = float(model.short_t.values_array.sum()) - short_before
    values = None if answer.outcome is None else answer.outcome.values
    return Loss(thing, year, tonnes, how, loss, max(0.0, short), gained, moves=moved, values=values)


def _later(base: Base, thing: Thing, year: int | None) -> np.ndarray:
    """Columns of deliveries from a year on, but for what is done in frozen periods."""
    net = base.network
    at = np.concatenate([np.zeros(0, dtype=np.int64), *(part.at for part in thing.acts)])
    at = at[~frozen_mask(base.model, base.model.sold_t)[at]]
    late = net.time.year[net.deliveries.grid.period[at]] >= (year or net.time.years[0])
    return np.asarray(at[late])


def _tonnes_from(base: Base, thing: Thing, year: int | None) -> float:
    return float(base.model.sold_t.values_array[_later(base, thing, year)].sum())


def close(base: Base, model: ConcreteModel, thing: Thing, year: int | None) -> None:
    """An outlet that takes nothing from a year on, and is owed nothing."""
    net = base.network
    model.sold_t.upper_bound[_later(base, thing, year)] = 0.0
    first = year or net.time.years[0]
    outlet, period = model.demand.index.labels("outlet"), model.demand.index.codes[1]
    asked = (outlet == thing.name) & (net.time.year[period] >= first)
    model.demand.lower_bound[np.flatnonzero(asked)] = -np.inf
    name = next(row.contract for row in net.case.outlets if row.name == thing.name)
    if name and contract(net, name).families == (("sold_t", thing.name),):
        duty = model.take_or_pay.index
        owed = (duty.labels("contract") == name) & (duty.labels("year") >= first)
        model.take_or_pay.lower_bound[np.flatnonzero(owed)] = -np.inf


def _short(base: Base, model: ConcreteModel, how: How, limit_s: float) -> Answer:
    """The best plan among those that miss hard targets by the least tonnes in sum."""
    model.short_t.upper_bound[:] = np.inf
    model.del_component("objective")
    model.objective = Objective("minimise")
    model.objective.add(model.short_t)
    try:
        least = base.ask(model, how, limit_s)
    finally:
        prepare(model, base.network, base.outcome.held)
    if not least.possible:
        return least
    held = model.short_t.values_array
    model.short_t.upper_bound[:] = held + SHORT_T + 1e-6 * held
    again = base.ask(model, how, limit_s)
    return again if again.possible else replace(again, stopped="time")


# ---- words ------------------------------------------------------------------------------------------------------


def _explained(base: Base, found: Sequence[Loss]) -> Explanation:
    heading = Message("why.plan_b", {"count": len(found)})
    lines = tuple(_line(one, base) for one in found)
    frames = {"outlets": pd.DataFrame([_row(one) for one in found], columns=list(COLUMNS))}
    parts = [
        one.moves.assign(thing=one.thing.name) for one in found if one.moves is not None and len(one.moves)
    ]
    if parts:
        frames["moves"] = shown(pd.concat(parts, ignore_index=True))
    left = [one.left_over.assign(outlet=one.thing.name) for one in found if one.left_over is not None]
    if left:
        frames["left_over"] = pd.concat(left, ignore_index=True)
    return Explanation("plan_b", heading, lines, frames)


def _since(one: Loss, base: Base) -> Message:
    if one.year:
        return Message("why.since", {"year": str(one.year)})
    return Message("why.since_free" if base.is_frozen else "why.throughout")


def _line(one: Loss, base: Base) -> Message:
    values: dict[str, object] = {
        "thing": one.thing.said,
        "since": _since(one, base),
        "tonnes": Tonnes(one.tonnes),
        "whole": Message(f"why.whole_{one.how}"),
    }
    if one.open:
        return Message("why.b_not_asked" if one.how == "fixed" else "why.b_open", values)
    if not one.possible and base.levels and (one.left_over is None or one.left_over.empty):
        return Message("why.b_levels", values | {"levels": base.levels})
    if not one.possible:
        return Message("why.b_no_plan", values | {"left": _left(one)})
    ends = one.instead or (Message("why.less_made"),)
    target = (
        Message("why.b_short", {"short": Tonnes(one.short_t)})
        if one.short_t > SHORT_T
        else Message("why.b_kept")
    )
    return Message("why.b_lost", values | {"loss": loss_words(one.loss), "ends": ends, "target": target})


def _left(one: Loss) -> object:
    if one.left_over is None or one.left_over.empty:
        return Message("why.b_nothing_left")
    rows = one.left_over.head(3).to_dict("records")
    return tuple(
        Message(
            "why.left",
            {"site": row["site"], "material": row["material"], "tonnes": Tonnes(float(row["left_over_t"]))},
        )
        for row in rows
    )


def _row(one: Loss) -> dict[str, object]:
    left = NAN if one.left_over is None else float(one.left_over["left_over_t"].sum())
    return {
        "outlet": one.thing.name,
        "from_year": NAN if one.year is None else one.year,
        "tonnes": one.tonnes,
        "whole": Message(f"why.whole_{one.how}"),
        "loss_least_cny": one.loss.least,
        "loss_most_cny": one.loss.most,
        "resolved": one.loss.resolved,
        "short_more_t": one.short_t,
        "left_over_t": left,
        "instead": Message("why.list", {"items": one.instead}),
    }
