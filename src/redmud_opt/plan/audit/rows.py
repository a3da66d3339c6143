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
    """A row of `spending`."""

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
    risk: float


class YardEnd(NamedTuple):
    """A row of `yard_ends`; NaN where it is never full, or nothing limits it."""

    storage: str
    full_year: float
    left_m3: float
    left_t: float


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


LAYOUT: dict[str, tuple[type[Any], str, int]] = {
    "arisings": (Arose, "arising:arising site:site stream:stream period:period arising_t:number", 4),
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
        "gross_new_t:number gross_legacy_t:number rate_new:rate rate_stat:rate rate_gross:rate",
        3,
    ),
    "identity": (
        Identity,
        "origin:text year:year opening_t:number generated_t:number received_t:number utilised_t:number "
        "placed_t:number reduced_t:number handed_to_disposal_t:number handed_out_t:number closing_t:number "
        "residual_t:number",
        2,
    ),
    "fates": (Gone, "origin:text cohort:text year:year fate:text at:text amount_t:number", 5),
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
        "kept_free_m3:number? filled_share:number? risk:number?",
        2,
    ),
    "yard_events": (
        YardEvent,
        "storage:storage kind:text item:text period:period start:text cost_cny:number",
        4,
    ),
    "yard_ends": (YardEnd, "storage:storage full_year:number? left_m3:number? left_t:number?", 1),
    "refunds": (Refund, "facility:facility product:material year:year refund_cny:number", 3),
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
    "transport": (
        Transport,
        "mode:text year:year clean:text flow_t:number wet_t:number t_km:number? co2e_t:number cost_cny:number "
        "clean_share:number?",
        2,
    ),
}
"""Frame → row class, `column:kind` of each field in order, number of leading columns that are its key."""

SIGNED = ("value_terms", "totals", "rates", "identity", "fates", "accounts", "energy", "transport")
"""Frames whose numbers may be negative."""

OPTIONAL = (
    *("fates", "builds", "closings", "running", "openings", "used", "refunds", "spending", "budgets"),
    *("yards", "yard_events", "yard_ends", "accounts", "energy", "transport"),
)
"""Frames that older plans do not have: `fates`, `accounts`, `energy` and `transport` then are not checked, nothing
was decided by the others."""
