"""The case: everything a plan is made from, frozen and checked.

    load_case(path) → Case | raises CaseFaults

`Case` has one tuple of rows per table and the settings of `case.yaml`. It holds no frames and no solver things.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from redmud_opt.case.burdens import Avoided, Factor, Mode
from redmud_opt.case.columns import Place, Row, choice, choices, day, flag, integer, number, text
from redmud_opt.case.rules import (
    Agreement,
    Approval,
    Budget,
    ChangeLimit,
    Clause,
    Contract,
    Delisting,
    Exemption,
    Incompatibility,
    Limit,
    ListedExemption,
    ListedTarget,
    Logic,
    Method,
    Permit,
    Requirement,
    StorageClock,
    Target,
    VatItem,
    VatRefund,
    WasteCode,
    YardMeasure,
)
from redmud_opt.case.things import (
    WASTE_CLASSES,
    Arising,
    Assay,
    CalendarMonth,
    Evidence,
    Figure,
    GroupMember,
    Material,
    OpeningStock,
    Owner,
    Ownership,
    PriceByYear,
    Property,
    Province,
    ReductionOption,
    Relining,
    Site,
    Source,
    Supply,
    Tier,
    YearToDate,
)
from redmud_opt.case.works import (
    Distance,
    Emission,
    Facility,
    Feed,
    FixedInput,
    Gate,
    Haul,
    Lane,
    Line,
    LineProcess,
    OperatingPoint,
    Outlet,
    Output,
    Partition,
    Process,
    Raise,
    Storage,
    Unit,
    YardPoint,
)

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time inside one calendar year; `end` is the day after its last."""

    name: str
    start: date
    end: date

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days

    @property
    def year(self) -> int:
        """The calendar year it lies in."""
        return self.start.year

    @property
    def fraction_of_year(self) -> float:
        """Days over the days of its calendar year."""
        return self.days / (date(self.year + 1, 1, 1) - date(self.year, 1, 1)).days

    @property
    def months(self) -> dict[int, int]:
        """Month → days of the period in it."""
        found: dict[int, int] = {}
        day = self.start
        while day < self.end:
            following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
            found[day.month] = (min(following, self.end) - day).days
            day = following
        return found


def calendar_groups(periods: Iterable[Period]) -> dict[str, tuple[str, ...]]:
    """Calendar years, and the halves, quarters and months that whole periods make up: name → periods in them."""
    found: dict[str, list[str]] = {}
    straddled: set[str] = set()
    for period in periods:
        last = period.end - timedelta(days=1)
        for first, final in zip(_stretches(period.start), _stretches(last), strict=True):
            found.setdefault(first, []).append(period.name)
            if first != final:
                straddled |= {first, final}
    return {name: tuple(names) for name, names in found.items() if name not in straddled}


def _stretches(day: date) -> tuple[str, str, str, str]:
    half, quarter = (day.month + 5) // 6, (day.month + 2) // 3
    return str(day.year), f"{day.year}H{half}", f"{day.year}Q{quarter}", f"{day.year}-{day.month:02}"


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys of `case.yaml` beside `schema_version` and `periods`."""

    name: str = text("name of the case", required=True)
    base_year: int = integer("year whose money all prices are in", required=True, minimum=1900, maximum=9999)
    title_en: str = text("title in English")
    title_zh: str = text("title in Chinese")
    classification: str = text("line that stands on every output, such as 'internal, not for distribution'")
    rule_pack: str = text("rule pack, or `own` for its tables in the case folder", default="cn")
    library: bool = flag("names that the case does not declare are looked up in the library of `data/`")
    evidence_required: bool = flag("a number without a source or the word `assumed` is a fault", default=True)
    rule_date: date | None = day(
        "day whose law applies throughout: what came into force later is unknown; blank: as the pack is dated"
    )
    discount_rate: float = number("1/a", "discount rate", default=0.0, maximum=1)
    discounting: str = choice(
        "mid_period none", "discount at the mid-date of each period, or not at all", default="mid_period"
    )
    objective: str = choice(
        "value utilisation emissions landfilled",
        "what comes first: the most value or utilisation, the least CO2e or waste landfilled; then the most value",
        default="value",
    )
    utilisation_classes: tuple[str, ...] = choices(
        WASTE_CLASSES, "waste classes that the objective `utilisation` counts; blank: all"
    )
    utilisation_counts_legacy: bool = flag("the objective `utilisation` counts legacy waste too")
    circuity: float = number("1", "road distance over great-circle distance", default=1.3, minimum=1)
    max_depth: int = integer("how many processes a waste may pass one after another", default=3, minimum=1)
    pool_grid: int = integer(
        "parts into which the shares of what is mixed are cut to begin with; a finer grid starts nearer the best",
        default=8,
        minimum=1,
        maximum=64,
    )
    end_of_horizon: str = choice(
        "charge free", "whether waste left in stock at the end is charged", default="charge"
    )
    residual_value: str = choice(
        "straight_line none",
        "whether lines that still stand at the end are worth capex × remaining life ÷ life",
        default="straight_line",
    )
    product_stock_at_year_end: str = choice(
        "opening free", "whether stock of products made from waste is capped at year end", default="opening"
    )
    certificate_max_age_months: int | None = integer(
        "age on the first day above which a certificate is flagged; blank: none is too old", maximum=1200
    )
    co2_price_cny_per_t: float = number(
        "CNY/t CO2e", "price of direct, transport and purchased emissions", default=0.0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A whole case. Field order is the order of the documentation."""

    settings: Settings
    periods: tuple[Period, ...]
    folder: str = field(default="", compare=False)
    quotes: Mapping[tuple[str, str, str], str] = field(default_factory=dict, compare=False, repr=False)
    """(table, key of the row, column) → name of the figure or clause that the cell took."""
    moved: Mapping[tuple[Place, str], Place] = field(default_factory=dict, compare=False, repr=False)
    """(place of a row, column) → where a scenario has set the cell."""
    files: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)  # file → sha256
    sources: tuple[Source, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    figures: tuple[Figure, ...] = ()
    groups: tuple[GroupMember, ...] = ()
    owners: tuple[Owner, ...] = ()
    ownership: tuple[Ownership, ...] = ()
    provinces: tuple[Province, ...] = ()
    sites: tuple[Site, ...] = ()
    calendars: tuple[CalendarMonth, ...] = ()
    materials: tuple[Material, ...] = ()
    properties: tuple[Property, ...] = ()
    composition: tuple[Assay, ...] = ()
    arisings: tuple[Arising, ...] = ()
    relinings: tuple[Relining, ...] = ()
    reductions: tuple[ReductionOption, ...] = ()
    opening_stock: tuple[OpeningStock, ...] = ()
    year_to_date: tuple[YearToDate, ...] = ()
    supplies: tuple[Supply, ...] = ()
    processes: tuple[Process, ...] = ()
    points: tuple[OperatingPoint, ...] = ()
    feeds: tuple[Feed, ...] = ()
    outputs: tuple[Output, ...] = ()
    partitions: tuple[Partition, ...] = ()
    inputs: tuple[FixedInput, ...] = ()
    emissions: tuple[Emission, ...] = ()
    factors: tuple[Factor, ...] = ()
    avoided: tuple[Avoided, ...] = ()
    gates: tuple[Gate, ...] = ()
    facilities: tuple[Facility, ...] = ()
    units: tuple[Unit, ...] = ()
    lines: tuple[Line, ...] = ()
    line_processes: tuple[LineProcess, ...] = ()
    outlets: tuple[Outlet, ...] = ()
    tiers: tuple[Tier, ...] = ()
    price_paths: tuple[PriceByYear, ...] = ()
    storages: tuple[Storage, ...] = ()
    yard_curves: tuple[YardPoint, ...] = ()
    raises: tuple[Raise, ...] = ()
    modes: tuple[Mode, ...] = ()
    lanes: tuple[Lane, ...] = ()
    haul: tuple[Haul, ...] = ()
    distances: tuple[Distance, ...] = ()
    limits: tuple[Limit, ...] = ()
    logic: tuple[Logic, ...] = ()
    budgets: tuple[Budget, ...] = ()
    targets: tuple[Target, ...] = ()
    change_limits: tuple[ChangeLimit, ...] = ()
    contracts: tuple[Contract, ...] = ()
    permits: tuple[Permit, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    approvals: tuple[Approval, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    delistings: tuple[Delisting, ...] = ()
    incompatibilities: tuple[Incompatibility, ...] = ()
    yard_measures: tuple[YardMeasure, ...] = ()
    vat_refunds: tuple[VatRefund, ...] = ()
    methods: tuple[Method, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    codes: tuple[WasteCode, ...] = ()
    clocks: tuple[StorageClock, ...] = ()
    clauses: tuple[Clause, ...] = ()
    exemption_list: tuple[ListedExemption, ...] = ()
    vat_list: tuple[VatItem, ...] = ()
    target_list: tuple[ListedTarget, ...] = ()

    _groups: Mapping[str, tuple[str, ...]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Group names are looked up often: the table of groups is made once."""
        found = calendar_groups(self.periods)
        for row in self.groups:
            found[row.group] = (*found.get(row.group, ()), row.member)
        object.__setattr__(self, "_groups", found)

    def place_of(self, row: Row, column: str) -> Place:
        """Where a cell was read."""
        return self.moved.get((row.place, column), row.place)

    @property
    def groups_by_name(self) -> dict[str, tuple[str, ...]]:
        """Group → members, in the order of the table; years, halves, quarters and months are groups of periods."""
        return dict(self._groups)

    @property
    def all_arisings(self) -> tuple[Arising | Relining, ...]:
        """Everything that arises, whatever table states it."""
        return (*self.arisings, *self.relinings)

    def members(self, name: str) -> tuple[str, ...]:
        """The members of a group, or the name itself; a group of periods may hold calendar years."""
        found = self._groups.get(name, (name,))
        if name in self._groups and any(member in self._groups and member != name for member in found):
            found = tuple(
                dict.fromkeys(one for member in found for one in self._groups.get(member, (member,)))
            )
        return found

    def labels(self, language: str) -> dict[str, str]:
        """Name → label in `language` (zh or en) for everything that has one."""
        found: dict[str, str] = {}
        for table in TABLES:
            for row in getattr(self, table):
                label = getattr(row, f"label_{language}", "")
                if label and hasattr(row, "name"):
                    found[row.name] = label
        for mode in self.modes:
            if label := getattr(mode, f"label_{language}"):
                found.setdefault(mode.mode, label)
        return found


def _row_types() -> dict[str, type[Row]]:
    namespace = globals()
    hints = [str(f.type) for f in dataclasses.fields(Case)]
    names = [hint.removeprefix("tuple[").split(",")[0] for hint in hints if hint.startswith("tuple[")]
    row_types = [namespace[name] for name in names if name != "Period"]
    return {row_type.TABLE: row_type for row_type in row_types}


TABLES: dict[str, type[Row]] = _row_types()
"""Table name (= field of `Case`, = file `<name>.csv`) → row class, in the order of `Case`."""

CATALOGUES = ("figures", "units", "clauses")
"""Tables whose numbers have an effect where other rows take them over, and are counted there."""

RULE_PACK_TABLES = (
    "methods",
    "requirements",
    "codes",
    "clocks",
    "clauses",
    "exemption_list",
    "vat_list",
    "target_list",
)
"""Tables that come from the rule pack; a case folder must not hold them unless `rule_pack: own`.

But for the clocks of its own producers: see `case.filed`.
"""
