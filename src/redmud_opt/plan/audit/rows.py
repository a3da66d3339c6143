"""The rows of a plan's frames, and how columns are read: the contract of a plan, as understood here.

Solid masses are dry tonnes, other materials their own unit; `t` is the number of the period, in order of
time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from redmud_opt.plan.audit.streams import Stream


class Arose(NamedTuple):
    """A row of `arisings`."""

    arising: str
    site: str
    stream: Stream
    t: int
    amount: float


class Reduced(NamedTuple):
    """A row of `reductions`; `decided` is None for an option without a decision."""

    option: str
    t: int
    kind: str
    arising: str
    site: str
    decided: int | None
    in_force: float
    avoided: float
    changed: float
    added: float
    cost: float
    margin: float
    capex: float


class Flow(NamedTuple):
    """A row of `flows`."""

    lane: str
    mode: str
    from_site: str
    to_site: str
    stream: Stream
    t: int
    amount: float
    wet: float


class Fed(NamedTuple):
    """A row of `feeds`; the stream of a recipe is None."""

    line: str
    process: str
    point: str
    stream: Stream | None
    t: int
    amount: float


class Made(NamedTuple):
    """A row of `made`."""

    site: str
    process: str
    stream: Stream
    t: int
    amount: float


class Bought(NamedTuple):
    """A row of `purchases`."""

    supply: str
    site: str
    stream: Stream
    t: int
    amount: float


class Sold(NamedTuple):
    """A row of `sales`."""

    outlet: str
    site: str
    stream: Stream
    t: int
    amount: float


class Kept(NamedTuple):
    """A row of `stocks`."""

    storage: str
    site: str
    stream: Stream
    t: int
    put: float
    reclaimed: float
    stock: float


class Mixed(NamedTuple):
    """A row of `pools`; a lineage is text as it stands there."""

    storage: str
    lineage: str
    t: int
    content: float
    reclaimed: float
    share: float


class Placed(NamedTuple):
    """A row of `placements`."""

    storage: str
    site: str
    stream: Stream
    t: int
    amount: float


class Step(NamedTuple):
    """A row of `tiers`."""

    item: str
    window: str
    step: int
    amount: float


class Short(NamedTuple):
    """A row of `shortfalls`."""

    target: str
    year: int
    short: float
    price: float
    penalty: float


class Over(NamedTuple):
    """A row of `excess`."""

    storage: str
    waste_class: str
    kind: str
    excess: float
    charge: float


class Term(NamedTuple):
    """A row of `value_terms`."""

    term: str
    year: int
    value: float


class Aged(NamedTuple):
    """A row of `ages`."""

    storage: str
    stream: Stream
    t: int
    stock: float
    age_days: float
    days_left: float
    overrun: float
    charge: float


class Overrun(NamedTuple):
    """A row of `clock_overruns`."""

    role: str
    lineage: str
    t: int
    overrun: float


class Total(NamedTuple):
    """A row of `totals`."""

    total: str
    origin: str
    cohort: str
    year: int
    amount: float


class Rate(NamedTuple):
    """A row of `rates`."""

    waste_class: str
    plant: str
    year: int
    generated: float
    new: float
    legacy: float
    gross_new: float
    gross_legacy: float
    rate_new: float
    rate_stat: float
    rate_gross: float
    rate_new_proportional: float
    rate_stat_proportional: float
    rate_gross_proportional: float


class Asked(NamedTuple):
    """A row of `targets`."""

    target: str
    waste_class: str
    scope: str
    year: int
    rate: str
    iron: str
    hard: str
    at_least: float
    reached: float
    verdict: str
    asked: float
    reached_t: float
    short: float
    reached_proportional: float


class Reported(NamedTuple):
    """A row of `statistical_form`."""

    level: str
    scope: str
    year: int
    waste_class: str
    code: str
    basis: str
    generated: float
    carried_in: float
    used: float
    used_past: float
    disposed: float
    disposed_past: float
    handed_out: float
    handed_out_past: float
    stored: float
    discarded: float
    stock: float
    residual: float


class Identity(NamedTuple):
    """A row of `identity`."""

    origin: str
    year: int
    opening: float
    generated: float
    received: float
    utilised: float
    placed: float
    reduced: float
    handed_to_disposal: float
    handed_out: float
    closing: float
    residual: float


class Gone(NamedTuple):
    """A row of `fates`."""

    origin: str
    cohort: str
    year: int
    fate: str
    place: str
    amount: float


class Traced(NamedTuple):
    """A row of `traced`."""

    site: str
    material: str
    waste_class: str
    given: str
    fate: str
    place: str
    amount: float


class Served(NamedTuple):
    """A row of `cost_to_serve`; site and material are blank in what is not attributed."""

    site: str
    material: str
    waste_class: str
    given: str
    fate: str
    place: str
    term: str
    year: int
    value: float


class Path(NamedTuple):
    """A row of `paths`."""

    site: str
    material: str
    waste_class: str
    given: str
    path: str
    fate: str
    place: str
    amount: float
    cost: float


class Annual(NamedTuple):
    """A row of `annual`."""

    term: str
    year: int
    of_year: float
    value: float


class Built(NamedTuple):
    """A row of `builds`; `start` is text as it stands there."""

    line: str
    t: int
    start: str
    units: float
    size: float
    capex: float


class Closed(NamedTuple):
    """A row of `closings`; `decided` is None for a line that stood."""

    line: str
    decided: int | None
    t: int
    units: float


class Ran(NamedTuple):
    """A row of `running`; NaN where the line has no units that are on, or no hours."""

    line: str
    t: int
    on: float
    hours: float


class Opened(NamedTuple):
    """A row of `openings`."""

    lane: str
    t: int


class Used(NamedTuple):
    """A row of `used`."""

    kind: str
    item: str
    t: int


class Spent(NamedTuple):
    """A row of `spending`; `line` may be an option on what arises."""

    line: str
    year: int
    capex: float


class Allowed(NamedTuple):
    """A row of `budgets`."""

    budget: str
    window: str
    amount: float
    spent: float


class Refund(NamedTuple):
    """A row of `refunds`."""

    facility: str
    product: str
    year: int
    refund: float


class YardEvent(NamedTuple):
    """A row of `yard_events`; `start` is text as it stands there."""

    storage: str
    kind: str
    item: str
    t: int
    start: str
    cost: float


class YardState(NamedTuple):
    """A row of `yards`; NaN where nothing limits or scores a yard."""

    storage: str
    t: int
    held_t: float
    filled_t: float
    volume_m3: float
    airspace_m3: float
    kept_free_m3: float
    filled_share: float
    free_t: float
    risk: float


class YardEnd(NamedTuple):
    """A row of `yard_ends`; NaN where it is never full, or nothing limits it."""

    storage: str
    full_year: float
    left_m3: float
    left_t: float


class Dated(NamedTuple):
    """A row of `periods`; days are text as they stand there."""

    t: int
    start: str
    end: str


class Owed(NamedTuple):
    """A row of `take_or_pay`, in the unit and basis of the contract's items."""

    contract: str
    year: int
    take: float
    taken: float
    made_up: float
    short: float
    penalty: float
    credit: float


class Service(NamedTuple):
    """A row of `services`."""

    facility: str
    year: int
    payer: str
    owner: str
    share: float
    fed: float
    service: float


class Content(NamedTuple):
    """A row of `elements`."""

    property: str
    site: str
    year: int
    side: str
    entry: str
    at: str
    content: float
    unknown: float


class OfProcess(NamedTuple):
    """A row of `process_elements`; the stream of a recipe is None."""

    property: str
    site: str
    process: str
    point: str
    stream: Stream | None
    year: int
    comes: float
    goes: float
    gas: float
    loss: float
    unaccounted: float
    unknown_in: float
    unknown_out: float


class Composed(NamedTuple):
    """A row of `composition`; NaN where nobody states a value."""

    kind: str
    at: str
    process: str
    point: str
    stream: Stream | None
    t: int | None
    property: str
    mean: float
    sigma: float
    amount: float


class Margin(NamedTuple):
    """A row of `gate_margins`."""

    gate: str
    at: str
    line: str
    point: str
    stream: Stream | None
    t: int
    property: str
    sense: str
    mean: float
    margin: float
    limit: float
    slack: float


class Account(NamedTuple):
    """A row of `accounts`."""

    account: str
    scope: str
    site: str
    item: str
    carrier: str
    t: int
    year: int
    amount: float


class Energy(NamedTuple):
    """A row of `energy`; NaN where the carrier has no energy factor."""

    site: str
    process: str
    carrier: str
    t: int
    year: int
    amount: float
    kgce: float


class Transport(NamedTuple):
    """A row of `transport`; NaN where lengths are not known, or no mode is declared."""

    mode: str
    year: int
    clean: str
    flow: float
    wet: float
    t_km: float
    co2e: float
    cost: float
    clean_share: float


class Moved(NamedTuple):
    """A row of `movements`; the document is blank where something is still to be filed."""

    kind: str
    of: str
    document: str
    from_province: str
    to_province: str
    site: str
    lineage: str
    t: int
    amount: float
    of_document: float


class Document(NamedTuple):
    """A row of `border_documents`; days are text as they stand there."""

    document: str
    kind: str
    from_province: str
    to_province: str
    receiver: str
    code: str
    valid_from: str
    valid_to: str
    allowed: float
    used: float
    left: float
    to_be_filed: float


class Load(NamedTuple):
    """A row of `separate_loads`."""

    lane: str
    first: str
    second: str
    t: int
    first_t: float
    second_t: float


class Standing(NamedTuple):
    """A row of `status`."""

    lineage: str
    material: str
    status: str
    code: str
    hazard: str
    why: str
    because_of: str
    clause: str


class UnderPermit(NamedTuple):
    """A row of `permits`."""

    permit: str
    receiver: str
    code: str
    sender: str
    year: int
    allowed: float
    used: float
    left: float


class Score(NamedTuple):
    """A row of `scorecard`; NaN where there is nothing to divide by, no target, no year before."""

    indicator: str
    waste_class: str
    at: str
    year: int
    value: float
    unit: str
    numerator: float
    denominator: float
    asked: float
    gap: float
    trend: float
    own: str


class ScorePart(NamedTuple):
    """A row of `scorecard_rows`."""

    indicator: str
    waste_class: str
    at: str
    year: int
    part: str
    table: str
    item: str
    amount: float


class Ready(NamedTuple):
    """A row of `readiness`; NaN as denominator: an amount."""

    indicator: str
    at: str
    item: str
    period: str
    year: int
    value: float
    unit: str
    numerator: float
    denominator: float
    watch: float
    alarm: float
    state: str
    action: str


class Entry(NamedTuple):
    """A row of `ledger`; `parents` and `residues` are names as they stand there."""

    number: int
    lot: str
    material: str
    stream: Stream
    code: str
    hazard: str
    event: str
    t: int
    first_day: str
    last_day: str
    from_site: str
    to_site: str
    lane: str
    mode: str
    at: str
    process: str
    method: str
    meaning: str
    permit: str
    approval: str
    exemption: str
    certificate: str
    dry: float
    as_received: float
    parents: str
    residues: str


class LotEnd(NamedTuple):
    """A row of `ledger_lots`."""

    lot: str
    material: str
    code: str
    hazard: str
    given: str
    site: str
    since: str
    arisen: float
    as_received: float
    used: float
    disposed: float
    pretreated: float
    delivered: float
    placed: float
    delisted: float
    stock: float
    remainder: float
    residue: float
    parents: str
    residues: str


LAYOUT: dict[str, tuple[type[Any], str, int]] = {
    "periods": (Dated, "period:period start:text end:text", 1),
    "arisings": (Arose, "arising:arising site:site stream:stream period:period arising_t:number", 4),
    "reductions": (
        Reduced,
        "option:option period:period kind:text arising:arising site:site decided:period? in_force:number "
        "avoided_t:number changed_t:number added_t:number cost_cny:rate margin_cny:rate capex_cny:number",
        2,
    ),
    "flows": (
        Flow,
        "lane:text mode:text from_site:site to_site:site stream:stream period:period "
        "flow_t:number wet_t:number",
        6,
    ),
    "feeds": (
        Fed,
        "line:line process:process point:text stream:stream? period:period feed_t:number",
        5,
    ),
    "made": (Made, "site:site process:process stream:stream period:period made_t:number", 4),
    "purchases": (Bought, "supply:supply site:site stream:stream period:period bought:number", 4),
    "sales": (Sold, "outlet:outlet site:site stream:stream period:period sold:number", 4),
    "stocks": (
        Kept,
        "storage:storage site:site stream:stream period:period "
        "put_t:number reclaimed_t:number stock_t:number",
        4,
    ),
    "pools": (
        Mixed,
        "storage:storage lineage:text period:period content_t:number reclaimed_t:number share:number",
        3,
    ),
    "placements": (Placed, "storage:storage site:site stream:stream period:period placed_t:number", 4),
    "tiers": (Step, "item:item window:window step:year amount:number", 3),
    "shortfalls": (
        Short,
        "target:target year:year short_t:number price_cny_per_t:number penalty_cny:number",
        2,
    ),
    "excess": (Over, "storage:storage waste_class:text kind:text excess_t:number charge_cny_per_t:rate", 3),
    "value_terms": (Term, "term:text year:year value_cny:number", 2),
    "totals": (Total, "total:text origin:text cohort:text year:year amount:number", 4),
    "rates": (
        Rate,
        "waste_class:text plant:text year:year generated_t:number "
        "utilised_new_t:number utilised_legacy_t:number "
        "gross_new_t:number gross_legacy_t:number rate_new:rate rate_stat:rate rate_gross:rate "
        "rate_new_proportional:rate? rate_stat_proportional:rate? rate_gross_proportional:rate?",
        3,
    ),
    "targets": (
        Asked,
        "target:target waste_class:text scope:text year:year rate:text iron:text hard:text at_least:number "
        "reached:rate verdict:text asked_t:number reached_t:number short_t:number reached_proportional:rate?",
        4,
    ),
    "statistical_form": (
        Reported,
        "level:text scope:text year:year waste_class:text code:text basis:text generated_t:number "
        "carried_in_t:number used_t:number used_past_t:number disposed_t:number disposed_past_t:number "
        "handed_out_t:number handed_out_past_t:number stored_t:number discarded_t:number stock_t:number "
        "residual_t:number",
        6,
    ),
    "identity": (
        Identity,
        "origin:text year:year opening_t:number generated_t:number received_t:number utilised_t:number "
        "placed_t:number reduced_t:number handed_to_disposal_t:number handed_out_t:number closing_t:number "
        "residual_t:number",
        2,
    ),
    "fates": (Gone, "origin:text cohort:text year:year fate:text at:text amount_t:number", 5),
    "traced": (
        Traced,
        "site:site material:material waste_class:text given:text fate:text at:text origin_t:number",
        6,
    ),
    "cost_to_serve": (
        Served,
        "site:text material:text waste_class:text given:text fate:text at:text term:text year:year value_cny:number",
        8,
    ),
    "paths": (
        Path,
        "site:site material:material waste_class:text given:text path:text fate:text at:text "
        "origin_t:number cny_per_t:number",
        7,
    ),
    "annual": (Annual, "term:text year:year of_year:number value_cny:number", 2),
    "builds": (Built, "line:line period:period start:text units:number size:number capex_cny:rate", 2),
    "closings": (Closed, "line:line decided:period? period:period units:number", 3),
    "running": (Ran, "line:line period:period on:number? run_h:number?", 2),
    "openings": (Opened, "lane:text period:period", 2),
    "used": (Used, "kind:text item:text period:period", 3),
    "spending": (Spent, "line:spender year:year capex_cny:number", 2),
    "budgets": (Allowed, "budget:text window:text amount_cny:number spent_cny:number", 1),
    "yards": (
        YardState,
        "storage:storage period:period held_t:number filled_t:number volume_m3:number? airspace_m3:number? "
        "kept_free_m3:number? filled_share:number? free_t:number? risk:number?",
        2,
    ),
    "yard_events": (
        YardEvent,
        "storage:storage kind:text item:text period:period start:text cost_cny:number",
        4,
    ),
    "yard_ends": (YardEnd, "storage:storage full_year:number? left_m3:number? left_t:number?", 1),
    "refunds": (Refund, "facility:facility product:material year:year refund_cny:number", 3),
    "take_or_pay": (
        Owed,
        "contract:text year:year take:number taken:number made_up:number short:number "
        "penalty_cny:number credit_cny:number",
        2,
    ),
    "services": (
        Service,
        "facility:facility year:year payer:text owner:text share:number fed_t:number service_cny:number",
        4,
    ),
    "elements": (
        Content,
        "property:property site:site year:year side:text entry:text at:text content_t:number unknown_t:number",
        6,
    ),
    "process_elements": (
        OfProcess,
        "property:property site:site process:process point:text stream:stream? year:year in_t:number "
        "out_t:number gas_t:number loss_t:number unaccounted_t:number unknown_in_t:number unknown_out_t:number",
        6,
    ),
    "composition": (
        Composed,
        "kind:text at:text process:text point:text stream:stream? period:period? property:property "
        "mean:number? sigma:number? amount_t:number",
        7,
    ),
    "gate_margins": (
        Margin,
        "gate:text at:text line:text point:text stream:stream? period:period property:property sense:text "
        "mean:number margin:number limit:number slack:number",
        6,
    ),
    "accounts": (
        Account,
        "account:text scope:text site:site item:text carrier:text period:period year:year amount:number",
        6,
    ),
    "energy": (
        Energy,
        "site:site process:process carrier:material period:period year:year amount:number energy_kgce:number?",
        4,
    ),
    "ages": (
        Aged,
        "storage:storage stream:stream period:period stock_t:number age_days:number? days_left:number? "
        "overrun_t:number charge_cny:number",
        3,
    ),
    "clock_overruns": (Overrun, "role:text lineage:text period:period overrun_t:number", 3),
    "status": (
        Standing,
        "lineage:text material:material status:text code:text hazard:text why:text because_of:text clause:text",
        1,
    ),
    "permits": (
        UnderPermit,
        "permit:text receiver:text code:text sender:text year:year allowed_t:number used_t:number left_t:number",
        5,
    ),
    "transport": (
        Transport,
        "mode:text year:year clean:text flow_t:number wet_t:number t_km:number? co2e_t:number cost_cny:number "
        "clean_share:number?",
        2,
    ),
    "movements": (
        Moved,
        "kind:text of:text document:text from_province:text to_province:text site:site lineage:text "
        "period:period moved_t:number document_t:number",
        8,
    ),
    "border_documents": (
        Document,
        "document:text kind:text from_province:text to_province:text receiver:text code:text valid_from:text "
        "valid_to:text allowed_t:number used_t:number left_t:number to_be_filed_t:number",
        5,
    ),
    "separate_loads": (
        Load,
        "lane:text first:text second:text period:period first_t:number second_t:number",
        4,
    ),
    "readiness": (
        Ready,
        "indicator:text at:text item:text period:text year:year value:number? unit:text numerator:number "
        "denominator:number? watch:number? alarm:number? state:text action:text",
        5,
    ),
    "scorecard": (
        Score,
        "indicator:text waste_class:text at:text year:year value:number? unit:text numerator:number "
        "denominator:number? asked:number? gap:number? trend:number? own:text",
        4,
    ),
    "scorecard_rows": (
        ScorePart,
        "indicator:text waste_class:text at:text year:year part:text table:text item:text amount:number",
        7,
    ),
    "ledger": (
        Entry,
        "number:year lot:text material:material stream:stream code:text hazard:text event:text period:period "
        "first_day:text last_day:text from_site:text to_site:text lane:text mode:text at:text process:text "
        "method:text meaning:text permit:text approval:text exemption:text certificate:text dry_t:number "
        "as_received_t:number parents:text residues:text",
        1,
    ),
    "ledger_lots": (
        LotEnd,
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
