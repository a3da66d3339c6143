"""What rows must say together. This list is the table of contents: each check is one function that yields faults.

Each runs as far as the tables are whole: a check that would see faults where rows are merely missing is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from redmud_opt.case.checks import (
    arisings,
    borders,
    burdens,
    certificates,
    chemistry,
    contracts,
    counts,
    cycles,
    decisions,
    elements,
    evidence,
    law,
    limits,
    logic,
    markets,
    naming,
    pools,
    processes,
    products,
    references,
    refunds,
    transport,
    yards,
)
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.draft import Draft
from redmud_opt.case.faults import Fault

Check = Callable[[Facts], Iterator[Fault]]

PROCESS = "processes points feeds outputs inputs materials groups"
WAYS = f"{PROCESS} outlets storages lines facilities line_processes lanes haul sites"
COUNTED = "groups sites facilities lines lanes haul"

NAMES: tuple[Check, ...] = (
    naming.unique_names,
    naming.figures_are_no_clauses,
    naming.look_alikes,
    naming.forbidden_signs,
    naming.reserved_names,
    naming.unique_keys,
    references.resolved,
    references.groups_of_one_kind,
)
"""First of all: processes with rows whose names do not resolve are not judged further, so one slip is one fault."""

CHECKS: tuple[tuple[Check, str, str], ...] = (
    # check, tables whose columns must be readable, tables of which every row must be
    (references.points_exist, "", "points processes"),
    (references.parts_of_process, PROCESS, ""),
    (references.gate_outputs, PROCESS, ""),
    (evidence.evidence_resolves, "", ""),
    (evidence.ranges_hold, "", ""),
    (evidence.bounds_hold, "", ""),
    (evidence.evidence_has_source, "", ""),
    (evidence.numbers_have_evidence, "", "evidence"),
    (processes.shares_sum, PROCESS, ""),
    (processes.outputs_stated_once, PROCESS, ""),
    (processes.one_complement, PROCESS, ""),
    (processes.ambiguous_groups, "groups", ""),
    (processes.inputs_without_origin, "", ""),
    (elements.partitions_go_somewhere, "", ""),
    (elements.partitions_sum, f"{PROCESS} partitions", ""),
    (processes.mass_closes, f"{PROCESS} composition properties", ""),
    (processes.parts_of_feed, f"{PROCESS} composition properties", ""),
    (processes.feed_is_shared_out, f"{PROCESS} composition properties", ""),
    (processes.recovery_has_assay, f"{PROCESS} composition", ""),
    (cycles.creating_cycles, PROCESS, ""),
    (certificates.certificates_dated, "", "composition"),
    (certificates.means_have_samples, "", "composition"),
    (elements.elements_are_mass, "", "properties"),
    (chemistry.oxides_are_shares, "", ""),
    (chemistry.oxide_sums, "", ""),
    (chemistry.shares_of_mass, "", ""),
    (chemistry.parts_convert, "", "properties"),
    (chemistry.parts_within_wholes, "", "properties"),
    (chemistry.gates_not_diluted, f"{PROCESS} properties", ""),
    (markets.arisings_stated_once, "", ""),
    (arisings.relinings_in_horizon, "", "periods"),
    (arisings.options_say_what_they_do, "", ""),
    (arisings.switches_keep_the_class, "", "arisings relinings materials"),
    (arisings.options_can_be_in_force, "", "periods"),
    (markets.groups_or_plants, "sites", "sites"),
    (markets.least_below_most, "", ""),
    (markets.opens_before_closing, "", ""),
    (markets.months_exist, "", ""),
    (markets.tiers_in_order, "", "tiers"),
    (markets.tiers_have_an_end, "", "tiers outlets supplies"),
    (contracts.paths_are_whole, "groups", "periods price_paths groups"),
    (contracts.paths_have_prices, "groups", ""),
    (contracts.tiers_follow_paths, "groups", "periods price_paths tiers"),
    (contracts.contracts_are_whole, "", ""),
    (contracts.contracts_in_horizon, "", "periods"),
    (contracts.contracts_cover_one_kind, PROCESS, "outlets supplies lines line_processes contracts groups"),
    (contracts.tolling_of_lines, "", "contracts"),
    (markets.stock_before_horizon, "", "periods"),
    (markets.lanes_have_cost, "", "haul"),
    (markets.lots_fit_lanes, "", "periods calendars"),
    (markets.distances_once, "", ""),
    (markets.storages_take_something, "", ""),
    (pools.pools_are_taken_from, "", ""),
    (pools.pools_stand_alone, "", ""),
    (pools.pools_of_one_status, "groups", ""),
    (pools.pools_hold_tonnes, "groups", ""),
    (law.methods_stated, "", ""),
    (law.methods_known, "", "methods periods"),
    (law.methods_agree, "", ""),
    (law.arisings_are_wastes, "", ""),
    (law.stocks_have_class, "", ""),
    (law.wastes_are_not_bought, "", ""),
    (law.classes_are_wastes, "", ""),
    (law.products_earn_their_name, "", ""),
    (law.products_have_outlets, "groups", "outlets"),
    (law.products_not_discarded, "", "methods periods"),
    (products.products_not_treated, PROCESS, "methods periods"),
    (products.products_stay_products, PROCESS, ""),
    (products.products_not_paid_away, PROCESS, ""),
    (law.delistings_fit, PROCESS, "methods periods"),
    (law.arisings_have_a_way, "", WAYS),
    (borders.approvals_lead_somewhere, "", "approvals sites facilities storages outlets"),
    (borders.approvals_name_codes, "", "codes materials"),
    (borders.approvals_last, "", "permits requirements"),
    (
        borders.approvals_say_what_for,
        "groups",
        f"{PROCESS} methods periods outlets storages lines line_processes",
    ),
    (borders.neighbours_are_provinces, "", "provinces"),
    (borders.assessments_stated, "groups", "periods requirements outlets storages"),
    (borders.incompatible_with_others, "groups", "groups"),
    (burdens.factors_of_purchases, PROCESS, ""),
    (burdens.burdens_counted_once, "", ""),
    (burdens.avoided_once, f"{PROCESS} outlets", ""),
    (transport.modes_declared, "modes", "modes"),
    (transport.limits_by_mode, "modes lanes haul", "modes lanes haul"),
    (transport.accounts_named, "", ""),
    (transport.haulage_has_distance, "sites distances", "sites distances modes"),
    (transport.hauled_lots_fit, "", "periods"),
    (transport.handling_at_stations, "", ""),
    (limits.limits_have_value, "", ""),
    (limits.shares_of_measures, "", ""),
    (limits.limits_fit_places, "", ""),
    (limits.change_limits_bind, "", ""),
    (limits.end_stocks_bind, "", ""),
    (decisions.lines_have_capacity, "", ""),
    (decisions.uses_bind, COUNTED, "line_processes groups"),
    (decisions.dates_fit_decisions, "", ""),
    (decisions.steps_can_stand, "", "periods"),
    (decisions.lives_are_months, "", ""),
    (decisions.profiles_read, "", ""),
    (decisions.spend_profiles_sum, "tiers", "tiers"),
    (decisions.points_exclude_all, "", "line_processes"),
    (decisions.runs_in_a_row, "", "periods"),
    (decisions.sizes_fit, "", ""),
    (counts.counts_are_plain, "groups", ""),
    (counts.least_counts_bind, COUNTED, COUNTED),
    (counts.counted_lines_have_capacity, COUNTED, "groups"),
    (counts.steps_suffice, COUNTED, COUNTED),
    (logic.rules_are_whole, "groups", "groups"),
    (logic.rules_ask_for_something, "groups", "groups lanes lines"),
    (logic.rules_of_two, "groups", "groups"),
    (logic.no_prerequisite_loops, "groups", "groups"),
    (logic.rules_can_hold, "groups", "periods groups outlets lanes"),
    (logic.budgets_stated_once, "", "periods"),
    (logic.budgets_cover_committed, "", "periods groups facilities sites"),
    (yards.curves_rise, "", ""),
    (yards.airspace_stated_once, "yard_curves", ""),
    (yards.crests_on_curves, "yard_curves", "yard_curves"),
    (yards.freeboards_fit, "yard_curves", "yard_curves calendars"),
    (yards.rainy_calendars_are_whole, "calendars", ""),
    (yards.new_yards_are_whole, "yard_curves", "periods"),
    (yards.yards_close_once, "", ""),
    (yards.raises_go_up, "yard_curves storages", "yard_curves storages periods"),
    (yards.risks_fit, "", ""),
    (yards.deadlines_lie_ahead, "", "periods"),
    (refunds.refunds_have_products, "materials lines", "materials line_processes outputs lines groups"),
    (limits.targets_in_horizon, "", "periods"),
    (limits.targets_know_the_year, "", "periods year_to_date arisings relinings materials sites groups"),
    (limits.year_to_date_needed, "", "periods"),
    (limits.targets_are_whole, "", ""),
    (limits.ownership_is_whole, "", "ownership"),
)


def check(draft: Draft, *, without: frozenset[Check] = frozenset()) -> Iterator[Fault]:
    """Everything that is wrong with what the rows of a case say together; the checks in `without` are left out."""
    facts = Facts(draft)
    for names in NAMES:
        yield from names(facts)
    broken = draft.broken | {row.TABLE for row in facts.faulty if hasattr(row, "TABLE")}
    for function, framed, whole in CHECKS:
        if function in without:
            continue
        if not draft.frameless & set(framed.split()) and not broken & set(whole.split()):
            yield from function(facts)
