"""What the indicators of the zero-waste scorecard are made of: amounts of the plan's frames, each on its side.

    reduction_share     Σ avoided + changed − added instead (options that reduce or switch)  ÷  what arises + the same
    intensity           what arises of rows that state their production, without expansions  ÷  that production
    use_rate_new        used, less used of past years  ÷  generated
    use_rate_stat       used  ÷  generated + used of past years
    use_rate_gross      the rate of that name, by origin                                     see `plan.accounts`
    use_rate_general    use_rate_stat over all classes of general waste; use_rate_hazardous over those of hazardous
    harmless_disposal   placed in storages declared compliant, handed to disposal, treated by it  ÷  all disposed of
    storage_age_…       days from arising, or where ages are not kept from being put in, first in first out
    manifests           movements of hazardous waste between sites: lane, material, period
    clean_transport     wet tonne-kilometres on modes declared clean                         ÷  on all modes
    insured             hazardous waste that arises at plants insured in the period          ÷  where a date is stated
    insurance_stated    hazardous waste that arises where a date is stated                   ÷  all of it
    co2e                direct, purchased and of transport, where it is emitted [t];  co2e_per_t  ÷  what arises

An entry is an amount and its label (indicator, waste class, whose, year, part, table, item): `whose` is the site it
is counted at, or an owner, or blank for the whole; `table` and `item` say which rows of the plan it sums up.
docs/decisions.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from redmud_opt.plan.framing import last_of, picked, summed
from redmud_opt.plan.known import Known, Row
from redmud_opt.plan.stock_ages import kept_since

NUMERATOR, DENOMINATOR = "numerator", "denominator"
CO2E_SCOPES = ("direct", "purchased", "transport")
TOTAL = ("total", "origin", "cohort", "year", "amount")


class Label(NamedTuple):
    """What an amount belongs to."""

    indicator: str
    waste_class: str
    whose: str
    year: int
    part: str
    table: str
    item: str


class Item(NamedTuple):
    """An amount of a row of the plan; on which side of which indicators it stands is said by the families below."""

    whose: str
    year: int
    item: str
    amount: float
    waste_class: str = ""


Entry = tuple[Label, float]


def entries(known: Known) -> dict[Label, float]:
    """All of them, one amount per label."""
    families: tuple[Callable[[Known], Iterator[Entry]], ...] = (
        _reduction,
        _intensity,
        _rates,
        _disposal,
        _ages,
        _manifests,
        _transport,
        _insurance,
        _co2e,
    )
    return summed(entry for family in families for entry in family(known))


def _entries(items: Iterable[Item], indicator: str, part: str, table: str) -> Iterator[Entry]:
    """Items on a side of an indicator."""
    for whose, year, item, amount, waste_class in items:
        yield Label(indicator, waste_class, whose, year, part, table, item), amount


def _both(items: Iterable[Item], indicator: str, table: str) -> Iterator[Entry]:
    """Items on both sides."""
    items = list(items)
    yield from _entries(items, indicator, NUMERATOR, table)
    yield from _entries(items, indicator, DENOMINATOR, table)


# ---------------------------------------------------------------- what arises


def _arose(rows: Iterable[Row]) -> list[Item]:
    """What arises, by row of the case."""
    return [Item(row["site"], row["year"], row["arising"], row["arising_t"]) for row in rows]


def _reduction(known: Known) -> Iterator[Entry]:
    columns = ("site", "period", "option", "kind", "avoided_t", "changed_t", "added_t")
    saved = [
        Item(site, known.year[period], option, avoided + changed - added)
        for site, period, option, kind, avoided, changed, added in picked(
            known.frames, "reductions", *columns
        )
        if kind != "expansion"
    ]
    yield from _both(saved, "reduction_share", "reductions")
    yield from _entries(_arose(known.wastes("arisings")), "reduction_share", DENOMINATOR, "arisings")


def _intensity(known: Known) -> Iterator[Entry]:
    stated = {row.name for row in known.case.arisings if row.production_t is not None}
    mine = [row for row in known.wastes("arisings") if row["arising"] in stated]
    yield from _entries(_arose(mine), "intensity", NUMERATOR, "arisings")
    columns = ("site", "period", "option", "kind", "arising", "added_t")
    less = [
        Item(site, known.year[period], option, -added)
        for site, period, option, kind, arising, added in picked(known.frames, "reductions", *columns)
        if kind == "expansion" and arising in stated
    ]
    yield from _entries(less, "intensity", NUMERATOR, "reductions")
    yield from _entries(_production(known), "intensity", DENOMINATOR, "production")


def _production(known: Known) -> list[Item]:
    """That of the row with the most of it at the site in the period: wastes may state the same."""
    time = known.net.time
    made: dict[tuple[str, int], tuple[float, str]] = {}
    for row in known.case.arisings:
        if row.production_t is not None:
            amounts = row.production_t * time.rate(row.per, row.calendar) * time.during(row.during)
            for t, amount in enumerate(amounts.tolist()):
                made[row.site, t] = max(made.get((row.site, t), (0.0, "")), (amount, row.name))
    return [Item(site, int(time.year[t]), name, amount) for (site, t), (amount, name) in made.items()]


def _insurance(known: Known) -> Iterator[Entry]:
    """A plant is insured in a period whose last day its insurance covers; a blank date is not known."""
    until = {row.name: day for row in known.case.sites if (day := row.liability_insured_to) is not None}
    rows = known.hazardous("arisings")
    stated = [row for row in rows if row["site"] in until]
    covered = [row for row in stated if known.periods[row["period"]].end <= until[row["site"]]]
    yield from _entries(_arose(covered), "insured", NUMERATOR, "arisings")
    yield from _entries(_arose(stated), "insured", DENOMINATOR, "arisings")
    yield from _entries(_arose(stated), "insurance_stated", NUMERATOR, "arisings")
    yield from _entries(_arose(rows), "insurance_stated", DENOMINATOR, "arisings")


def _co2e(known: Known) -> Iterator[Entry]:
    columns = ("site", "year", "scope", "amount", "account")
    own = [
        Item(site, year, scope, amount)
        for site, year, scope, amount, account in picked(known.frames, "accounts", *columns)
        if account == "co2e_t" and scope in CO2E_SCOPES
    ]
    if not own:
        return  # nobody states emissions: that is not none
    yield from _entries(own, "co2e", NUMERATOR, "accounts")
    yield from _entries(own, "co2e_per_t", NUMERATOR, "accounts")
    yield from _entries(_arose(known.wastes("arisings")), "co2e_per_t", DENOMINATOR, "arisings")


# ---------------------------------------------------------------- use and disposal


class Used(NamedTuple):
    """A row of the statistical form, or of the year to date."""

    whose: str
    waste_class: str
    year: int
    item: str
    generated_t: float
    used_t: float
    past_t: float

    def as_item(self, amount: float, waste_class: str = "") -> Item:
        """An amount of it."""
        return Item(self.whose, self.year, self.item, amount, waste_class)


def _rates(known: Known) -> Iterator[Entry]:
    """Of what arose at a plant, by the statistical form; gross by origin, which need not tell plants apart."""
    for table, own in (("statistical_form", _form(known)), ("year_to_date", _year_to_date(known))):
        yield from _rates_of(own, table, hazardous_classes(known))
    for part, name in ((NUMERATOR, "utilised_gross"), (DENOMINATOR, "generated")):
        rows = []
        for total, origin, cohort, year, amount in picked(known.frames, "totals", *TOTAL):
            if origin and total == name:
                waste_class, _, plant = origin.partition(":")
                rows.append(Item(plant, year, f"{origin}/{total}/{cohort}", amount, waste_class))
        yield from _entries(rows, "use_rate_gross", part, "totals")


def _rates_of(own: list[Used], table: str, dangerous: frozenset[str]) -> Iterator[Entry]:
    new = [(row, row.used_t - row.past_t) for row in own]
    sides = (
        ("use_rate_new", NUMERATOR, [(row, amount) for row, amount in new]),
        ("use_rate_new", DENOMINATOR, [(row, row.generated_t) for row in own]),
        ("use_rate_stat", NUMERATOR, [(row, amount + row.past_t) for row, amount in new]),
        ("use_rate_stat", DENOMINATOR, [(row, row.generated_t + row.past_t) for row in own]),
    )
    for indicator, part, amounts in sides:
        by_class = (row.as_item(amount, row.waste_class) for row, amount in amounts)
        yield from _entries(by_class, indicator, part, table)
        if indicator == "use_rate_stat":
            for row, amount in amounts:
                together = "hazardous" if row.waste_class in dangerous else "general"
                yield from _entries([row.as_item(amount)], f"use_rate_{together}", part, table)


def _form(known: Known) -> list[Used]:
    """Rows of the statistical form by plant, in dry tonnes."""
    columns = (
        "scope",
        "waste_class",
        "year",
        "code",
        "generated_t",
        "used_t",
        "used_past_t",
        "level",
        "basis",
    )
    return [
        Used(scope, waste_class, year, f"{waste_class}/{code}", *amounts)
        for scope, waste_class, year, code, *amounts, level, basis in picked(
            known.frames, "statistical_form", *columns
        )
        if (level, basis) == ("plant", "dry")
    ]


def _year_to_date(known: Known) -> list[Used]:
    """What the case states of the year before the horizon began, under the same headings."""
    year = known.case.periods[0].year
    return [
        Used(
            *(row.site, row.waste_class, year, row.waste_class, row.generated_t),
            *(row.utilised_new_t + row.utilised_legacy_t, row.utilised_legacy_t),
        )
        for row in known.case.year_to_date
    ]


def hazardous_classes(known: Known) -> frozenset[str]:
    """Classes of which any waste that arises or lay there is hazardous."""
    materials = {row.name: row for row in known.case.materials}
    given = [row.material for row in (*known.case.all_arisings, *known.case.opening_stock)]
    found = {materials[name] for name in given if materials[name].legal_status == "hazardous_waste"}
    return frozenset(row.waste_class for row in found)


def _disposal(known: Known) -> Iterator[Entry]:
    """Dry tonnes of waste that are disposed of, at the site where they are."""
    case, lookup = known.case, known.net.lookup

    def disposes(method: str) -> bool:
        return bool(method) and lookup.meaning(method) == "disposal"

    compliant = {row.name for row in case.storages if row.compliant}
    outlets = {row.name for row in case.outlets if disposes(row.method)}
    treats = {row.name for row in case.processes if disposes(row.method)}
    placed, sold, fed = (known.wastes(name) for name in ("placements", "sales", "feeds"))
    placed_t = [Item(row["site"], row["year"], row["storage"], row["placed_t"]) for row in placed]
    sold_t = [
        Item(row["site"], row["year"], row["outlet"], row["sold"]) for row in sold if row["outlet"] in outlets
    ]
    fed_t = [
        Item(lookup.line_site(row["line"]), row["year"], row["process"], row["feed_t"])
        for row in fed
        if row["process"] in treats
    ]
    harmless = [row for row in placed_t if row.item in compliant]
    yield from _entries(harmless, "harmless_disposal", NUMERATOR, "placements")
    yield from _entries(placed_t, "harmless_disposal", DENOMINATOR, "placements")
    yield from _both(sold_t, "harmless_disposal", "sales")
    yield from _both(fed_t, "harmless_disposal", "feeds")


# ---------------------------------------------------------------- storage and movement


def _ages(known: Known) -> Iterator[Entry]:
    """Tonne-days of hazardous waste in stock at the end of each year ÷ tonnes; and the greatest age."""
    lots = kept_since(known)
    mean = [Item(lot.site, lot.year, lot.storage, lot.stock_t * lot.age_days) for lot in lots]
    stock = [Item(lot.site, lot.year, lot.storage, lot.stock_t) for lot in lots]
    yield from _entries(mean, "storage_age_mean", NUMERATOR, "stocks")
    yield from _entries(stock, "storage_age_mean", DENOMINATOR, "stocks")
    oldest = last_of(sorted(lots, key=lambda lot: lot.age_days), lambda lot: (lot.site, lot.year))
    ages = [Item(lot.site, lot.year, lot.storage, lot.age_days) for lot in oldest]
    yield from _entries(ages, "storage_age_greatest", NUMERATOR, "stocks")


def _manifests(known: Known) -> Iterator[Entry]:
    by = ("lane", "from_site", "to_site", "mode", "material", "period")
    moves = {tuple(row[name] for name in by): row for row in known.hazardous("flows")}
    items = (Item(row["from_site"], row["year"], row["lane"], 1.0) for row in moves.values())
    yield from _entries(items, "manifests", NUMERATOR, "flows")


def _transport(known: Known) -> Iterator[Entry]:
    """Of everything counted in tonnes; nothing in a year in which a length is not known, or without modes."""
    if not known.case.modes:
        return
    clean = {row.mode for row in known.case.modes if row.clean}
    length = {
        (route.lane, route.from_site, route.to_site, route.mode): route.distance_km
        for route in known.net.routes.route
    }
    by = ("lane", "from_site", "to_site", "mode")
    moved = [(row, length[tuple(row[name] for name in by)]) for row in known.rows("flows") if row["solid"]]
    dark = {row["year"] for row, km in moved if km == float("inf")}
    items = [
        (row["mode"], Item(row["from_site"], row["year"], row["lane"], row["wet_t"] * km))
        for row, km in moved
        if row["year"] not in dark
    ]
    cleanly = (item for mode, item in items if mode in clean)
    yield from _entries(cleanly, "clean_transport", NUMERATOR, "flows")
    yield from _entries((item for _, item in items), "clean_transport", DENOMINATOR, "flows")
