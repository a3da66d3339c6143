"""A network met again for a case that differs only in amounts that it does not hold.

What a budget, a limit, a target, a permit or an approval allows is written into rows of the model; places, lanes,
lineages, bounds and dates are the same whatever it is. A test changes each of these numbers and compares the compiled
model with the one derived from nothing.
"""

from __future__ import annotations

from dataclasses import fields, replace

from redmud_opt.case import Case
from redmud_opt.network.network import Network

AMOUNTS = {
    "budgets": "amount_cny",
    "limits": "value",
    "targets": "at_least",
    "permits": "amount_t_per_a",
    "approvals": "amount_t",
}
"""Table → its number that only rows of the model hold."""


def with_amounts(network: Network, case: Case) -> Network | None:
    """The network for a case with other such amounts, its findings left out; None where anything else differs."""
    for part in fields(case):
        before, after = getattr(network.case, part.name), getattr(case, part.name)
        if before is not after and not _alike(part.name, before, after):
            return None
    return replace(network, case=case, findings=())


def _alike(table: str, before: object, after: object) -> bool:
    column = AMOUNTS.get(table)
    if column is None or not isinstance(before, tuple) or not isinstance(after, tuple):
        return before == after
    return len(before) == len(after) and all(
        one is two
        or (
            # nothing at all is not the same as little: of an amount of 0 a row may be left out
            bool(getattr(one, column)) == bool(getattr(two, column))
            and replace(one, **{column: 1.0}) == replace(two, **{column: 1.0})
        )
        for one, two in zip(before, after, strict=True)
    )
