"""Amounts, prices and dates of what arises, is bought, sold and stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from redmud_opt.case.case import RULE_PACK_TABLES, Period
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.columns import columns
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.things import Tier
from redmud_opt.i18n import Message


def arisings_stated_once(facts: Facts) -> Iterator[Fault]:
    """An amount, or production and factor: exactly one of them."""
    for row in facts.case.arisings:
        pair = (row.production_t is not None, row.factor_t_per_t is not None)
        if row.amount_t is not None and any(pair):
            yield facts.fault(row, "amount_t", "arising_twice", name=row.name)
        elif row.amount_t is None and not all(pair):
            missing = "factor_t_per_t" if pair[0] else "production_t" if pair[1] else "amount_t"
            yield facts.fault(row, missing, "arising_not_stated", name=row.name)


def least_below_most(facts: Facts) -> Iterator[Fault]:
    """min_… ≤ max_… wherever both stand in a row."""
    for table in ("supplies", "outlets"):
        for row in facts.draft.rows(table):
            if row.min_t is not None and row.max_t is not None and row.min_t > row.max_t:
                yield facts.fault(row, "min_t", "min_above_max", low=row.min_t, high=row.max_t)


def opens_before_closing(facts: Facts) -> Iterator[Fault]:
    """What has a first day and a day after the last has at least one day."""
    for first, last in (("opens", "closes"), ("valid_from", "valid_to"), ("starts", "ends")):
        for table in (
            "relinings",
            "lines",
            "outlets",
            "storages",
            *RULE_PACK_TABLES,
            "permits",
            "approvals",
            "contracts",
        ):
            for row in facts.draft.rows(table):
                if last not in columns(type(row)):
                    continue
                start, end = getattr(row, first), getattr(row, last)
                if start is not None and end is not None and start >= end:
                    yield facts.fault(row, last, "closes_before_opening", opens=start, closes=end)


def months_exist(facts: Facts) -> Iterator[Fault]:
    """A year has twelve months."""
    for row in facts.case.calendars:
        if row.month > 12:
            yield facts.fault(row, "month", "no_such_month", month=row.month)


def _by_item(facts: Facts) -> dict[str, list[Tier]]:
    found: dict[str, list[Tier]] = defaultdict(list)
    for row in facts.case.tiers:
        found[row.item].append(row)
    return {item: sorted(rows, key=lambda row: row.step) for item, rows in found.items()}


def tiers_in_order(facts: Facts) -> Iterator[Fault]:
    """Steps 1 … n, only the last of them open, all over the same time."""
    for item, rows in _by_item(facts).items():
        for number, row in enumerate(rows, start=1):
            if row.step != number:
                yield facts.fault(row, "step", "tier_step", item=item, step=row.step, expected=number)
                break
        for row in rows[:-1]:
            if row.width_t is None:
                yield facts.fault(row, "width_t", "tier_open", item=item, step=row.step)
        for row in rows[1:]:
            if row.per != rows[0].per:
                yield facts.fault(row, "per", "tier_time", item=item, per=row.per, first=rows[0].per)


def tiers_have_an_end(facts: Facts) -> Iterator[Fault]:
    """Steps that a plan would rather fill out of order are put in order by binaries, which need a most.

    Outlet prices that never rise, and prices of buying and of size that never fall, need none.
    """
    sellers = {row.name: row.max_t for row in facts.case.outlets}
    most = sellers | {row.name: row.max_t for row in facts.case.supplies}
    for item, rows in _by_item(facts).items():
        last = rows[-1]
        if item not in most or most[item] is not None or last.width_t is not None:
            continue
        for before, row in pairwise(rows):
            rise = row.price_cny_per_t - before.price_cny_per_t
            if (rise > 0) if item in sellers else (rise < 0):
                values = {"item": item, "step": row.step}
                values |= {"before": before.price_cny_per_t, "price": row.price_cny_per_t}
                remedy = Message("case.state_the_most", {"item": item})
                yield facts.fault(last, "width_t", "tiers_without_end", remedy, **values)
                break


def lots_fit_lanes(facts: Facts) -> Iterator[Fault]:
    """A least lot is no more than the lane can carry in its best period."""
    shares: dict[str, dict[int, float]] = defaultdict(dict)
    for month in facts.case.calendars:
        shares[month.calendar][month.month] = month.share
    for row in facts.case.lanes:
        if row.min_lot_t is None or row.capacity_t is None:
            continue
        best = max(
            (period.fraction_of_year if row.per == "year" else 1.0)
            * _available(period, shares.get(row.calendar, {}))
            for period in facts.case.periods
        )
        if row.min_lot_t > row.capacity_t * best * (1 + 1e-9):
            values = {"lot": row.min_lot_t, "most": row.capacity_t * best}
            yield facts.fault(
                row, "min_lot_t", "lot_above_capacity", Message("case.lot_is_per_period"), **values
            )


def _available(period: Period, shares: dict[int, float]) -> float:
    """Share of a period's days that a calendar leaves."""
    return sum(days * shares.get(month, 1.0) for month, days in period.months.items()) / period.days


def stock_before_horizon(facts: Facts) -> Iterator[Fault]:
    """Opening stock arose before the horizon begins."""
    start = facts.case.periods[0].start
    for row in facts.case.opening_stock:
        if row.arose_on is not None and row.arose_on >= start:
            yield facts.fault(row, "arose_on", "stock_after_start", date=row.arose_on, start=start)


def lanes_have_cost(facts: Facts) -> Iterator[Fault]:
    """A lane costs something per tonne, or per kilometre by a haul rule of its mode; its ends are two sites."""
    modes = {row.mode for row in facts.case.haul}
    for row in facts.case.lanes:
        if row.from_site == row.to_site:
            yield facts.fault(row, "to_site", "lane_to_itself", site=row.from_site)
        if row.cost_cny_per_t is None and row.mode not in modes:
            remedy = did_you_mean(row.mode, modes)
            yield facts.fault(row, "cost_cny_per_t", "lane_without_cost", remedy, mode=row.mode)


def distances_once(facts: Facts) -> Iterator[Fault]:
    """A distance holds both ways and is stated once."""
    first: dict[tuple[frozenset[str], str], tuple[str, int]] = {}
    for row in facts.case.distances:
        if row.from_site == row.to_site:
            yield facts.fault(row, "to_site", "lane_to_itself", site=row.from_site)
            continue
        key = (frozenset((row.from_site, row.to_site)), row.mode)
        way, number = first.setdefault(key, (row.from_site, row.place.row))
        if way != row.from_site:
            yield facts.fault(row, "from_site", "distance_both_ways", first=str(number))


def storages_take_something(facts: Facts) -> Iterator[Fault]:
    """A storage takes material in somehow."""
    by_curve = {point.storage for point in facts.case.yard_curves}
    for row in facts.case.storages:
        if not row.retrievable and not row.final:
            yield facts.fault(row, "retrievable", "storage_without_use", name=row.name)
        by_height = row.height_m is not None and (row.name in by_curve or row.area_m2 is not None)
        if row.airspace_m3 is not None or by_height:
            bare = [m for m in facts.case.members(row.material) if _no_density(facts, m)]
            if bare:
                column = "height_m" if row.airspace_m3 is None else "airspace_m3"
                yield facts.fault(row, column, "no_density", materials=tuple(bare))


def _no_density(facts: Facts, material: str) -> bool:
    return material in facts.materials and facts.materials[material].density_t_per_m3 is None


def groups_or_plants(facts: Facts) -> Iterator[Fault]:
    """What arises at a group of plants and at one of its plants would be counted twice."""
    within = {row.name: row.within for row in facts.case.sites}
    classes = {row.name: row.waste_class for row in facts.case.materials}
    arising = {(row.site, classes.get(row.material)): row.name for row in facts.case.all_arisings}
    for row in facts.case.all_arisings:
        site, seen = within.get(row.site, ""), {row.site}
        while site and site not in seen:
            seen.add(site)
            other = arising.get((site, classes.get(row.material)))
            if other is not None:
                yield facts.fault(row, "site", "counted_twice", site=row.site, group=site, other=other)
            site = within.get(site, "")
