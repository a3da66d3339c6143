"""Tables of works: processes, facilities and lines, outlets, storages, lanes.

Row classes of the schema, part two; see `things` for the conventions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from redmud_opt.case.burdens import BURDENS
from redmud_opt.case.columns import Row, choice, day, flag, integer, name, number, reference, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Process(Row):
    """A conversion. With feeds: per tonne of each feed. Without: a recipe, per tonne of activity."""

    TABLE: ClassVar[str] = "processes"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the process")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    method: str = text("method code (R…, D…, C…); the rule pack says use, disposal or pretreatment")
    cost_cny_per_t: float = number("CNY/t", "cost per tonne fed or of activity", default=0.0, minimum=None)
    uptake_t_per_t: float = number("t/t", "water, oxygen, CO2 taken up and not listed as inputs", default=0.0)
    gas_t_per_t: float = number("t/t", "mass that leaves as gas", default=0.0)
    loss_t_per_t: float = number("t/t", "declared loss; never the remainder", default=0.0)
    iron_separation: bool = flag("counted gross in the gross rate")
    readiness: int | None = integer("technology readiness level 1 to 9", enforced=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint(Row):
    """One of several ways to run a process; points share the run time of the line."""

    TABLE: ClassVar[str] = "points"
    ENFORCED: ClassVar[bool] = True
    process: str = reference("processes", "process", required=True, key=True)
    point: str = text("name of the point", required=True, key=True)
    cost_cny_per_t: float = number("CNY/t", "cost added at this point", default=0.0, minimum=None)
    one_per_period: bool = flag("only one point of the process per line and period; all its points or none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed(Row):
    """A blend feed of a process; the most specific row (material before group, point before blank) counts."""

    TABLE: ClassVar[str] = "feeds"
    ENFORCED: ClassVar[bool] = True
    process: str = reference("processes", "process", required=True, key=True)
    point: str = text("operating point; blank: all", key=True)
    material: str = reference(
        "materials", "material or group that is fed", required=True, groups=True, key=True
    )
    min_share: float = number("1", "least share of the total feed, dry", default=0.0, maximum=1)
    max_share: float = number("1", "greatest share of the total feed, dry", default=1.0, maximum=1)
    cost_cny_per_t: float = number("CNY/t", "cost added for this feed", default=0.0, minimum=None)
    uptake_t_per_t: float | None = number("t/t", "uptake; blank: the process's")
    gas_t_per_t: float | None = number("t/t", "gas; blank: the process's")
    loss_t_per_t: float | None = number("t/t", "loss; blank: the process's")
    separate_campaign: bool = flag("run apart: its residue takes the status of this feed alone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Row):
    """What a process makes: a yield, or recovery × property of the feed ÷ grade, or what the others leave of it."""

    TABLE: ClassVar[str] = "outputs"
    ENFORCED: ClassVar[bool] = True
    process: str = reference("processes", "process", required=True, key=True)
    point: str = text("operating point; blank: all", key=True)
    feed: str = reference("materials", "feed it holds for; blank: all", groups=True, key=True)
    material: str = reference("materials", "what is made", required=True, key=True)
    yield_t_per_t: float | None = number("t/t", "tonnes per tonne fed or of activity")
    recovery: float | None = number("1", "share of the property that reports to this output", maximum=1)
    property: str = reference("properties", "property recovered, e.g. total iron")
    grade: float | None = number("of the property", "value of the property in this output", above=0)
    complement: bool = flag("yield is 1 minus the other outputs' feed solids, gas and loss declared")
    of_feed_t_per_t: float | None = number(
        "t/t", "solid mass of the feed itself in this output; blank: all of it, reagents spread evenly"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition(Row):
    """Share of a property of the feed that reports to an output, to gas or to loss; residues get theirs so."""

    TABLE: ClassVar[str] = "partitions"
    ENFORCED: ClassVar[bool] = True
    process: str = reference("processes", "process", required=True, key=True)
    point: str = text("operating point; blank: all", key=True)
    output: str = reference("materials", "output; blank: it leaves otherwise", key=True)
    property: str = reference("properties", "property", required=True, key=True)
    leaves_as: str = choice("gas loss", "how it leaves where no output holds it", key=True)
    share: float = number("1", "share of the feed's content", required=True, maximum=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedInput(Row):
    """A material without origin that each tonne of feed or activity takes: reagent, fuel, energy, water."""

    TABLE: ClassVar[str] = "inputs"
    ENFORCED: ClassVar[bool] = True
    process: str = reference("processes", "process", required=True, key=True)
    point: str = text("operating point; blank: all", key=True)
    feed: str = reference("materials", "feed it holds for; blank: all", groups=True, key=True)
    material: str = reference("materials", "what is taken", required=True, key=True)
    amount_per_t: float = number("unit/t", "amount per tonne fed or of activity", required=True)
    solid: bool = flag(
        "its mass enters the products and counts in the mass balance (fuels: no)", default=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission(Row):
    """Emission or consumption booked on an account per tonne of feed or activity."""

    TABLE: ClassVar[str] = "emissions"
    ENFORCED: ClassVar[bool] = True
    process: str = reference("processes", "process", required=True, key=True)
    point: str = text("operating point; blank: all", key=True)
    account: str = choice(BURDENS, "account", required=True, key=True)
    amount_per_t: float = number("unit/t", "amount per tonne", required=True, minimum=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate(Row):
    """A limit on a property at an entrance or of an output."""

    TABLE: ClassVar[str] = "gates"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the gate")
    at: str = reference("processes outlets storages", "where it stands", required=True, groups=True)
    output: str = reference("materials", "output it limits; blank: the input")
    property: str = reference("properties", "property it limits", required=True)
    kind: str = choice("blend each", "mass average, or every material alone; blank: as the property mixes")
    sense: str = choice("max min", "upper or lower limit", default="max")
    limit: float = number("of the property", "the limit", required=True, minimum=None)
    k_sigma: float = number("1", "standard deviations kept as margin", default=0.0)
    retained: float = number("1", "share of the property kept in the output", default=1.0, maximum=1)
    clause: str = text("clause of the standard or contract")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility(Row):
    """A works at a site that runs processes on lines."""

    TABLE: ClassVar[str] = "facilities"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the facility")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    site: str = reference("sites", "where it stands", required=True)
    owner: str = reference("owners", "whose it is; blank: the site's owner")
    national: bool = flag(
        "planned for the whole nation: hazardous waste of any province may be disposed of there"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Row):
    """A line of a facility: its capacity is shared by all processes that run on it."""

    TABLE: ClassVar[str] = "lines"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the line")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    facility: str = reference("facilities", "facility it belongs to", required=True)
    like: str = text("unit whose blank cells and process this line takes over")
    capacity: float | None = number("t or h", "capacity; blank: not limited")
    capacity_unit: str = choice("t h", "tonnes or hours", default="t")
    per: str = choice("year period", "time that the capacity refers to", default="year")
    availability: float = number("1", "share of the capacity available", default=1.0, maximum=1)
    calendar: str = reference("calendars", "seasonal availability")
    opens: date | None = day("first day; blank: stands already")
    closes: date | None = day("day after the last; blank: stays")
    candidate: bool = flag("a step that may be built; it stands only where the plan decides so")
    min_rate: float | None = number("1", "least rate while running, as a share of the full rate", maximum=1)
    min_run_share: float | None = number(
        "1", "least share of a period's hours that it runs, if it runs in the period at all", maximum=1
    )
    min_run_periods: int | None = integer(
        "least number of periods run in a row, once started; the end of the horizon may cut it short",
        minimum=1,
    )
    run_cost_cny_per_h: float | None = number("CNY/h", "cost of an hour of running, per unit")
    fixed_cost_cny_per_period: float | None = number("CNY", "fixed cost per period run, per unit")
    fixed_om_cny_per_a: float | None = number(
        "CNY/a", "fixed operation and maintenance while it stands, per unit"
    )
    capex_cny: float | None = number("CNY", "investment of a step; of a line under construction, all of it")
    spend_profile: str = text(
        "shares of capex due at the decision, a year later, …, separated by ;  blank: all at the decision"
    )
    lead_time_months: int | None = integer("months from decision to start, permits included", maximum=600)
    eia_months: int | None = integer(
        "of the lead time, months for the environmental impact assessment; no plan depends on it", maximum=600
    )
    permit_months: int | None = integer(
        "of the lead time, months for permits after it, until building may begin; no plan depends on it",
        maximum=600,
    )
    construction_months: int | None = integer(
        "of the lead time, months for building and commissioning; no plan depends on it", maximum=600
    )
    earliest: date | None = day("earliest start of a candidate step")
    life_a: float | None = number(
        "a", "life from the start on; blank: for good, and no residual value", above=0, maximum=1000
    )
    ramp_up: str = text(
        "shares of capacity in the first, second, … year after the start, separated by ;  blank: all at once"
    )
    times: int | None = integer("how often the step may be built; blank: once", minimum=1, maximum=1000)
    closing_cost_cny: float | None = number(
        "CNY", "cost of closing, per unit; blank: may not be closed before its time"
    )
    contract: str = reference("contracts", "tolling contract, where the line is a partner's; blank: own line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit(Row):
    """A size in which the equipment of a process is built: what a line that is `like` it takes over."""

    TABLE: ClassVar[str] = "units"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the unit")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    process: str = reference("processes", "process that it runs", required=True)
    use_per_t: float | None = number("capacity unit/t", "use of its capacity per tonne; blank: 1")
    capacity: float | None = number("t or h", "capacity")
    capacity_unit: str = choice("t h", "tonnes or hours", default="t")
    per: str = choice("year period", "time that the capacity refers to", default="year")
    availability: float = number("1", "share of the capacity available", default=1.0, maximum=1)
    min_rate: float | None = number("1", "least rate while running, as a share of the full rate", maximum=1)
    run_cost_cny_per_h: float | None = number("CNY/h", "cost of an hour of running")
    fixed_om_cny_per_a: float | None = number("CNY/a", "fixed operation and maintenance while it stands")
    capex_cny: float | None = number("CNY", "investment")
    spend_profile: str = text("shares of capex due at the decision, a year later, …, separated by ;")
    lead_time_months: int | None = integer("months from decision to start, permits included", maximum=600)
    life_a: float | None = number("a", "life from the start on", above=0, maximum=1000)
    ramp_up: str = text("shares of capacity in the first, second, … year after the start, separated by ;")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProcess(Row):
    """A process that runs on a line, and what a tonne of feed or activity uses of the line's capacity."""

    TABLE: ClassVar[str] = "line_processes"
    ENFORCED: ClassVar[bool] = True
    line: str = reference("lines", "line", required=True, key=True)
    process: str = reference("processes", "process", required=True, key=True)
    point: str = text("operating point; blank: all", key=True)
    feed: str = reference("materials", "feed it holds for; blank: all", groups=True, key=True)
    use_per_t: float = number("capacity unit/t", "use of the line's capacity per tonne", default=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet(Row):
    """Takes a material at a price; a negative price is a gate fee."""

    TABLE: ClassVar[str] = "outlets"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the outlet")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    site: str = reference("sites", "where it takes delivery", required=True)
    material: str = reference("materials", "material or group it takes", required=True, groups=True)
    method: str = text("method code, for materials that are waste")
    price_cny_per_t: float = number("CNY/unit", "price; negative: gate fee", default=0.0, minimum=None)
    basis: str = choice("dry as_received", "mass that price and limits refer to", default="dry")
    min_t: float | None = number("unit", "least that must be delivered")
    max_t: float | None = number("unit", "most that is taken; blank: not limited")
    per: str = choice("year period", "time that min_t and max_t refer to", default="year")
    calendar: str = reference("calendars", "seasonal demand")
    haul_radius_km: float | None = number("km", "greatest distance it is served from")
    opens: date | None = day("first day")
    closes: date | None = day("day after the last")
    contract: str = reference("contracts", "contract that covers it; it takes only while that is valid")
    buyer: str = reference(
        "owners",
        "company that buys; limits on what is sold then count it by that company, not by the site's owner",
    )
    national: bool = flag(
        "planned for the whole nation: hazardous waste of any province may be disposed of there"
    )
    assessed_on: date | None = day(
        "day of its risk assessment, where the law asks for one before it takes waste by this method"
    )
    assessment_lead_months: int | None = integer(
        "months from the first day of the horizon until it is assessed", maximum=600
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage(Row):
    """A yard, shed, landfill or placement; retrievable, final, or both sharing capacity and airspace."""

    TABLE: ClassVar[str] = "storages"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the storage")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    site: str = reference("sites", "where it lies", required=True)
    material: str = reference("materials", "material or group it takes", required=True, groups=True)
    retrievable: bool = flag("what is put in may be taken out", default=True)
    mixed: bool = flag("a pool: what is taken out has the composition of what is in it")
    final: bool = flag("what is placed stays (landfill, backfill)")
    method: str = text("method code of final placement")
    capacity_t: float | None = number("t", "most dry tonnes held at once, placed ones included")
    airspace_m3: float | None = number(
        "m3", "most volume held at once, placed material included; blank: by its curve, or area × height"
    )
    max_put_t: float | None = number("t", "most that is put in, placed for good included")
    max_reclaim_t: float | None = number("t", "most that is taken out")
    per: str = choice("year period", "time that max_put_t and max_reclaim_t refer to", default="year")
    calendar: str = reference("calendars", "seasonal availability of reclaiming")
    put_cost_cny_per_t: float = number("CNY/t", "cost of putting in", default=0.0)
    reclaim_cost_cny_per_t: float = number("CNY/t", "cost of taking out", default=0.0)
    holding_cost_cny_per_t_a: float = number("CNY/(t a)", "cost of holding a tonne for a year", default=0.0)
    place_cost_cny_per_t: float = number("CNY/t", "cost of final placement", default=0.0)
    end_stock: str = choice(
        "setting charge free at_most_opening equal_opening empty",
        "stock of each material at the end of the horizon; setting: as `end_of_horizon` says; charge: waste left "
        "over is charged; free: as it comes; at most or exactly the opening stock; empty: none",
        default="setting",
    )
    accepts_hazardous: bool = flag("built for hazardous waste")
    clock_extension_months: int | None = integer(
        "extension of its storage clocks that was granted, calendar months"
    )
    clock_extension_clause: str = text("authority and document that granted the extension")
    compliant: bool = flag("environmental tax falls on what is not", default=True)
    tax_cny_per_t: float = number("CNY/t", "environmental protection tax if not compliant", default=0.0)
    opens: date | None = day("first day")
    closes: date | None = day("day after the last")
    area_m2: float | None = number("m2", "area; times height_m it is the airspace", above=0)
    height_m: float | None = number("m", "height of today's crest, on the curve of the yard or over its area")
    freeboard_share: float | None = number(
        "1", "share of airspace and capacity_t that is kept free", maximum=1
    )
    freeboard_m: float | None = number("m", "height below the crest that is kept free, by the curve")
    rainy_calendar: str = reference(
        "calendars", "how much of the freeboard counts in each month (1 in the rains); blank: all year"
    )
    fixed_om_cny_per_a: float | None = number("CNY/a", "fixed operation and maintenance while it is open")
    closure_cost_cny: float | None = number("CNY", "cost of closing and re-vegetation, due when it closes")
    may_close: bool = flag("the plan may close it on the first day of a period, once nothing is held in it")
    candidate: bool = flag("a new yard that may be decided, not one that stands")
    capex_cny: float | None = number("CNY", "investment of a candidate, due when it is decided")
    lead_time_months: int | None = integer("months from the decision on a candidate to its first day")
    earliest: date | None = day("earliest first day of a candidate")
    allowed: str = text("clause that allows a new yard")
    national: bool = flag(
        "planned for the whole nation: hazardous waste of any province may be disposed of there"
    )
    assessed_on: date | None = day(
        "day of its risk assessment, where the law asks for one before it takes waste by this method"
    )
    assessment_lead_months: int | None = integer(
        "months from the first day of the horizon until it is assessed", maximum=600
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class YardPoint(Row):
    """A point of the curve of a yard: the volume below a height; between points it is a straight line."""

    TABLE: ClassVar[str] = "yard_curves"
    ENFORCED: ClassVar[bool] = True
    storage: str = reference("storages", "yard", required=True, key=True)
    volume_m3: float = number("m3", "volume below the height", required=True)
    height_m: float = number("m", "height of the crest", required=True, key=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise(Row):
    """A dam raise that may be decided, once and after those to lower heights of the same yard."""

    TABLE: ClassVar[str] = "raises"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the raise")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    storage: str = reference("storages", "yard with a curve", required=True)
    capex_cny: float = number("CNY", "investment, due when it is decided", required=True)
    to_height_m: float = number("m", "height of the crest after it", required=True)
    fixed_om_cny_per_a: float = number("CNY/a", "fixed operation and maintenance that it adds", default=0.0)
    lead_time_months: int | None = integer("months from the decision to its first day")
    eia_months: int | None = integer(
        "of the lead time, months for the environmental impact assessment; no plan depends on it", maximum=600
    )
    permit_months: int | None = integer(
        "of the lead time, months for permits after it, until building may begin; no plan depends on it",
        maximum=600,
    )
    construction_months: int | None = integer(
        "of the lead time, months for building and commissioning; no plan depends on it", maximum=600
    )
    earliest: date | None = day("earliest first day")
    allowed: str = text("clause that allows it", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane(Row):
    """A pair of sites and a mode on which any allowed material moves. Cost per tonne, else per t km by haul rules."""

    TABLE: ClassVar[str] = "lanes"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the lane")
    from_site: str = reference("sites", "from", required=True)
    to_site: str = reference("sites", "to", required=True)
    mode: str = text("road, rail, barge, conveyor, pipeline …", default="road")
    material: str = reference("materials", "material or group; blank: any", groups=True)
    distance_km: float | None = number("km", "distance; blank: table or great circle")
    cost_cny_per_t: float | None = number("CNY/t", "cost per tonne; blank: by haul rules")
    basis: str = choice("dry as_received", "mass that cost and capacity refer to", default="as_received")
    capacity_t: float | None = number("t", "most that moves, sum of materials")
    per: str = choice("year period", "time that the capacity refers to", default="year")
    calendar: str = reference("calendars", "seasonal availability")
    dg_allowed: bool = flag("hazardous waste may move on it")
    fixed_cost_cny: float | None = number("CNY", "fixed cost, once, in the first period used")
    fixed_cost_cny_per_period: float | None = number("CNY", "fixed cost per period used")
    min_lot_t: float | None = number(
        "t", "least amount per period, sum of materials, if it is used in the period at all"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Haul(Row):
    """Makes lanes: any matching material may move between any two sites that give and take it."""

    TABLE: ClassVar[str] = "haul"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the rule")
    material: str = reference("materials", "material or group; blank: any that is not hazardous", groups=True)
    mode: str = text("road, rail, barge …", default="road")
    cost_cny_per_t_km: float = number("CNY/(t wet km)", "cost per wet tonne and km", required=True)
    handling_cny_per_t: float = number("CNY/t wet", "loading, unloading, packaging", default=0.0)
    max_km: float | None = number("km", "greatest distance")
    dg_allowed: bool = flag("hazardous waste may move by it")
    co2e_kg_per_t_km: float = number("kg/(t wet km)", "emission", default=0.0)
    min_lot_t: float | None = number(
        "t wet",
        "least amount per period on a lane that the rule makes, sum of its materials, if the lane is used at all",
        above=0,
    )
    lane_capacity_t: float | None = number(
        "t wet", "most that moves on each lane that the rule makes, sum of its materials", above=0
    )
    per: str = choice("year period", "time that the capacity refers to", default="year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance(Row):
    """Distance between two sites, both ways, if not great circle × circuity."""

    TABLE: ClassVar[str] = "distances"
    ENFORCED: ClassVar[bool] = True
    from_site: str = reference("sites", "from", required=True, key=True)
    to_site: str = reference("sites", "to", required=True, key=True)
    mode: str = text("mode; blank: all", key=True)
    distance_km: float = number("km", "distance", required=True)
