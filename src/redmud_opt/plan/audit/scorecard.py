"""The zero-waste scorecard states what the plan's own rows make of it, and its rows add up.

    reduction      Σ avoided + changed − added of options that reduce or switch ÷ what arises of waste + the same
    intensity      tonnes that arise by rows with a production, less expansions ÷ the most production stated there
    use rates      utilised ÷ generated as in `rates`, by class;   of general and of hazardous classes together;
                   those of plants and owners as the statistical form has them
    disposal       placed where compliant + handed to disposal + fed to disposal ÷ all placed, handed, fed so
    storage age    from arising where streams say so, else a queue per storage and waste; at the end of each year
    manifests      number of (lane, material, period) of hazardous flows
    clean          wet t km on clean modes ÷ on all, where every length of the year is known
    insured        hazardous tonnes that arise while the plant's insurance runs ÷ where its date is stated
    co2e           Σ direct, purchased, transport at its site;   ÷ waste that arises

Plants are sites where something arises; what stands at a site counts at its owner too, and in the whole.
Hazardous is what is so on the first day: what is certified later, a plan still counts as such.
value = numerator ÷ denominator, gap = value − asked, trend = value − that of the year before (of manifests only where
both years have as many periods).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date

from redmud_opt.case.indicators import ALL, OWNER, PLANT, SCORECARD
from redmud_opt.plan.audit.accounts import Accounts
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.burdens import burdens
from redmud_opt.plan.audit.checks import Check, Findings, Tally, at, union
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.rates import known_origins
from redmud_opt.plan.audit.rows import Score

ABOVE, BELOW = "numerator", "denominator"
WITHOUT_DENOMINATOR = ("manifests", "co2e", "storage_age_greatest")
Key = tuple[str, str, str, int]  # indicator, class, at, year
Part = tuple[str, str, str, int, str]  # indicator, class, site or owner, year, side


def scorecard(book: Book) -> tuple[Check, ...]:
    """The frames `scorecard` and `scorecard_rows`."""
    findings = Findings("scorecard")
    if book.scores is None or book.score_rows is None:
        findings.note("not_stated", "scorecard")
        return findings.checks()
    due = _spread(book, _parts(book), (PLANT, OWNER, ALL))
    for side_of, amount in _spread(book, _use_at_plants(book), (PLANT, OWNER)).sums.items():
        due.add(side_of, amount)
    stated = {(row.indicator, row.waste_class, row.at, row.year): row for row in book.scores}
    sums: Tally[tuple[Key, str]] = Tally()
    for part in book.score_rows:
        sums.add(((part.indicator, part.waste_class, part.at, part.year), part.part), part.amount)
    asked = {key for key, _ in due}
    for key in union(stated, asked):
        row = stated.get(key)
        if row is None:
            findings.fault("no_row", at(*key))
            continue
        for side, said in ((ABOVE, row.numerator), (BELOW, row.denominator)):
            own = "" if side == ABOVE or key[0] not in WITHOUT_DENOMINATOR else "none"
            if own:
                _same(findings, at(*key, side), said, math.nan)
                continue
            findings.equal("misstated", at(*key, side), said, due[key, side], due.scale((key, side)))
            findings.equal("rows", at(*key, side), sums[key, side], said, sums.scale((key, side)))
        _ratios(findings, book, stated, row)
    for key, _ in sums:
        if key not in stated:
            findings.fault("no_row", at(*key))
    return findings.checks()


def _same(findings: Findings, where: str, stated: float, right: float) -> None:
    """Equal numbers; what is not there is stated as not there."""
    if math.isnan(right) and math.isnan(stated):
        findings.rows += 1
    elif math.isnan(right) or math.isnan(stated):
        findings.fault("unknown", where, amount=stated, right=right)
    else:
        findings.equal("misstated", where, stated, right)


def _comparable(book: Book, row: Score) -> bool:
    """Whether the year before counts alike: movements are counted once a period."""
    years = Counter(period.year for period in book.dates.periods)
    return row.indicator != "manifests" or years[row.year] == years[row.year - 1]


def _ratios(findings: Findings, book: Book, stated: dict[Key, Score], row: Score) -> None:
    """Value, target, gap and trend of a row."""
    key = (row.indicator, row.waste_class, row.at, row.year)
    if row.indicator in WITHOUT_DENOMINATOR:
        value = row.numerator
    else:
        value = row.numerator / row.denominator if row.denominator > 0.0 else math.nan
    target = _target(book, key)
    before = stated.get((*key[:3], row.year - 1))
    own = {row_.key: row_ for row_ in SCORECARD}.get(row.indicator)
    expected = {
        "value": value,
        "asked": target,
        "gap": value - target,
        "trend": value - (before.value if before and _comparable(book, row) else math.nan),
    }
    for name, right in expected.items():
        _same(findings, at(*key, name), getattr(row, name), right)
    if own is None or (row.unit, row.own) != (own.unit, "yes" if own.own else "no"):
        findings.fault("wrong_indicator", at(*key), indicator=row.indicator)
    else:
        findings.rows += 1


def _target(book: Book, key: Key) -> float:
    """The greatest rate that targets ask for of this class, at this place, in this year."""
    indicator, waste_class, place, year = key
    asked = [
        row.at_least
        for row in book.facts.targets.values()
        if f"use_{row.rate}" == indicator
        and (row.waste_class, row.scope) == (waste_class, place)
        and row.year in (None, year)
        and (row.rate == "rate_gross" or row.iron == "net_product")
    ]
    return max(asked, default=math.nan)


# ---------------------------------------------------------------- what is due


def _spread(
    book: Book, parts: Iterator[tuple[Part, float]], shown: tuple[str, ...]
) -> Tally[tuple[Key, str]]:
    """Amounts at their plant, its owner and in the whole, as far as asked for; of ages the greatest alone."""
    levels = {row.key: [level for level in row.levels if level in shown] for row in SCORECARD}
    plants = {row.site for row in book.arisings}
    found: Tally[tuple[Key, str]] = Tally()
    greatest: defaultdict[tuple[Key, str], float] = defaultdict(float)
    for (indicator, waste_class, whose, year, side), amount in parts:
        places = []
        if PLANT in levels[indicator] and whose in plants:
            places.append(whose)
        owner = book.facts.sites[whose].owner if whose in book.facts.sites else whose
        if OWNER in levels[indicator] and owner:
            places.append(owner)
        if ALL in levels[indicator]:
            places.append("")
        for place in places:
            key = ((indicator, waste_class, place, year), side)
            if indicator == "storage_age_greatest":
                greatest[key] = max(greatest[key], amount)
            else:
                found.add(key, amount)
    for key, amount in greatest.items():
        found.add(key, amount)
    return _shown(found)


def _shown(found: Tally[tuple[Key, str]]) -> Tally[tuple[Key, str]]:
    """Only what is not nothing on either side; an insurance that nobody states is asked for all the same."""
    kept: Tally[tuple[Key, str]] = Tally()
    for (key, side), amount in found.sums.items():
        if abs(amount) > 1e-9 or key[0] == "insured":
            kept.add((key, side), amount)
    return kept


def _parts(book: Book) -> Iterator[tuple[Part, float]]:
    yield from _arising(book)
    yield from _intensity(book)
    yield from _use(book)
    yield from _disposal(book)
    yield from _ages(book)
    yield from _moved(book)
    yield from _burdens(book)


def _arising(book: Book) -> Iterator[tuple[Part, float]]:
    facts, year_of = book.facts, book.dates.year_of
    for own in book.reductions:
        if own.kind != "expansion":
            for side in (ABOVE, BELOW):
                saved = own.avoided + own.changed - own.added
                yield ("reduction_share", "", own.site, year_of(own.t), side), saved
    for row in book.arisings:
        if not facts.is_waste(row.stream.material):
            continue
        year = year_of(row.t)
        yield ("reduction_share", "", row.site, year, BELOW), row.amount
        if book.status.hazardous(row.stream, 0):
            until = facts.sites[row.site].liability_insured_to
            yield ("insurance_stated", "", row.site, year, BELOW), row.amount
            if until is not None:
                covered = until >= book.dates.periods[row.t].end
                yield ("insurance_stated", "", row.site, year, ABOVE), row.amount
                yield ("insured", "", row.site, year, BELOW), row.amount
                yield ("insured", "", row.site, year, ABOVE), row.amount if covered else 0.0
            else:
                yield ("insured", "", row.site, year, BELOW), 0.0


def _intensity(book: Book) -> Iterator[tuple[Part, float]]:
    facts, dates = book.facts, book.dates
    stated = {row.name: row for row in live(facts.case.arisings) if row.production_t is not None}
    for arose in book.arisings:
        if arose.arising in stated and facts.is_waste(arose.stream.material):
            yield ("intensity", "", arose.site, dates.year_of(arose.t), ABOVE), arose.amount
    for own in book.reductions:
        if own.kind == "expansion" and own.arising in stated:
            yield ("intensity", "", own.site, dates.year_of(own.t), ABOVE), -own.added
    for t in range(len(dates.periods)):
        made: defaultdict[str, float] = defaultdict(float)
        for row in stated.values():
            if t in dates.during(row.during):
                share = dates.fraction(row.per, t) * dates.calendar_share(row.calendar, t)
                made[row.site] = max(made[row.site], (row.production_t or 0.0) * share)
        for site, amount in made.items():
            yield ("intensity", "", site, dates.year_of(t), BELOW), amount


def _use(book: Book) -> Iterator[tuple[Part, float]]:
    """Rates of the whole, by class and over general and hazardous classes; gross ones by origin."""
    accounts = Accounts(book)
    dangerous = _hazardous_classes(book)
    for origin in known_origins(accounts):
        waste_class, _, whose = origin.partition(":")
        kind = "use_rate_hazardous" if waste_class in dangerous else "use_rate_general"
        for year in book.dates.years:
            generated = accounts.with_to_date(("generated", origin, "new", year))
            new = accounts.with_to_date(("utilised", origin, "new", year))
            old = accounts.with_to_date(("utilised", origin, "legacy", year))
            gross = sum(
                accounts.with_to_date(("utilised_gross", origin, cohort, year))
                for cohort in ("new", "legacy")
            )
            for indicator, name, place, above, below in (
                ("use_rate_new", waste_class, "", new, generated),
                ("use_rate_stat", waste_class, "", new + old, generated + old),
                ("use_rate_gross", waste_class, whose, gross, generated),
                (kind, "", "", new + old, generated + old),
            ):
                yield (indicator, name, place, year, ABOVE), above
                yield (indicator, name, place, year, BELOW), below


def _use_at_plants(book: Book) -> Iterator[tuple[Part, float]]:
    """Rates of plants, by the statistical form, which is audited by itself, and what the case states of the year."""
    dangerous = _hazardous_classes(book)
    first = book.dates.years[0]
    rows = [
        (row.scope, row.waste_class, row.year, row.generated, row.used - row.used_past, row.used_past)
        for row in book.statistical_form or ()
        if (row.level, row.basis) == ("plant", "dry")
    ]
    rows += [
        (own.site, own.waste_class, first, own.generated_t, own.utilised_new_t, own.utilised_legacy_t)
        for own in live(book.facts.case.year_to_date)
    ]
    for site, waste_class, year, generated, new, old in rows:
        kind = "use_rate_hazardous" if waste_class in dangerous else "use_rate_general"
        for indicator, name, above, below in (
            ("use_rate_new", waste_class, new, generated),
            ("use_rate_stat", waste_class, new + old, generated + old),
            (kind, "", new + old, generated + old),
        ):
            yield (indicator, name, site, year, ABOVE), above
            yield (indicator, name, site, year, BELOW), below


def _hazardous_classes(book: Book) -> set[str]:
    facts = book.facts
    given = [row.material for row in facts.arisings.values()]
    given += [row.material for row in live(facts.case.opening_stock)]
    rows = [facts.materials[name] for name in given]
    return {row.waste_class for row in rows if row.legal_status == "hazardous_waste"}


def _disposal(book: Book) -> Iterator[tuple[Part, float]]:
    facts, dates = book.facts, book.dates
    for placed in book.placements:
        if facts.is_waste(placed.stream.material):
            harmless = placed.amount if facts.storages[placed.storage].compliant else 0.0
            yield ("harmless_disposal", "", placed.site, dates.year_of(placed.t), ABOVE), harmless
            yield ("harmless_disposal", "", placed.site, dates.year_of(placed.t), BELOW), placed.amount
    for sold in book.sales:
        method = facts.outlets[sold.outlet].method
        if facts.is_waste(sold.stream.material) and dates.meaning(method, sold.t) == "disposal":
            for side in (ABOVE, BELOW):
                yield ("harmless_disposal", "", sold.site, dates.year_of(sold.t), side), sold.amount
    for fed, site, _ in book.runs:
        method = facts.processes[fed.process].method
        if fed.stream and facts.is_waste(fed.stream.material) and dates.meaning(method, fed.t) == "disposal":
            for side in (ABOVE, BELOW):
                yield ("harmless_disposal", "", site, dates.year_of(fed.t), side), fed.amount


def _ages(book: Book) -> Iterator[tuple[Part, float]]:
    """By arising; else a queue per storage and material: what comes joins its end, what goes leaves its head."""
    periods, facts = book.dates.periods, book.facts
    moves: defaultdict[tuple[str, str], dict[int, list[float]]] = defaultdict(dict)
    for row in book.stocks:
        if book.status.hazardous(row.stream, 0) and row.stream.arose:
            period = periods[row.t]
            born = book.clocks.born(row.stream.arose) or periods[0].start
            if row.t == book.dates.periods_of(period.year)[-1] and row.stock > 1e-6:
                yield from _lot(row.site, period.year, (period.end - born).days, row.stock)
        elif book.status.hazardous(row.stream, 0):
            own = moves[row.storage, row.stream.material].setdefault(row.t, [0.0, 0.0])
            own[0] += row.put
            own[1] += row.stock
    for (storage, material), by_period in moves.items():
        queue: list[tuple[date, float]] = sorted(
            (row.arose_on or periods[0].start, row.amount_t)
            for row in live(facts.case.opening_stock)
            if (row.storage, row.material) == (storage, material)
        )
        for t, period in enumerate(periods):
            put, stock = by_period.get(t, (0.0, 0.0))
            queue = _drained([*queue, (period.start, put)], stock)
            if t == book.dates.periods_of(period.year)[-1]:
                for start, amount in queue:
                    site = facts.storages[storage].site
                    yield from _lot(site, period.year, (period.end - start).days, amount)


def _lot(site: str, year: int, days: int, amount: float) -> Iterator[tuple[Part, float]]:
    yield ("storage_age_mean", "", site, year, ABOVE), amount * days
    yield ("storage_age_mean", "", site, year, BELOW), amount
    yield ("storage_age_greatest", "", site, year, ABOVE), float(days)


def _drained(queue: list[tuple[date, float]], stock: float) -> list[tuple[date, float]]:
    """What is left of a queue when as much has gone from its head as leaves the stock."""
    gone = sum(amount for _, amount in queue) - stock
    left = []
    for start, amount in queue:
        taken = min(max(gone, 0.0), amount)
        gone -= taken
        if amount - taken > 1e-9:
            left.append((start, amount - taken))
    return left


def _moved(book: Book) -> Iterator[tuple[Part, float]]:
    clean = {row.mode for row in live(book.facts.case.modes) if row.clean}
    seen: set[tuple[str, str, str, str, str, int]] = set()
    haul: list[tuple[str, str, int, float]] = []
    for flow in book.flows:
        year = book.dates.year_of(flow.t)
        move = (flow.lane, flow.mode, flow.from_site, flow.to_site, flow.stream.material, flow.t)
        if book.status.hazardous(flow.stream, 0) and move not in seen:
            seen.add(move)
            yield ("manifests", "", flow.from_site, year, ABOVE), 1.0
        if book.facts.in_tonnes(flow.stream.material):
            km = book.lanes.distance_km(flow.lane, flow.from_site, flow.to_site, flow.mode)
            wet = book.wet(flow.stream, flow.amount)
            haul.append((flow.from_site, flow.mode, year, math.nan if km is None else wet * km))
    unknown = {year for _, _, year, amount in haul if math.isnan(amount)}
    for site, mode, year, amount in haul if live(book.facts.case.modes) else ():
        if year not in unknown:
            yield ("clean_transport", "", site, year, ABOVE), amount if mode in clean else 0.0
            yield ("clean_transport", "", site, year, BELOW), amount


def _burdens(book: Book) -> Iterator[tuple[Part, float]]:
    """Nothing at all where nobody states emissions."""
    emitted = [
        own
        for own in burdens(book)
        if own.account == "co2e_t" and own.scope in ("direct", "purchased", "transport") and own.amount
    ]
    for own in emitted:
        year = book.dates.year_of(own.t)
        yield ("co2e", "", own.site, year, ABOVE), own.amount
        yield ("co2e_per_t", "", own.site, year, ABOVE), own.amount
    for row in book.arisings if emitted else ():
        if book.facts.is_waste(row.stream.material):
            yield ("co2e_per_t", "", row.site, book.dates.year_of(row.t), BELOW), row.amount
