"""Why not, and why here: what keeps something out of a plan, or what the plan would be without it.

    why_not(base, ["lane_x", "pingguo>cement"])     the rule that keeps it out, or the break-even change of its price
    why_here(base, ["cement"])                      the next-best fate, and the loss without it

What is out by price is forced in, then paid for: at the break-even change of its price no plan gains by it. Whole
numbers stay as the plan has them where that leaves a way (an LP, exact), else those of the thing are free, else all.
The loss of what is built, and of what is used, is that with all whole numbers free, an interval. docs/why.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.i18n import Message
from redmud_opt.i18n.amounts import Money, Price, Tonnes
from redmud_opt.model.arrays import Index, Rows
from redmud_opt.model.freezing import frozen_mask
from redmud_opt.network import Network
from redmud_opt.plan.whole import whole_families
from redmud_opt.study.asking import NOTHING_CNY, SAME, Answer, Base, Interval, cost_of
from redmud_opt.study.explanation import Explanation
from redmud_opt.study.forcing import Forcing, Found, How, break_even, start_of
from redmud_opt.study.inway import ONLY_LAW, in_the_way
from redmud_opt.study.keptout import kept_out
from redmud_opt.study.moves import ends_of, gains, moves, shown
from redmud_opt.study.things import USED_T, Part, Thing, table_of, thing_of, total
from redmud_opt.study.why_said import (
    checked,
    costs,
    forced_loss,
    invested,
    is_proved,
    loss_words,
    price_of,
    priced,
)

ROW = (
    *("thing", "kind", "verdict", "whole", "price", "break_even_change", "break_even_price", "verified"),
    *("tonnes", "loss_least_cny", "loss_most_cny", "resolved"),
)
"""Columns of the table of answers; NaN where something was not asked. Prices are CNY per unit of the thing's basis;
of what is built the change is a share of what it costs."""

FIRST_SHARE, LEAST_UNITS, MOST_UNITS = 1e-3, 1.0, 1000.0
"""What is forced in first: this share of what may be, within these bounds. More is asked where a price is paid."""

NEARLY = ("near", "fewer")
"""Ways of asking whose bound is not one of all plans."""

OF_LAW_OR_QUALITY = ("why.gate", "why.shut", "why.no_method", "why.not_for_hazardous")
"""Rules that are told also where they keep only some of what a thing takes out; how far lanes go is not."""

NAN = float("nan")


@dataclass(frozen=True)
class Reason:
    """The answer about one thing."""

    thing: Thing
    lines: tuple[Message, ...]
    row: dict[str, Any]
    moves: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)


def why_not(base: Base, names: Sequence[str], limit_s: float = 60.0) -> Explanation:
    """Why a plan does not use some things. Raises CaseFaults for names that there are not."""
    things = [thing_of(base.network, base.model, name) for name in names]
    return _explanation("why_not", [_why_not(base, thing, limit_s) for thing in things])


def why_here(base: Base, names: Sequence[str], limit_s: float = 60.0) -> Explanation:
    """Why a plan uses some things: what it would be without them. Raises CaseFaults for names that there are not."""
    things = [thing_of(base.network, base.model, name) for name in names]
    return _explanation("why_here", [_why_here(base, thing, limit_s) for thing in things])


def _explanation(question: str, reasons: Sequence[Reason]) -> Explanation:
    frames = {"answers": pd.DataFrame([reason.row for reason in reasons], columns=list(ROW))}
    parts = [reason.moves.assign(thing=reason.thing.name) for reason in reasons if len(reason.moves)]
    if parts:
        frames["moves"] = shown(pd.concat(parts, ignore_index=True))
    heading = Message(f"why.{question}", {"things": tuple(reason.thing.said for reason in reasons)})
    return Explanation(question, heading, tuple(m for r in reasons for m in r.lines), frames)


def _row(thing: Thing, verdict: str, **values: Any) -> dict[str, Any]:
    blank = dict.fromkeys(ROW, NAN) | {"whole": "", "verified": "", "resolved": ""}
    named = {"thing": thing.name, "kind": Message(f"why.kind_{thing.kind}", {"name": ""})}
    return blank | named | {"verdict": Message(f"why.verdict_{verdict}")} | values


# ---- why not ----------------------------------------------------------------------------------------------------


def _why_not(base: Base, thing: Thing, limit_s: float) -> Reason:
    model, net = base.model, base.network
    tonnes, decided = thing.used_t(model), thing.decided(model)
    if tonnes > USED_T or (decided and not thing.acts):
        used = _use(thing, tonnes)
        return Reason(thing, (used,), _row(thing, "used", tonnes=tonnes))
    rules = kept_out(net, thing)
    if thing.empty or not _open(model, thing):
        lines = rules or (Message("why.nothing_comes", {"thing": thing.said}),)
        head = Message("why.kept_out", {"thing": thing.said})
        return Reason(thing, (head, *lines), _row(thing, "kept_out"))
    forcing = Forcing(base, thing, limit_s)
    found = _decided_in(forcing) if forcing.decides else _forced_in(forcing)
    if found.row["verdict"].key == "why.verdict_impossible":
        return found
    told = [rule for rule in rules if rule.key in OF_LAW_OR_QUALITY]
    besides = tuple(Message("why.besides", {"rule": rule}) for rule in told[:2])
    return replace(found, lines=(*found.lines, *besides))


def _open(model: ConcreteModel, thing: Thing) -> bool:
    parts = thing.decisions or thing.acts
    return any((model.component(family).upper_bound[at] > 0).any() for family, at in parts)


def _use(thing: Thing, tonnes: float) -> Message:
    return (
        Message("why.used", {"thing": thing.said, "tonnes": Tonnes(tonnes)})
        if thing.acts
        else Message("why.decided", {"thing": thing.said})
    )


def _forced_in(forcing: Forcing) -> Reason:
    """What moves by tonnes: a little is forced in, and paid for until it comes by itself."""
    base, thing = forcing.base, forcing.thing
    before, fixed = ends_of(base.model, base.network), base.fixed()
    with forcing.question() as model:
        amount = _first_units(forcing)
        forcing.force(model, amount)
        first, how = _first(forcing, model)
        if first is None or not first.possible:
            return _impossible(forcing, amount, first)
        moved = moves(before, ends_of(model, base.network))
        compared = fixed if how == "fixed" else base.answer
        loss = lost(compared, first.answer, near=how in NEARLY)
        if better := _better(thing, compared, first):
            return better
        found = break_even(forcing, model, how, compared, first)
    lines = (
        priced(base.network, thing, found, how),
        forced_loss(first, loss),
        *checked(base.answer, found, how),
    )
    if gained := gains(moved, but=thing.name):
        lines = (*lines, Message("why.then", {"ends": gained}))
    price, change = price_of(base.network, thing), found.premium
    row = _row(
        thing,
        "price",
        whole=Message(f"why.whole_{how}"),
        price=NAN if price is None else price.cny,
        break_even_change=price.sign * change if price else change,
        break_even_price=NAN if price is None else price.cny + price.sign * change,
        verified=found.verified,
        tonnes=first.tonnes,
        **_loss(loss),
    )
    return Reason(thing, lines, row, moved)


def _first_units(forcing: Forcing) -> float:
    """What is forced in first, in discounted units."""
    upper = [
        np.where(np.isfinite(u), u, MOST_UNITS) for u in (p.columns.upper_bound[p.at] for p in forcing.asked)
    ]
    most = sum(float(p.weight @ u) for p, u in zip(forcing.asked, upper, strict=True))
    amount = float(np.clip(FIRST_SHARE * most, LEAST_UNITS, MOST_UNITS))
    return min(amount, 0.5 * most)


def _first(forcing: Forcing, model: ConcreteModel) -> tuple[Found | None, How]:
    """The first plan with the thing in it: whole numbers fixed, those of the thing free, all free."""
    found: Found | None = None
    hows: tuple[How, ...] = ("fixed", "near", "fewer", "free") if has_whole(model) else ("fixed",)
    for how in hows:
        found = forcing.solve(model, how)
        if found.possible and found.units > 0.0:
            return found, how
    return found, hows[-1]


def has_whole(model: ConcreteModel) -> bool:
    """Whether a model decides anything in whole numbers."""
    return bool(whole_families(model))


def lost(before: Answer, after: Answer, *, near: bool = False) -> Interval:
    """What a restriction costs, at least and at most: never less than nothing. near: the bound of `after` is not one
    of all plans."""
    if near:
        after = replace(after, bound_cny=before.bound_cny)
    return cost_of(before, after)


def _impossible(forcing: Forcing, amount: float, found: Found | None) -> Reason:
    """Nothing of it fits: what stands in the way, if that is proved."""
    thing = forcing.thing
    if found is not None and not found.answer.proved_impossible:
        line = Message("why.not_decided_in_time", {"thing": thing.said})
        return Reason(thing, (line,), _row(thing, "open"))

    def change(model: ConcreteModel) -> None:
        parts = thing.decisions if forcing.decides else thing.acts
        _add_least(model, thing, parts, 1.0 if forcing.decides else min(amount, 1.0))

    head, ways = Message("why.does_not_fit", {"thing": thing.said}), in_the_way(forcing.base, change)
    rules = kept_out(forcing.base.network, thing) if ways == (ONLY_LAW,) else ()
    return Reason(thing, (head, *(rules or ways)), _row(thing, "impossible"))


def _add_least(model: ConcreteModel, thing: Thing, parts: Sequence[Part], least: float) -> None:
    row = model.asked = Rows(Index.flat("asked", [thing.name]), lower=least)
    for family, at in parts:
        row.add(model.component(family), row=np.zeros(len(at), dtype=int), col=at)


def _decided_in(forcing: Forcing) -> Reason:
    """What is decided: forced in once, with whole numbers free; then paid for in parts of what it costs."""
    base, thing = forcing.base, forcing.thing
    before = ends_of(base.model, base.network)
    with forcing.question() as model:
        forcing.force_in(model, 1.0)
        near, nearly = _near(forcing, model)
        free = forcing.solve(model, "free", start=start_of(near))
        first = free if free.possible else near
        if not first.possible:
            return _impossible(forcing, 1.0, free)
        moved = moves(before, ends_of(model, base.network))
        loss = lost(base.answer, first.answer, near=first is near)
        if better := _better(thing, base.answer, first):
            return better
        proved = is_proved(base.answer) and is_proved(free.answer)
        how: How = "free" if proved or not near.possible else nearly
        forcing.force_in(model, -np.inf)
        value = base.answer.value_cny or 0.0
        cheapest = min((f for f in (near, free) if f.possible), key=lambda f: (value - f.value_cny) / f.units)
        found = break_even(forcing, model, how, base.answer, cheapest)
    lines = (invested(thing, found, how), forced_loss(first, loss), *checked(base.answer, found, how))
    if gained := gains(moved, but=thing.name):
        lines = (*lines, Message("why.then", {"ends": gained}))
    row = _row(
        thing,
        "price",
        whole=Message(f"why.whole_{how}"),
        break_even_change=-found.premium if costs(found) else NAN,
        verified=found.verified,
        tonnes=first.tonnes,
        **_loss(loss),
    )
    return Reason(thing, lines, row, moved)


def _better(thing: Thing, before: Answer, found: Found) -> Reason | None:
    """A plan with the thing that is better than the one that is asked about, which is then not proved best."""
    assert before.value_cny is not None
    gain = found.value_cny - before.value_cny
    if gain <= NOTHING_CNY + SAME * abs(before.value_cny):
        return None
    line = Message("why.better_with", {"thing": thing.said, "gain": Money(gain)})
    row = _row(thing, "better", tonnes=found.tonnes, loss_least_cny=-gain, loss_most_cny=-gain, resolved=True)
    return Reason(thing, (line,), row)


def _near(forcing: Forcing, model: ConcreteModel) -> tuple[Found, How]:
    """A plan of the changed model near the one that is asked about, which a free solve may begin with."""
    found = forcing.solve(model, "near")
    if found.possible:
        return found, "near"
    return forcing.solve(model, "fewer"), "fewer"


def _loss(loss: Interval) -> dict[str, Any]:
    return {"loss_least_cny": loss.least, "loss_most_cny": loss.most, "resolved": loss.resolved}


# ---- why here ---------------------------------------------------------------------------------------------------


def _why_here(base: Base, thing: Thing, limit_s: float) -> Reason:
    model, net = base.model, base.network
    tonnes, decided = thing.used_t(model), thing.decided(model)
    if tonnes <= USED_T and not decided:
        return Reason(thing, (Message("why.not_used", {"thing": thing.said}),), _row(thing, "unused"))
    open_t = total(model, [part_free(model, part) for part in thing.acts])
    if open_t <= USED_T and not total(model, [part_free(model, part) for part in thing.decisions]):
        line = Message("why.only_past", {"use": _use(thing, tonnes)})
        return Reason(thing, (line,), _row(thing, "used", tonnes=tonnes))
    fixed = base.fixed()
    materials = moved_materials(net, model, thing)
    before, own_before = ends_of(model, net), ends_of(model, net, materials)
    forcing = Forcing(base, thing, limit_s)
    with forcing.question() as model:
        shut(model, thing)
        found, how = without(forcing, model)
        if found is None:
            return _needed(forcing, tonnes)
        moved, own = moves(before, ends_of(model, net)), moves(own_before, ends_of(model, net, materials))
    loss = lost(fixed if how == "fixed" else base.answer, found.answer, near=how in NEARLY)
    ends = instead(own, moved, tonnes)
    values = {"use": _use(thing, tonnes), "loss": loss_words(loss), "whole": Message(f"why.whole_{how}")}
    lines = [Message("why.without", values)]
    lines += [Message("why.instead", {"ends": ends}) if ends else Message("why.less_made")]
    if open_t > 1.0 and loss.resolved and np.isfinite(loss.most):
        each = {"least": Price(loss.least / open_t), "most": Price(loss.most / open_t)}
        lines.append(Message("why.per_tonne_exact" if loss.exact else "why.per_tonne", each))
    row = _row(thing, "used", whole=Message(f"why.whole_{how}"), tonnes=tonnes, **_loss(loss))
    return Reason(thing, tuple(lines), row, moved)


def moved_materials(net: Network, model: ConcreteModel, thing: Thing) -> set[str]:
    """Materials that the thing takes in the plan that the model holds."""
    found: set[str] = set()
    for family, at in thing.acts:
        if family in ("bought_t", "applied_t"):
            continue
        table = table_of(net, family)
        used = at[model.component(family).values_array[at] > USED_T]
        streams = table.stream[table.grid.entity[used]]
        found |= {net.lineage(k).name for k in np.unique(streams[streams >= 0]).tolist()}
    return found


def instead(own: pd.DataFrame, moved: pd.DataFrame, tonnes: float) -> tuple[Message, ...]:
    """Where the tonnes go instead: the same material elsewhere, else what takes more of anything."""
    gained = own[own["change"] > 0]["change"].sum()
    return gains(own) if gained > 0.01 * tonnes else gains(moved)


def part_free(model: ConcreteModel, part: Part) -> Part:
    """The columns of a part that are not done already."""
    family, at = part
    return Part(family, at[~frozen_mask(model, model.component(family))[at]])


def shut(model: ConcreteModel, thing: Thing) -> None:
    """Nothing of a thing from now on; what is done in frozen periods stays."""
    for part in (*thing.acts, *thing.decisions):
        family, at = part_free(model, part)
        columns = model.component(family)
        columns.lower_bound[at] = np.minimum(columns.lower_bound[at], 0.0)
        columns.upper_bound[at] = 0.0


def without(forcing: Forcing, model: ConcreteModel) -> tuple[Found | None, How]:
    """The best plan of a model that lacks something, whole numbers free, begun from a near one; None without any."""
    if not has_whole(model):
        found = forcing.solve(model, "fixed")
        return (found if found.possible else None), "fixed"
    near, nearly = _near(forcing, model)
    free = forcing.solve(model, "free", start=start_of(near))
    if free.possible:
        return free, "free"
    return (near if near.possible else None), nearly


def _needed(forcing: Forcing, tonnes: float) -> Reason:
    thing = forcing.thing
    head = Message("why.no_plan_without", {"use": _use(thing, tonnes)})
    lines = in_the_way(forcing.base, lambda model: shut(model, thing))
    return Reason(thing, (head, *lines), _row(thing, "needed", tonnes=tonnes))
