"""What rows must say together. This list is the table of contents: each check is one function that yields faults.

A check runs if the tables it looks at could be read whole; names are checked in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from redmud_opt.case.case import TABLES
from redmud_opt.case.checks import (
    chemistry,
    cycles,
    evidence,
    law,
    limits,
    markets,
    naming,
    processes,
    references,
)
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.draft import Draft
from redmud_opt.case.faults import Fault

Check = Callable[[Facts], Iterator[Fault]]

_PROCESS = "processes points feeds outputs inputs materials groups"
_WASTE = "materials groups feeds processes outputs"
NAMES: tuple[tuple[Check, str], ...] = (
    (naming.unique_names, ""),
    (naming.look_alikes, ""),
    (naming.forbidden_signs, ""),
    (naming.reserved_names, "periods groups"),
    (naming.unique_keys, ""),
    (references.resolved, ""),
    (references.groups_of_one_kind, "groups periods"),
    (references.points_exist, "points processes"),
    (references.parts_of_process, "feeds outputs groups processes"),
    (references.gate_outputs, "gates outputs groups processes"),
)
"""First: tables whose names do not resolve are not looked at further, so that one slip is one fault."""

CHECKS: tuple[tuple[Check, str], ...] = (
    (evidence.evidence_resolves, ""),
    (evidence.ranges_hold, ""),
    (evidence.bounds_hold, ""),
    (evidence.evidence_has_source, ""),
    (processes.shares_sum, "processes points feeds groups"),
    (processes.outputs_stated_once, "processes feeds outputs"),
    (processes.one_complement, _PROCESS),
    (processes.ambiguous_groups, "groups"),
    (processes.inputs_without_origin, "materials inputs"),
    (processes.partitions_sum, f"{_PROCESS} partitions"),
    (processes.mass_closes, f"{_PROCESS} composition properties"),
    (processes.parts_of_feed, f"{_PROCESS} composition properties"),
    (processes.recovery_has_assay, f"{_PROCESS} composition"),
    (cycles.creating_cycles, _PROCESS),
    (chemistry.oxides_are_shares, "properties"),
    (chemistry.oxide_sums, "properties composition"),
    (chemistry.shares_of_mass, "properties composition"),
    (markets.arisings_stated_once, ""),
    (markets.least_below_most, ""),
    (markets.opens_before_closing, ""),
    (markets.months_exist, ""),
    (markets.tiers_in_order, "tiers"),
    (markets.tiers_convex, "tiers outlets supplies"),
    (markets.stock_before_horizon, "periods"),
    (markets.lanes_have_cost, "lanes haul"),
    (markets.distances_once, ""),
    (markets.final_or_retrievable, "materials groups"),
    (law.methods_stated, f"{_WASTE} outlets storages"),
    (law.methods_known, "methods periods"),
    (law.methods_agree, ""),
    (law.arisings_are_wastes, "materials"),
    (law.stocks_have_class, "materials"),
    (law.classes_are_wastes, ""),
    (law.products_earn_their_name, f"{_WASTE} outlets"),
    (law.products_not_discarded, f"{_WASTE} outlets storages methods periods"),
    (law.delistings_fit, "outputs processes"),
    (law.arisings_have_a_way, f"{_WASTE} outlets storages lines facilities line_processes lanes haul sites"),
    (limits.limits_have_value, ""),
    (limits.shares_of_measures, "limits"),
    (limits.limits_fit_places, ""),
    (limits.targets_in_horizon, "periods"),
    (limits.targets_know_the_year, "periods year_to_date arisings materials sites groups"),
    (limits.year_to_date_needed, "periods"),
    (limits.targets_are_whole, ""),
    (limits.ownership_sums, ""),
)


def check(draft: Draft) -> Iterator[Fault]:
    """Everything that is wrong with what the rows of a case say together."""
    facts = Facts(draft)
    broken = set(draft.broken)
    files = {table: {row.place.file for row in draft.rows(table)} for table in TABLES}
    for checks in (NAMES, CHECKS):
        found = [
            fault
            for function, needs in checks
            if not broken & set(needs.split())
            for fault in function(facts)
        ]
        yield from found
        broken |= {table for table in TABLES if any(_lies_in(fault, table, files[table]) for fault in found)}


def _lies_in(fault: Fault, table: str, files: set[str]) -> bool:
    """Whether a fault may lie in a table: in a file that holds rows of it."""
    return fault.file in files or fault.file.endswith(f"{table}.csv")
