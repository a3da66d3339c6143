"""One plan's investments in another world: what they are worth there, and the regret.

    found = regret(base, other_case)
    regret = best value of the other case − its best value with the investments of the plan ≥ 0        [CNY]

Investments are everything decided in whole numbers that lasts (`choices.INVESTMENTS`) and the sizes of lines; all
else is planned anew. Of what the other case does not have or allow, the nearest that it allows is kept, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.i18n import Message, Money
from redmud_opt.study.asking import Answer, Base, Interval, as_it_was, cost_of
from redmud_opt.study.choices import changed, cost_words, units
from redmud_opt.study.explanation import Explanation
from redmud_opt.study.pins import freeze_builds


@dataclass(frozen=True)
class Regret:
    """The other case planned freely and with the investments kept. missed: how many could not be kept."""

    free: Answer
    kept: Answer
    regret: Interval
    missed: int
    instead: tuple[Message, ...]


def regret(base: Base, case: Case, limit_s: float | None = None) -> Regret:
    """What a plan's investments cost in another case. limit_s: most seconds of each of the two solves."""
    free = base.ask_case(case, "free", limit_s, levels=False)
    if free.model is None or free.network is None or free.value_cny is None:
        return Regret(free, free, cost_of(free, free), 0, ())
    decided = units(free.model)
    with as_it_was(free.model):
        missed = freeze_builds(base, free.model)
        kept = base.ask(free.model, "free", limit_s, network=free.network)
    return Regret(free, kept, cost_of(free, kept), missed, changed(units(base.model), decided))


def explain_regret(base: Base, name: str, case: Case, limit_s: float | None = None) -> Explanation:
    """As sentences and a table."""
    found = regret(base, case, limit_s)
    heading = Message("choices.regret", {"case": name})
    if found.free.value_cny is None:
        stopped = Message(f"choices.stopped_{found.free.stopped}")
        return Explanation(
            "regret", heading, (Message("choices.no_plan_there", {"case": name, "stopped": stopped}),)
        )
    lines = [Message("choices.free_there", {"value": Money(found.free.value_cny)})]
    if found.kept.value_cny is not None:
        lines.append(Message("choices.kept_there", {"value": Money(found.kept.value_cny)}))
    lines.append(Message("choices.regret_is", {"cost": cost_words(found.regret, found.kept)}))
    if found.missed:
        lines.append(Message("choices.not_kept", {"count": found.missed}))
    if found.instead:
        lines.append(Message("choices.decided_there", {"items": found.instead}))
    return Explanation("regret", heading, tuple(lines), {"regret": _table(found)})


def _table(found: Regret) -> pd.DataFrame:
    rows = [("free", found.free), ("kept", found.kept)]
    table = pd.DataFrame(
        [
            {
                "plan": Message(f"choices.plan_{name}"),
                "value_cny": answer.value_cny,
                "bound_cny": answer.bound_cny,
                "stopped": answer.stopped,
                "seconds": answer.seconds.get("solve", 0.0),
            }
            for name, answer in rows
        ]
    )
    table["regret_least_cny"], table["regret_most_cny"] = found.regret.least, found.regret.most
    return table
