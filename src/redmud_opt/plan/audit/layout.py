"""How the columns of a plan's frames are read: the contract of a plan, as understood here."""

from __future__ import annotations

from typing import Any

from redmud_opt.plan.audit import rows

LAYOUT: dict[str, tuple[type[Any], str, int]] = {
    "periods": (rows.Dated, "period:period start:text end:text", 1),
    "arisings": (rows.Arose, "arising:arising site:site stream:stream period:period arising_t:number", 4),
    "reductions": (
        rows.Reduced,
        "option:option period:period kind:text arising:arising site:site decided:period? in_force:number "
        "avoided_t:number changed_t:number added_t:number cost_cny:rate margin_cny:rate capex_cny:number",
        2,
    ),
    "flows": (
        rows.Flow,
        "lane:text mode:text from_site:site to_site:site stream:stream period:period "
        "flow_t:number wet_t:number",
        6,
    ),
    "feeds": (
        rows.Fed,
        "line:line process:process point:text stream:stream? period:period feed_t:number",
        5,
    ),
    "made": (rows.Made, "site:site process:process stream:stream period:period made_t:number", 4),
    "purchases": (rows.Bought, "supply:supply site:site stream:stream period:period bought:number", 4),
    "sales": (rows.Sold, "outlet:outlet site:site stream:stream period:period sold:number", 4),
    "stocks": (
        rows.Kept,
        "storage:storage site:site stream:stream period:period "
        "put_t:number reclaimed_t:number stock_t:number",
        4,
    ),
    "pools": (
        rows.Mixed,
        "storage:storage lineage:text period:period content_t:number reclaimed_t:number share:number",
        3,
    ),
    "placements": (rows.Placed, "storage:storage site:site stream:stream period:period placed_t:number", 4),
    "tiers": (rows.Step, "item:item window:window step:year amount:number", 3),
    "shortfalls": (
        rows.Short,
        "target:target year:year short_t:number price_cny_per_t:number penalty_cny:number",
        2,
    ),
    "excess": (
        rows.Over,
        "storage:storage waste_class:text kind:text excess_t:number charge_cny_per_t:rate",
        3,
    ),
    "value_terms": (rows.Term, "term:text year:year value_cny:number", 2),
    "totals": (rows.Total, "total:text origin:text cohort:text year:year amount:number", 4),
    "rates": (
        rows.Rate,
        "waste_class:text plant:text year:year generated_t:number "
        "utilised_new_t:number utilised_legacy_t:number "
        "gross_new_t:number gross_legacy_t:number rate_new:rate rate_stat:rate rate_gross:rate "
        "rate_new_proportional:rate? rate_stat_proportional:rate? rate_gross_proportional:rate?",
        3,
    ),
    "targets": (
        rows.Asked,
        "target:target waste_class:text scope:text year:year rate:text iron:text hard:text at_least:number "
        "reached:rate verdict:text asked_t:number reached_t:number short_t:number reached_proportional:rate?",
        4,
    ),
    "statistical_form": (
        rows.Reported,
        "level:text scope:text year:year waste_class:text code:text basis:text generated_t:number "
        "carried_in_t:number used_t:number used_past_t:number disposed_t:number disposed_past_t:number "
        "handed_out_t:number handed_out_past_t:number stored_t:number discarded_t:number stock_t:number "
        "residual_t:number",
        6,
    ),
    "identity": (
        rows.Identity,
        "origin:text year:year opening_t:number generated_t:number received_t:number utilised_t:number "
        "placed_t:number reduced_t:number handed_to_disposal_t:number handed_out_t:number closing_t:number "
        "residual_t:number",
        2,
    ),
    "fates": (rows.Gone, "origin:text cohort:text year:year fate:text at:text amount_t:number", 5),
    "traced": (
        rows.Traced,
        "site:site material:material waste_class:text given:text fate:text at:text origin_t:number",
        6,
    ),
    "cost_to_serve": (
        rows.Served,
        "site:text material:text waste_class:text given:text fate:text at:text term:text year:year value_cny:number",
        8,
    ),
    "paths": (
        rows.Path,
        "site:site material:material waste_class:text given:text path:text fate:text at:text "
        "origin_t:number cny_per_t:number",
        7,
    ),
    "annual": (rows.Annual, "term:text year:year of_year:number value_cny:number", 2),
    "builds": (rows.Built, "line:line period:period start:text units:number size:number capex_cny:rate", 2),
    "closings": (rows.Closed, "line:line decided:period? period:period units:number", 3),
    "running": (rows.Ran, "line:line period:period on:number? run_h:number?", 2),
    "openings": (rows.Opened, "lane:text period:period", 2),
    "used": (rows.Used, "kind:text item:text period:period", 3),
    "spending": (rows.Spent, "line:spender year:year capex_cny:number", 2),
    "budgets": (rows.Allowed, "budget:text window:text amount_cny:number spent_cny:number", 1),
    "yards": (
        rows.YardState,
        "storage:storage period:period held_t:number filled_t:number volume_m3:number? airspace_m3:number? "
        "kept_free_m3:number? filled_share:number? free_t:number? risk:number?",
        2,
    ),
    "yard_events": (
        rows.YardEvent,
        "storage:storage kind:text item:text period:period start:text cost_cny:number",
        4,
    ),
    "yard_ends": (rows.YardEnd, "storage:storage full_year:number? left_m3:number? left_t:number?", 1),
    "refunds": (rows.Refund, "facility:facility product:material year:year refund_cny:number", 3),
    "take_or_pay": (
        rows.Owed,
        "contract:text year:year take:number taken:number made_up:number short:number "
        "penalty_cny:number credit_cny:number",
        2,
    ),
    "services": (
        rows.Service,
        "facility:facility year:year payer:text owner:text share:number fed_t:number service_cny:number",
        4,
    ),
    "elements": (
        rows.Content,
        "property:property site:site year:year side:text entry:text at:text content_t:number unknown_t:number",
        6,
    ),
    "process_elements": (
        rows.OfProcess,
        "property:property site:site process:process point:text stream:stream? year:year in_t:number "
        "out_t:number gas_t:number loss_t:number unaccounted_t:number unknown_in_t:number unknown_out_t:number",
        6,
    ),
    "composition": (
        rows.Composed,
        "kind:text at:text process:text point:text stream:stream? period:period? property:property "
        "mean:number? sigma:number? amount_t:number",
        7,
    ),
    "gate_margins": (
        rows.Margin,
        "gate:text at:text line:text point:text stream:stream? period:period property:property sense:text "
        "mean:number margin:number limit:number slack:number",
        6,
    ),
    "accounts": (
        rows.Account,
        "account:text scope:text site:site item:text carrier:text period:period year:year amount:number",
        6,
    ),
    "energy": (
        rows.Energy,
        "site:site process:process carrier:material period:period year:year amount:number energy_kgce:number?",
        4,
    ),
    "ages": (
        rows.Aged,
        "storage:storage stream:stream period:period stock_t:number age_days:number? days_left:number? "
        "overrun_t:number charge_cny:number",
        3,
    ),
    "clock_overruns": (rows.Overrun, "role:text lineage:text period:period overrun_t:number", 3),
    "status": (
        rows.Standing,
        "lineage:text material:material status:text code:text hazard:text why:text because_of:text clause:text",
        1,
    ),
    "permits": (
        rows.UnderPermit,
        "permit:text receiver:text code:text sender:text year:year allowed_t:number used_t:number left_t:number",
        5,
    ),
    "transport": (
        rows.Transport,
        "mode:text year:year clean:text flow_t:number wet_t:number t_km:number? co2e_t:number cost_cny:number "
        "clean_share:number?",
        2,
    ),
    "movements": (
        rows.Moved,
        "kind:text of:text document:text from_province:text to_province:text site:site lineage:text "
        "period:period moved_t:number document_t:number",
        8,
    ),
    "border_documents": (
        rows.Document,
        "document:text kind:text from_province:text to_province:text receiver:text code:text valid_from:text "
        "valid_to:text allowed_t:number used_t:number left_t:number to_be_filed_t:number",
        5,
    ),
    "separate_loads": (
        rows.Load,
        "lane:text first:text second:text period:period first_t:number second_t:number",
        4,
    ),
    "readiness": (
        rows.Ready,
        "indicator:text at:text item:text period:text year:year value:number? unit:text numerator:number "
        "denominator:number? watch:number? alarm:number? state:text action:text",
        5,
    ),
    "scorecard": (
        rows.Score,
        "indicator:text waste_class:text at:text year:year value:number? unit:text numerator:number "
        "denominator:number? asked:number? gap:number? trend:number? own:text",
        4,
    ),
    "scorecard_rows": (
        rows.ScorePart,
        "indicator:text waste_class:text at:text year:year part:text table:text item:text amount:number",
        7,
    ),
    "ledger": (
        rows.Entry,
        "number:year lot:text material:material stream:stream code:text hazard:text event:text period:period "
        "first_day:text last_day:text from_site:text to_site:text lane:text mode:text at:text process:text "
        "method:text meaning:text permit:text approval:text exemption:text certificate:text dry_t:number "
        "as_received_t:number parents:text residues:text",
        1,
    ),
    "ledger_lots": (
        rows.LotEnd,
        "lot:text material:material code:text hazard:text given:text site:site since:text arisen_t:number "
        "arisen_as_received_t:number used_t:number disposed_t:number pretreated_t:number delivered_t:number "
        "placed_t:number delisted_t:number stock_t:number remainder_t:rate residue_t:number parents:text "
        "residues:text",
        1,
    ),
}
"""Frame → row class, `column:kind` of each field in order, number of leading columns that are its key."""

SIGNED = (
    *("value_terms", "totals", "rates", "targets", "identity", "fates", "cost_to_serve", "paths", "annual"),
    *("statistical_form", "ages"),
    *("elements", "process_elements", "composition", "gate_margins", "accounts", "energy", "transport"),
    *("readiness", "scorecard", "scorecard_rows"),
)
"""Frames whose numbers may be negative."""

OPTIONAL = (
    *(
        "periods",
        "fates",
        "targets",
        "builds",
        "closings",
        "running",
        "openings",
        "used",
        "refunds",
        "spending",
        "budgets",
    ),
    *("yards", "yard_events", "yard_ends", "take_or_pay", "services", "reductions", "pools"),
    *("traced", "cost_to_serve", "paths", "annual", "ages", "clock_overruns", "statistical_form"),
    *("elements", "process_elements", "composition", "gate_margins", "accounts", "energy", "transport"),
    *("movements", "border_documents", "separate_loads", "status", "permits"),
    *("readiness", "scorecard", "scorecard_rows"),
    *("ledger", "ledger_lots"),
)
"""Frames that older plans lack: what is derived is not checked then, nothing was decided by the others."""
