"""What a model shows to be idle: rows of a case that bind nothing, most likely by mistake."""

from __future__ import annotations

from pyomo.environ import ConcreteModel

from redmud_opt.i18n import Message
from redmud_opt.model.changes import silent_changes, unmeasured_changes
from redmud_opt.model.limits import silent_limits
from redmud_opt.model.targets import target_years, year_to_date
from redmud_opt.network import Network


def remarks(m: ConcreteModel, net: Network) -> tuple[Message, ...]:
    """Limits that measure nothing or wait for a baseline, and targets in years in which nothing of theirs arises."""
    changes = (*silent_changes(m, net), *unmeasured_changes(net))
    return (*silent_limits(m, net), *changes, *silent_targets(net))


def silent_targets(net: Network) -> list[Message]:
    """Targets whose rate has nothing to refer to: they hold whatever is done."""
    found = []
    for row in target_years(net):
        generated = sum(net.generated_t.get((origin, row.year), 0.0) for origin in row.origins)
        generated += sum(entry.generated_t for entry in year_to_date(net, row))
        if generated <= 0:
            values = {"target": row.target.name, "year": str(row.year)}
            found.append(Message("model.target_without_waste", values))
    return found
