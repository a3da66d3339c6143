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

An entry is (indicator, waste class, whose, year, part, table, item, amount): `whose` is the site it is counted at, or
an owner, or blank for the whole; `table` and `item` say which rows of the plan it sums up. docs/decisions.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.plan.known import Known
from redmud_opt.plan.stock_ages import kept_since

NUMERATOR, DENOMINATOR = "numerator", "denominator"
ENTRY = ("indicator", "waste_class", "whose", "year", "part", "table", "item", "amount")
CO2E_SCOPES = ("direct", "purchased", "transport")


def entries(known: Known) -> pd.DataFrame:
    """All of them, one row per label."""
    parts = [
        part[list(ENTRY)]
        for family in (
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
        for part in family(known)
        if len(part)
    ]
    if not parts:
        return pd.DataFrame(columns=list(ENTRY)).astype({"year": int, "amount": float})
    found = pd.concat(parts, ignore_index=True)
    summed = found.groupby(list(ENTRY[:-1]), as_index=False, sort=False)["amount"].sum()
    return pd.DataFrame(summed).astype({"year": int, "amount": float})


def _entry(frame: pd.DataFrame, indicator: Any, part: str, table: str, waste_class: Any = "") -> pd.DataFrame:
    """Rows of a frame as entries: whose, year, item and amount are there already."""
    if frame.empty:
        return frame  # left out with all that is empty
    own = frame[["whose", "year", "item", "amount"]]
    return own.assign(indicator=indicator, part=part, table=table, waste_class=waste_class)


def _both(numerator: pd.DataFrame, denominator: pd.DataFrame) -> Iterator[pd.DataFrame]:
    yield numerator.assign(part=NUMERATOR)
    yield denominator.assign(part=DENOMINATOR)


# ---------------------------------------------------------------- what arises


def _arising(known: Known) -> pd.DataFrame:
    """What arises of wastes, by row of the case: whose, year, item, amount."""
    frame = known.wastes("arisings")
    return frame.assign(whose=frame["site"], item=frame["arising"], amount=frame["arising_t"])


def _reduction(known: Known) -> Iterator[pd.DataFrame]:
    options = known.frames["reductions"]
    options = options[options["kind"] != "expansion"]
    saved = options["avoided_t"] + options["changed_t"] - options["added_t"]
    years = [known.year[period] for period in options["period"]]
    saved_t = options.assign(whose=options["site"], year=years, item=options["option"], amount=saved)
    rows = _entry(saved_t, "reduction_share", NUMERATOR, "reductions")
    yield from _both(rows, rows)
    yield _entry(_arising(known), "reduction_share", DENOMINATOR, "arisings")


def _intensity(known: Known) -> Iterator[pd.DataFrame]:
    """Production is that of the row with the most of it at the site in the period: wastes may state the same."""
    stated = {row.name: row for row in known.case.arisings if row.production_t is not None}
    arising = _arising(known)
    mine = arising[arising["item"].isin(stated)]
    yield _entry(mine, "intensity", NUMERATOR, "arisings")
    options = known.frames["reductions"]
    more = options[(options["kind"] == "expansion") & options["arising"].isin(stated)]
    years = [known.year[period] for period in more["period"]]
    less = more.assign(whose=more["site"], year=years, item=more["option"], amount=-more["added_t"])
    yield _entry(less, "intensity", NUMERATOR, "reductions")
    time = known.net.time
    made: dict[tuple[str, int], tuple[float, str]] = {}
    for row in stated.values():
        amounts = (row.production_t or 0.0) * time.rate(row.per, row.calendar) * time.during(row.during)
        for t, amount in enumerate(amounts.tolist()):
            made[row.site, t] = max(made.get((row.site, t), (0.0, "")), (amount, row.name))
    rows = [(site, int(time.year[t]), item, amount) for (site, t), (amount, item) in made.items()]
    production = pd.DataFrame(rows, columns=["whose", "year", "item", "amount"])
    yield _entry(production, "intensity", DENOMINATOR, "production")


def _insurance(known: Known) -> Iterator[pd.DataFrame]:
    """A plant is insured in a period whose last day its insurance covers; a blank date is not known."""
    until = {site.name: site.liability_insured_to for site in known.case.sites}
    frame = known.hazardous("arisings")
    frame = frame.assign(whose=frame["site"], item=frame["arising"], amount=frame["arising_t"])
    days = [until[site] for site in frame["site"]]
    ends = [known.periods[period].end for period in frame["period"]]
    known_day = np.array([day is not None for day in days], dtype=bool)
    covered = np.array([day is not None and e <= day for day, e in zip(days, ends, strict=True)], dtype=bool)
    stated = frame[known_day]
    yield _entry(frame[covered], "insured", NUMERATOR, "arisings")
    yield _entry(stated, "insured", DENOMINATOR, "arisings")
    yield _entry(stated, "insurance_stated", NUMERATOR, "arisings")
    yield _entry(frame, "insurance_stated", DENOMINATOR, "arisings")


def _co2e(known: Known) -> Iterator[pd.DataFrame]:
    accounts = known.frames["accounts"]
    own = accounts[(accounts["account"] == "co2e_t") & accounts["scope"].isin(CO2E_SCOPES)]
    if own.empty:
        return  # nobody states emissions: that is not none
    own = own.assign(whose=own["site"], item=own["scope"])
    yield _entry(own, "co2e", NUMERATOR, "accounts")
    yield _entry(own, "co2e_per_t", NUMERATOR, "accounts")
    yield _entry(_arising(known), "co2e_per_t", DENOMINATOR, "arisings")


# ---------------------------------------------------------------- use and disposal


def _rates(known: Known) -> Iterator[pd.DataFrame]:
    """Of what arose at a plant, by the statistical form; gross by origin, which need not tell plants apart."""
    dangerous = hazardous_classes(known)
    for table, own in (("statistical_form", _form(known)), ("year_to_date", _year_to_date(known))):
        new, past = own["used_t"] - own["used_past_t"], own["used_past_t"]
        amounts = {
            "use_rate_new": (new, own["generated_t"]),
            "use_rate_stat": (new + past, own["generated_t"] + past),
        }
        together = np.where(own["waste_class"].isin(dangerous), "use_rate_hazardous", "use_rate_general")
        for indicator, sides in amounts.items():
            for part, amount in zip((NUMERATOR, DENOMINATOR), sides, strict=True):
                rows = own.assign(amount=amount)
                yield _entry(rows, indicator, part, table, waste_class=rows["waste_class"])
                if indicator == "use_rate_stat":
                    yield _entry(rows, together, part, table)
    totals = known.frames["totals"]
    totals = totals[totals["origin"] != ""]
    names = [str(origin).partition(":") for origin in totals["origin"]]
    item = totals["origin"] + "/" + totals["total"] + "/" + totals["cohort"]
    classes, plants = ([name[k] for name in names] for k in (0, 2))
    own = totals.assign(waste_class=classes, whose=plants, item=item)
    for part, total in ((NUMERATOR, "utilised_gross"), (DENOMINATOR, "generated")):
        rows = own[own["total"] == total]
        yield _entry(rows, "use_rate_gross", part, "totals", waste_class=rows["waste_class"])


def _form(known: Known) -> pd.DataFrame:
    """Rows of the statistical form by plant, in dry tonnes."""
    form = known.frames["statistical_form"]
    own = form[(form["level"] == "plant") & (form["basis"] == "dry")]
    return own.assign(whose=own["scope"], item=own["waste_class"] + "/" + own["code"])


def _year_to_date(known: Known) -> pd.DataFrame:
    """What the case states of the year before the horizon began, under the same headings."""
    year = known.case.periods[0].year
    rows = [
        (
            *(row.site, row.waste_class, year, row.waste_class, row.generated_t),
            *(row.utilised_new_t + row.utilised_legacy_t, row.utilised_legacy_t),
        )
        for row in known.case.year_to_date
    ]
    names = ["whose", "waste_class", "year", "item", "generated_t", "used_t", "used_past_t"]
    return pd.DataFrame(rows, columns=names)


def hazardous_classes(known: Known) -> frozenset[str]:
    """Classes of which any waste that arises or lay there is hazardous."""
    materials = {row.name: row for row in known.case.materials}
    given = [row.material for row in (*known.case.all_arisings, *known.case.opening_stock)]
    found = {materials[name] for name in given if materials[name].legal_status == "hazardous_waste"}
    return frozenset(row.waste_class for row in found)


def _disposal(known: Known) -> Iterator[pd.DataFrame]:
    """Dry tonnes of waste that are disposed of, at the site where they are."""
    compliant = {row.name for row in known.case.storages if row.compliant}
    placed = known.wastes("placements")
    placed = placed.assign(whose=placed["site"], item=placed["storage"], amount=placed["placed_t"])
    meaning = known.net.lookup.meaning
    outlets = {row.name for row in known.case.outlets if row.method and meaning(row.method) == "disposal"}
    sold = known.wastes("sales")
    sold = sold[sold["outlet"].isin(outlets)]
    sold = sold.assign(whose=sold["site"], item=sold["outlet"], amount=sold["sold"])
    treats = {row.name for row in known.case.processes if row.method and meaning(row.method) == "disposal"}
    fed = known.wastes("feeds")
    fed = fed[fed["process"].isin(treats)]
    sites = [known.net.lookup.line_site(line) for line in fed["line"]]
    fed = fed.assign(whose=sites, item=fed["process"], amount=fed["feed_t"])
    harmless = placed[placed["item"].isin(compliant)]
    yield _entry(harmless, "harmless_disposal", NUMERATOR, "placements")
    yield _entry(placed, "harmless_disposal", DENOMINATOR, "placements")
    for rows, table in ((sold, "sales"), (fed, "feeds")):
        own = _entry(rows, "harmless_disposal", "", table)
        yield from _both(own, own)


# ---------------------------------------------------------------- storage and movement


def _ages(known: Known) -> Iterator[pd.DataFrame]:
    """Tonne-days of hazardous waste in stock at the end of each year ÷ tonnes; and the greatest age."""
    lots = kept_since(known)
    mean = lots.assign(whose=lots["site"], item=lots["storage"], amount=lots["stock_t"] * lots["age_days"])
    yield _entry(mean, "storage_age_mean", NUMERATOR, "stocks")
    yield _entry(mean.assign(amount=lots["stock_t"]), "storage_age_mean", DENOMINATOR, "stocks")
    oldest = lots.sort_values("age_days", kind="stable").drop_duplicates(["site", "year"], keep="last")
    oldest = oldest.assign(whose=oldest["site"], item=oldest["storage"], amount=oldest["age_days"])
    yield _entry(oldest, "storage_age_greatest", NUMERATOR, "stocks")


def _manifests(known: Known) -> Iterator[pd.DataFrame]:
    frame = known.hazardous("flows")
    moves = frame.drop_duplicates(["lane", "from_site", "to_site", "mode", "material", "period"])
    moves = moves.assign(whose=moves["from_site"], item=moves["lane"], amount=1.0)
    yield _entry(moves, "manifests", NUMERATOR, "flows")


def _transport(known: Known) -> Iterator[pd.DataFrame]:
    """Of everything counted in tonnes; nothing in a year in which a length is not known, or without modes."""
    if not known.case.modes:
        return
    clean = {row.mode for row in known.case.modes if row.clean}
    length = {
        (route.lane, route.from_site, route.to_site, route.mode): route.distance_km
        for route in known.net.routes.route
    }
    frame = known.rows("flows")
    frame = frame[frame["solid"].eq(True)]
    keys = zip(frame["lane"], frame["from_site"], frame["to_site"], frame["mode"], strict=True)
    km = pd.Series([length[key] for key in keys], index=frame.index, dtype=float)
    measured = ~frame["year"].isin(frame["year"][km == float("inf")])
    moved = frame.assign(whose=frame["from_site"], item=frame["lane"], amount=frame["wet_t"] * km)[measured]
    yield _entry(moved[moved["mode"].isin(clean)], "clean_transport", NUMERATOR, "flows")
    yield _entry(moved, "clean_transport", DENOMINATOR, "flows")
