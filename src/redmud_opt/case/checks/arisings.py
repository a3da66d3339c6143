"""What arises beside the plain rows: campaigns of relining, and options that change what arises."""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.months import months_after
from redmud_opt.case.steps import first_start
from redmud_opt.i18n import Message


def relinings_in_horizon(facts: Facts) -> Iterator[Fault]:
    """Some day of a campaign lies in the horizon."""
    begin, end = facts.case.periods[0].start, facts.case.periods[-1].end
    for row in facts.case.relinings:
        if row.starts < row.ends and (row.ends <= begin or row.starts >= end):
            column = "ends" if row.ends <= begin else "starts"
            yield facts.fault(row, column, "relining_outside", None, name=row.name, start=begin, end=end)


def options_say_what_they_do(facts: Facts) -> Iterator[Fault]:
    """A switch names what arises instead, an expansion what it earns; each states only what is about its kind."""
    for row in facts.case.reductions:
        kind = Message(f"case.kind_of_{row.effect}")
        if row.effect == "switch" and not row.becomes:
            yield facts.fault(row, "becomes", "switch_to_nothing", None, name=row.name)
        if row.effect != "switch":
            for column, idle in (("becomes", ""), ("factor_t_per_t", 1.0)):
                if getattr(row, column) != idle:
                    yield facts.fault(row, column, "option_says_nothing", None, name=row.name, kind=kind)
        if row.effect == "expansion":
            if row.margin_cny_per_t is None:
                yield facts.fault(row, "margin_cny_per_t", "expansion_without_margin", None, name=row.name)
            if row.cost_cny_per_t:
                remedy = Message("case.margin_is_net")
                yield facts.fault(
                    row, "cost_cny_per_t", "option_says_nothing", remedy, name=row.name, kind=kind
                )
        elif row.margin_cny_per_t is not None:
            yield facts.fault(row, "margin_cny_per_t", "option_says_nothing", None, name=row.name, kind=kind)


def switches_keep_the_class(facts: Facts) -> Iterator[Fault]:
    """What arises instead is another waste of the same class, so that it founds the same origin."""
    materials = {row.name: facts.materials.get(row.material) for row in facts.case.all_arisings}
    for row in facts.case.reductions:
        before, after = materials.get(row.arising), facts.materials.get(row.becomes)
        if before is None or after is None:
            continue
        if after is before:
            yield facts.fault(row, "becomes", "switch_to_itself", None, material=after.name)
        elif not facts.is_waste(after.name) or after.waste_class != before.waste_class:
            values = {"material": after.name, "arising": row.arising, "before": before.name}
            yield facts.fault(row, "becomes", "switch_of_class", None, **values)


def options_can_be_in_force(facts: Facts) -> Iterator[Fault]:
    """An option is in force no earlier than its lead time allows, and in time for the horizon."""
    begin, end = facts.case.periods[0].start, facts.case.periods[-1].end
    for row in facts.case.reductions:
        soonest = months_after(begin, row.lead_time_months or 0)
        if row.earliest is not None and row.earliest < soonest:
            values = {"earliest": row.earliest, "months": row.lead_time_months or 0, "begin": begin}
            remedy = Message("case.start_later", {"soonest": soonest})
            yield facts.fault(row, "earliest", "option_before_lead", remedy, **values)
        elif (start := first_start(facts.case, row)) >= end:
            remedy = Message("case.lengthen_or_switch_off")
            column = "earliest" if row.earliest is not None and row.earliest >= end else "lead_time_months"
            yield facts.fault(row, column, "never_in_force", remedy, name=row.name, start=start, end=end)
