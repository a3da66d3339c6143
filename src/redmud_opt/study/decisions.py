"""The decisions that matter: each reversed and the plan made again, with what that costs.

    weighty_decisions(base, most=10, limit_s=60)          the dearest first

Candidates: everything invested in (left out), outlets, landfills and contracts that take something (not served), and
what is not invested in (forced in). Each is asked first as an LP at the whole numbers of the plan, which is quick and
bounds its price from above; those with the highest prices are asked again with whole numbers free, of what is not
invested in the one with the lowest. What is told is the price of the second question alone, an interval of

    price = best value of the plan − best value with the decision reversed ≥ 0                        [CNY]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from redmud_opt.i18n import Message, Money
from redmud_opt.study.asking import Answer, Base, Interval, cost_of
from redmud_opt.study.choices import (
    NEGLIGIBLE,
    Choice,
    bar,
    changed,
    cost_words,
    demanded,
    investments,
    units,
    ways,
)
from redmud_opt.study.explanation import Explanation

MOST = 10
"""Decisions that are told."""

UNBUILT = 2
"""Of these, so many that are not in the plan."""

LEAST_SHARE = 0.01
"""Outlets and landfills below this share of all that is taken are no decision that matters."""


@dataclass(frozen=True)
class Reversal:
    """A decision the other way round. price: what that costs; instead: what is then decided otherwise."""

    choice: Choice
    taken: bool
    price: Interval
    answer: Answer
    instead: tuple[Message, ...] = ()

    @property
    def what(self) -> Message:
        """The reversal in words."""
        return self.choice.said("out" if self.taken else "in")


@dataclass(frozen=True)
class Weighty:
    """Decisions with the price of their reversal, and those without which there is no plan at all."""

    reversals: tuple[Reversal, ...]
    forced: tuple[Choice, ...]


def weighty_decisions(base: Base, most: int = MOST, limit_s: float | None = None) -> Weighty:
    """Decisions by the price of reversing them, the dearest first. limit_s: most seconds of a question."""
    taken = [choice for choice in investments(base.model) if choice.open_amount(base.model) > NEGLIGIBLE]
    others = [choice for choice in investments(base.model) if choice.amount(base.model) <= NEGLIGIBLE]
    cheapest = _ranked(base, others, limit_s)[: min(UNBUILT, most)]
    found = [reversed_(base, choice, False, limit_s) for choice in cheapest]
    forced: list[Choice] = []
    for choice in _ranked(base, [*taken, *_large(base)], limit_s)[::-1]:
        if len(found) >= most or len(found) + len(forced) >= 2 * most:
            break
        answer = reversed_(base, choice, True, limit_s)
        if answer.answer.proved_impossible:
            forced.append(choice)
        else:
            found.append(answer)
    found = [r for r in found if not r.answer.proved_impossible]
    found.sort(key=lambda r: (r.price.least, r.price.most), reverse=True)
    return Weighty(tuple(found), tuple(forced))


def _large(base: Base) -> Iterator[Choice]:
    """Ways out that take enough to matter."""
    amounts = {choice: choice.open_amount(base.model) for choice in ways(base.model, base.network)}
    whole = sum(amount for choice, amount in amounts.items() if choice.kind != "contract")
    yield from (choice for choice, amount in amounts.items() if amount > max(NEGLIGIBLE, LEAST_SHARE * whole))


def _ranked(base: Base, chosen: list[Choice], limit_s: float | None) -> list[Choice]:
    """By the price at the whole numbers of the plan, the cheapest first; what is impossible then last."""
    price = {choice: _at_the_whole_numbers(base, choice, limit_s) for choice in chosen}
    return sorted(chosen, key=lambda choice: price[choice])


def _at_the_whole_numbers(base: Base, choice: Choice, limit_s: float | None) -> float:
    """What a reversal costs while all else that is whole stays: at least as much as with whole numbers free."""
    with base.changed() as model:
        parts = choice.parts(model)
        if choice.amount(model) > NEGLIGIBLE:
            bar(model, parts)
        else:
            columns, at = parts[0]
            first = at[np.flatnonzero(columns.upper_bound[at] > NEGLIGIBLE)[0]]
            columns.lower_bound[first] = 1.0
        after = base.ask(model, "fixed", limit_s)
    if after.value_cny is None or base.answer.value_cny is None:
        return np.inf
    return base.answer.value_cny - after.value_cny


def reversed_(base: Base, choice: Choice, taken: bool, limit_s: float | None = None) -> Reversal:
    """A decision the other way round, whole numbers free."""
    before = units(base.model)
    with base.changed() as model:
        parts = choice.parts(model)
        if taken:
            bar(model, parts)
            answer = base.ask(model, "free", limit_s)
        else:
            with demanded(model, parts, least=1.0):
                answer = base.ask(model, "free", limit_s)
        instead = changed(before, units(model)) if answer.possible else ()
    own = choice.said("out" if taken else "in")
    kept = tuple(message for message in instead if message != own)
    return Reversal(choice, taken, cost_of(base.answer, answer), answer, kept)


# ---- in words ---------------------------------------------------------------------------------------------------


def explain_decisions(base: Base, most: int = MOST, limit_s: float | None = None) -> Explanation:
    """The decisions that matter as sentences and a table."""
    weighty = weighty_decisions(base, most, limit_s)
    found = list(weighty.reversals)
    heading = Message("choices.decisions", {"count": len(found)})
    lines = [
        Message("choices.reversal", {"what": r.what, "cost": cost_words(r.price, r.answer)}) for r in found
    ]
    if weighty.forced:
        lines.append(Message("choices.forced", {"what": tuple(c.said("name") for c in weighty.forced)}))
    better = [r.answer.value_cny for r in found if _is_better(base, r.answer)]
    if better:
        gain = max(value for value in better if value is not None) - (base.answer.value_cny or 0.0)
        lines.append(Message("choices.better_found", {"gain": Money(gain)}))
    return Explanation("decisions", heading, tuple(lines), {"decisions": _table(base, found)})


def _is_better(base: Base, answer: Answer) -> bool:
    value = base.answer.value_cny
    return (
        answer.value_cny is not None
        and value is not None
        and answer.value_cny > value + max(1.0, 1e-6 * abs(value))
    )


def _table(base: Base, found: list[Reversal]) -> pd.DataFrame:
    rows = [
        {
            "decision": r.choice.said("name"),
            "thing": r.choice.thing,
            "kind": r.choice.kind,
            "in_plan": r.taken,
            "amount": r.choice.amount(base.model),
            "reversal": r.what,
            "price_least_cny": r.price.least,
            "price_most_cny": r.price.most,
            "price": cost_words(r.price, r.answer),
            "resolved": r.price.resolved,
            "instead": Message("choices.listed", {"items": r.instead or (Message("choices.same_steps"),)}),
            "stopped": r.answer.stopped,
            "seconds": r.answer.seconds.get("solve", 0.0),
        }
        for r in found
    ]
    names = list(rows[0]) if rows else ["decision"]
    return pd.DataFrame(rows, columns=names)
