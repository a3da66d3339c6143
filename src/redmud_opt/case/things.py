"""Tables of things: places, materials, what arises, what may be bought, where a case has its evidence from.

Row classes of the schema, part one. Solid masses are dry tonnes unless a column says `wet` or a `basis` column
says `as_received`; money is CNY of the base year excluding VAT. `ENFORCED = False` marks a table that is read,
checked and shown, but has no effect on the plan yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from redmud_opt.case.columns import Row, choice, day, flag, integer, name, number, reference, text

WASTE_CLASSES = "red_mud spent_pot_lining carbon_dross aluminium_ash other none"
MINERALOGIES = "diaspore boehmite gibbsite_high_temperature gibbsite_low_temperature sintering combined mixed"
LEGAL_STATUSES = "general_waste hazardous_waste product commodity"
MATERIAL_UNITS = "t MWh GJ kgce tce m3 kWh piece"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Row):
    """A bibliography entry that `source` columns point to."""

    TABLE: ClassVar[str] = "sources"
    ENFORCED: ClassVar[bool] = True
    name: str = name("key of the source")
    title: str = text("title of the page, paper, standard or document", required=True)
    link: str = text("address or reference")
    year: str = text("year of publication, n.d. if unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Row):
    """Evidence for one more number of a row than its principal one."""

    TABLE: ClassVar[str] = "evidence"
    ENFORCED: ClassVar[bool] = True
    table: str = text("table of the number", required=True, key=True)
    item: str = text("name of the row, or its key columns joined by /", required=True, key=True)
    column: str = text("column of the number", required=True, key=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMember(Row):
    """One member of a named group; a group name may stand where a name stands. Groups do not nest."""

    TABLE: ClassVar[str] = "groups"
    ENFORCED: ClassVar[bool] = True
    group: str = text("name of the group", required=True, key=True)
    member: str = text("a declared name or a period", required=True, key=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner(Row):
    """A company."""

    TABLE: ClassVar[str] = "owners"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the company")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    role: str = choice("producer licensed_operator carrier buyer", "whom a rule of the law binds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership(Row):
    """Shares in a shared base, and what it charges for waste that it takes in.

    The charge is settled between companies: it changes nothing for the group as a whole. The utilisation rate is
    always that of the plant where the waste arose.
    """

    TABLE: ClassVar[str] = "ownership"
    ENFORCED: ClassVar[bool] = True
    facility: str = reference("facilities", "the shared facility", required=True, key=True)
    owner: str = reference("owners", "who holds the share", required=True, key=True)
    share: float = number("1", "share held", required=True, maximum=1)
    service_price_cny_per_t: float | None = number(
        "CNY/t", "charge per dry tonne fed, the same in every row of the facility; blank: none"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Province(Row):
    """A province or state."""

    TABLE: ClassVar[str] = "provinces"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the province")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    adjacent_to: str = text(
        "neighbouring provinces, separated by ;  it is enough if one of two names the other"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Row):
    """A place that lanes join."""

    TABLE: ClassVar[str] = "sites"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the site")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    kind: str = choice(
        "refinery smelter works market yard hub transfer_station other", "what stands there", default="other"
    )
    owner: str = reference("owners", "whose plant")
    province: str = reference("provinces", "province")
    longitude_deg: float | None = number("deg", "longitude, east positive", minimum=-180, maximum=180)
    latitude_deg: float | None = number("deg", "latitude, north positive", minimum=-90, maximum=90)
    handling_cny_per_t: float | None = number(
        "CNY/t wet", "handling at a transfer station, per tonne that leaves it"
    )
    liability_insured_to: date | None = day(
        "day after the last that its environmental liability insurance covers; blank: not known"
    )
    within: str = reference(
        "sites", "group of plants that this one is counted in; a group and its plants never arise together"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarMonth(Row):
    """Availability by calendar month; months that a calendar does not list count 1."""

    TABLE: ClassVar[str] = "calendars"
    ENFORCED: ClassVar[bool] = True
    calendar: str = text("name of the calendar", required=True, key=True)
    month: int = integer("month 1 to 12", required=True, minimum=1, key=True)
    share: float = number("1", "share of the month available", required=True, maximum=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material(Row):
    """A stream: a waste, a residue or intermediate, a product, a reagent, an energy carrier."""

    TABLE: ClassVar[str] = "materials"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the material")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    unit: str = choice(MATERIAL_UNITS, "unit of its amounts; dry tonnes for solids", default="t")
    legal_status: str = choice(
        LEGAL_STATUSES,
        "general or hazardous waste, product with standard, or commodity that was never a waste",
        required=True,
    )
    waste_class: str = choice(WASTE_CLASSES, "class whose origin it founds where it arises", default="none")
    code: str = text("waste code, e.g. 321-023-48; of a residue without one: those of its hazardous feeds")
    hazard: str = text("hazard letters, e.g. T or R,T; blank: those of the list")
    clock: str = choice(
        "none producer licensed_operator",
        "storage clock that binds it, its hazardous residues included, where the owner of the storage has no role",
    )
    moisture: float = number("t water/t wet", "share of water in the wet mass", default=0.0, maximum=0.95)
    density_t_per_m3: float | None = number("t dry/m3", "dry density in the yard", above=0)
    product_standard: str = text("product standard that makes it a product")
    pollutant_limit: str = text("pollutant limit standard that it meets")
    mineralogy: str = choice(MINERALOGIES, "mineral that the alumina or the iron of a mud came in")
    like: str = text("material whose blank cells, composition, groups and feeds this one takes over")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Row):
    """A number with a name; a number cell that holds the name, or `name * factor`, takes its value and evidence."""

    TABLE: ClassVar[str] = "figures"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the figure")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    value: float = number("of the figure", "the number", required=True, minimum=None)
    unit: str = text("unit of the number, that of the cells that take it", required=True)
    region: str = text("province, state or country that it holds for; blank: anywhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Property(Row):
    """A property that composition rows state and gates limit."""

    TABLE: ClassVar[str] = "properties"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the property")
    label_zh: str = text("label in Chinese")
    unit: str = text("unit in which gates are evaluated", required=True)
    mixing: str = choice("blend each", "mass average, or every material alone", default="blend")
    basis: str = choice("dry wet", "mass on which it averages", default="dry")
    oxide: bool = flag("counts in the sum of oxides, which must not exceed 100 %")
    element: bool = flag("conserved, what goes in comes out (Fe, Na2O, Al2O3, F): its tonnes are balanced")
    part_of: str = reference("properties", "property that this one is a part of: it cannot exceed its share")
    part_of_share: float = number(
        "1", "greatest share of that property, such as 0.6994 for the iron of Fe2O3", default=1.0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assay(Row):
    """A certificate: the value of a property of a material. Several of different dates are pooled."""

    TABLE: ClassVar[str] = "composition"
    ENFORCED: ClassVar[bool] = True
    material: str = reference("materials", "material", required=True, key=True)
    property: str = reference("properties", "property", required=True, key=True)
    value: float = number("of the property", "mean of its samples, dry basis", required=True, minimum=None)
    unit: str = text("unit of the value if not the property's (mass fractions convert)")
    sigma: float = number("of the property", "standard deviation, see sigma_of", default=0.0)
    sigma_of: str = choice(
        "sample mean",
        "of what sigma is stated: a single sample, or the mean of the samples",
        default="sample",
    )
    certificate_date: date | None = day("date of the certificate; needed where there are several", key=True)
    laboratory: str = text("laboratory")
    method: str = text("method of analysis")
    samples: int | None = integer(
        "number of samples behind the value, its weight among several certificates; blank: 1", minimum=1
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arising(Row):
    """Waste that arises and must leave or be stocked: an amount, or production times a factor."""

    TABLE: ClassVar[str] = "arisings"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the arising")
    site: str = reference("sites", "where it arises", required=True)
    material: str = reference("materials", "what arises", required=True)
    amount_t: float | None = number("t", "dry tonnes that arise")
    production_t: float | None = number("t", "production that causes it (alumina, aluminium)", minimum=0)
    factor_t_per_t: float | None = number("t/t", "dry tonnes per tonne of production")
    per: str = choice("year period", "whether the amount is per calendar year or per period", default="year")
    during: str = reference("periods", "period, year or group of periods; blank: all", groups=True)
    calendar: str = reference("calendars", "seasonal availability")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relining(Row):
    """A campaign of relining pots: its spent lining arises evenly over its days. Several rows are the pulses."""

    TABLE: ClassVar[str] = "relinings"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the campaign")
    site: str = reference("sites", "where the pots stand", required=True)
    material: str = reference("materials", "what is taken out of them", required=True)
    pots: int = integer("pots relined", required=True, minimum=1)
    lining_t_per_pot: float = number("t", "dry tonnes of spent lining per pot", required=True, above=0)
    starts: date = day("first day", required=True)
    ends: date = day("day after the last", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReductionOption(Row):
    """Source reduction, a switch of bauxite or feed, or an expansion, as an option with a cost."""

    TABLE: ClassVar[str] = "reductions"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the option")
    label_en: str = text("label in English")
    label_zh: str = text("label in Chinese")
    arising: str = reference("arisings relinings", "arising that it changes", required=True)
    kind: str = choice(
        "reduction switch expansion",
        "less of it, another material instead, or more of it; blank: switch with `becomes`, else reduction",
    )
    becomes: str = reference("materials", "material that arises instead (switch)")
    share: float = number(
        "1", "share of the arising avoided, changed or added at most", required=True, above=0, maximum=1
    )
    factor_t_per_t: float = number(
        "t/t", "dry tonnes of `becomes` per tonne of the arising changed (switch)", default=1.0, above=0
    )
    cost_cny_per_t: float = number(
        "CNY/t", "cost per tonne avoided or changed; negative: a saving", default=0.0, minimum=None
    )
    margin_cny_per_t: float | None = number(
        "CNY/t", "margin of the production, per tonne of arising added (expansion)", minimum=None
    )
    capex_cny: float = number("CNY", "investment at the decision, once", default=0.0)
    earliest: date | None = day("earliest day in force")
    lead_time_months: int | None = integer("months from the decision until it is in force")
    whole: bool = flag("all of the share or nothing, once in force")

    @property
    def effect(self) -> str:
        """What it does: reduction, switch or expansion."""
        return self.kind or ("switch" if self.becomes else "reduction")

    @property
    def decided(self) -> bool:
        """Whether it is a decision with a date: something is invested, or it is all or nothing."""
        return self.capex_cny > 0 or self.whole


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningStock(Row):
    """What lies in a storage when the horizon begins."""

    TABLE: ClassVar[str] = "opening_stock"
    ENFORCED: ClassVar[bool] = True
    storage: str = reference("storages", "where it lies", required=True, key=True)
    material: str = reference("materials", "what lies there", required=True, key=True)
    amount_t: float = number("t", "dry tonnes", required=True)
    arose_on: date | None = day(
        "date on which it arose; blank counts as the greatest age and is flagged", key=True
    )
    origin_site: str = reference("sites", "plant where it arose; blank: the storage's site", key=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearToDate(Row):
    """What was generated and utilised before the horizon in the year that it begins in."""

    TABLE: ClassVar[str] = "year_to_date"
    ENFORCED: ClassVar[bool] = True
    waste_class: str = choice(WASTE_CLASSES, "waste class", required=True, key=True)
    site: str = reference("sites", "plant of origin", required=True, key=True)
    generated_t: float = number("t", "generated so far", required=True)
    utilised_new_t: float = number("t", "origin tonnes of new waste utilised so far", required=True)
    utilised_legacy_t: float = number("t", "origin tonnes of legacy waste utilised so far", default=0.0)
    gross_new_t: float | None = number("t", "the same as utilised_new_t, iron separation counted gross")
    gross_legacy_t: float | None = number("t", "the same as utilised_legacy_t, iron separation counted gross")


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply(Row):
    """A material that may be bought (a negative price: taken in for a fee)."""

    TABLE: ClassVar[str] = "supplies"
    ENFORCED: ClassVar[bool] = True
    name: str = name("name of the supply")
    site: str = reference("sites", "where it is bought", required=True, groups=True)
    material: str = reference("materials", "what is bought", required=True)
    price_cny_per_t: float = number("CNY/unit", "price", required=True, minimum=None)
    basis: str = choice("dry as_received", "mass that price and limits refer to", default="dry")
    max_t: float | None = number("unit", "most that may be bought")
    min_t: float | None = number("unit", "least that must be bought")
    per: str = choice("year period", "time that max_t and min_t refer to", default="year")
    calendar: str = reference("calendars", "seasonal availability")
    contract: str = reference("contracts", "contract that covers it; it sells only while that is valid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier(Row):
    """A step of an incremental price of an outlet or a supply, or of the capex of a candidate line by its size.

    Steps are filled in order. With tiers, a candidate line may be built in any size up to its capacity.
    """

    TABLE: ClassVar[str] = "tiers"
    ENFORCED: ClassVar[bool] = True
    item: str = reference("outlets supplies lines", "whose price", required=True, key=True)
    step: int = integer("1, 2, 3 …", required=True, minimum=1, key=True)
    width_t: float | None = number(
        "unit",
        "width of the step, in the unit of the item's amounts (of a line: of its capacity); blank: open",
        above=0,
    )
    price_cny_per_t: float = number("CNY/unit", "price within the step", required=True, minimum=None)
    per: str = choice(
        "year period horizon", "time over which the tonnes add up (of a line: of no account)", default="year"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceByYear(Row):
    """A price path: factor on every price per tonne of an outlet, supply, process, lane or haul rule, by year.

    Tiers of an outlet or a supply, points and feeds of a process, handling of a haul rule included. An item with a
    path has a row for every calendar year of the horizon.
    """

    TABLE: ClassVar[str] = "price_paths"
    ENFORCED: ClassVar[bool] = True
    item: str = reference(
        "outlets supplies processes lanes haul", "whose price", required=True, groups=True, key=True
    )
    year: int = integer("calendar year", required=True, minimum=1900, maximum=9999, key=True)
    factor: float = number("1", "factor on the price of the base year", required=True)
