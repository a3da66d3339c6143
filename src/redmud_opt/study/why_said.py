"""What an answer of why not and why here says of money: prices, break-evens, losses. Messages, no words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from redmud_opt.i18n import Message
from redmud_opt.i18n.amounts import Money, Price, Tonnes
from redmud_opt.network import Network
from redmud_opt.study.asking import Answer, Interval
from redmud_opt.study.forcing import BreakEven, Found, How
from redmud_opt.study.things import USED_T, Thing


@dataclass(frozen=True)
class Stated:
    """The price of a thing that the case states. sign: 1 where more of it brings the thing in, −1 where less does."""

    cny: float
    sign: int


def price_of(net: Network, thing: Thing) -> Stated | None:
    """The price that a case states for a thing, in its own basis; None where there is no one price."""
    case = net.case
    if thing.kind == "outlet":
        tiered = any(tier.item == thing.name for tier in case.tiers)
        row = next(row for row in case.outlets if row.name == thing.name)
        return None if tiered else Stated(row.price_cny_per_t, 1)
    if thing.kind == "supply":
        supply = next(row for row in case.supplies if row.name == thing.name)
        tiered = any(tier.item == thing.name for tier in case.tiers)
        return None if tiered else Stated(supply.price_cny_per_t, -1)
    if thing.kind == "process":
        return Stated(net.lookup.processes[thing.name].cost_cny_per_t, -1)
    if thing.kind == "reduction":
        option = next(row for row in case.reductions if row.name == thing.name)
        return None if option.margin_cny_per_t is not None else Stated(option.cost_cny_per_t, -1)
    if thing.kind == "storage":
        storage = next(row for row in case.storages if row.name == thing.name)
        final = any(part.family == "placed_t" for part in thing.acts)
        return Stated(storage.place_cost_cny_per_t if final else storage.holding_cost_cny_per_t_a, -1)
    return _lane_price(net, thing) if thing.kind == "lane" else None


def _lane_price(net: Network, thing: Thing) -> Stated | None:
    costs = set()
    for _, at in thing.acts:
        for k in np.unique(net.routes.grid.entity[at]).tolist():
            route, lineage = net.routes.route[k], net.lineage(int(net.routes.stream[k]))
            cost = net.haulage.lane_cost_cny_per_t(route, lineage)
            dry = (
                route.listed is not None
                and route.listed.cost_cny_per_t is not None
                and route.listed.basis == "dry"
            )
            costs.add(round(cost if dry else cost / lineage.wet_per_dry, 6))
    return Stated(costs.pop(), -1) if len(costs) == 1 else None


def priced(net: Network, thing: Thing, found: BreakEven, how: How) -> Message:
    """The break-even change, and the price at which it comes in."""
    price, whole = price_of(net, thing), Message(f"why.whole_{how}")
    values: dict[str, object] = {"thing": thing.said, "change": Price(found.premium), "whole": whole}
    if price is None:
        return Message("why.premium", values)
    then = price.cny + price.sign * found.premium
    values |= {"price": Price(price.cny), "then": Price(then)}
    if price.cny < 0 and then < 0 and thing.kind == "outlet":
        fees = {"price": Price(-price.cny), "then": Price(-then)}
        return Message("why.gate_fee_down", values | fees)
    if price.sign > 0:
        return Message("why.price_up", values)
    if then < 0:
        return Message("why.cost_below_nothing", values)
    return Message("why.cost_down", values)


def costs(found: BreakEven) -> bool:
    """Whether the decision costs something of which the premium is a share."""
    return found.found.units != found.found.decided


def invested(thing: Thing, found: BreakEven, how: How) -> Message:
    """At which investment it is decided for."""
    lost_cny = found.premium * found.found.units
    values: dict[str, object] = {
        "thing": thing.said,
        "missing": Money(lost_cny),
        "whole": Message(f"why.whole_{how}"),
    }
    if not costs(found):
        return Message("why.subsidy", values)
    cost = found.found.units
    values |= {
        "cost": Money(cost),
        "percent": round(100.0 * found.premium, 2),
        "then": Money(cost - lost_cny),
    }
    return Message("why.subsidy_beyond_cost" if found.premium > 1.0 else "why.invest_less", values)


def forced_loss(first: Found, loss: Interval) -> Message:
    """What forcing it in would lose."""
    values = {"tonnes": Tonnes(first.tonnes), "loss": loss_words(loss)}
    return Message("why.forced_once" if first.tonnes <= USED_T else "why.forced", values)


def loss_words(loss: Interval) -> Message:
    """A loss in words: an amount, between two, not resolved, or not known."""
    if not loss.resolved and not np.isfinite(loss.most):
        return Message("why.loss_unknown")
    if not loss.resolved:
        return Message("why.loss_unresolved", {"most": Money(loss.most)})
    if not np.isfinite(loss.most):
        return Message("why.loss_open", {"least": Money(loss.least)})
    if loss.exact:
        return Message("why.loss", {"amount": Money(loss.most)})
    return Message("why.loss_between", {"least": Money(loss.least), "most": Money(loss.most)})


def checked(before: Answer, found: BreakEven, how: How) -> tuple[Message, ...]:
    """What came of solving again; with whole numbers free a gap leaves a break-even uncertain."""
    line = Message("why.verified" if found.verified else "why.not_verified")
    if how == "free" and not is_proved(before):
        return line, Message("why.within_gap")
    return (line,)


def is_proved(answer: Answer) -> bool:
    """Whether a plan is proved to be the best."""
    if answer.value_cny is None or answer.bound_cny is None:
        return False
    return answer.bound_cny - answer.value_cny <= 1e-6 * max(1.0, abs(answer.value_cny))
