"""Refunds of value-added tax: on a product that the facility makes, of a waste that the list names."""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean

GOODS = ("product", "commodity")


def refunds_have_products(facts: Facts) -> Iterator[Fault]:
    """The product is one, a process on a line of the facility makes it, and what is listed is a waste."""
    facility = {row.name: row.facility for row in facts.case.lines}
    runs: dict[str, set[str]] = {}
    for run in facts.case.line_processes:
        runs.setdefault(facility.get(run.line, ""), set()).add(run.process)
    for row in facts.case.vat_refunds:
        material = facts.materials.get(row.product)
        made = {o.material for process in runs.get(row.facility, ()) for o in facts.outputs.get(process, ())}
        goods = sorted(name for name in made & facts.materials.keys() if not facts.is_waste(name))
        if material is not None and material.legal_status not in GOODS:
            values = {"product": row.product, "status": material.legal_status}
            yield facts.fault(row, "product", "refund_of_waste", did_you_mean(row.product, goods), **values)
        elif row.product not in made:
            values = {"product": row.product, "facility": row.facility}
            yield facts.fault(row, "product", "refund_not_made", did_you_mean(row.product, goods), **values)
        if row.waste and not facts.wastes(row.waste):
            yield facts.fault(row, "waste", "refund_without_waste", waste=row.waste)
