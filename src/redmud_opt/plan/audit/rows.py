"""The rows of a plan's frames; how their columns are read stands in `layout`.

Solid masses are dry tonnes, other materials their own unit; `t` is the number of the period, in order of
time.
"""

from __future__ import annotations

from typing import NamedTuple

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
