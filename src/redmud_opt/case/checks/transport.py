"""Transport: modes are declared, lots fit lanes, tonne-kilometres have kilometres, stations are stations."""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.burdens import CLEAN, modes_of
from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.rules import Limit
from redmud_opt.case.works import Distance, Haul, Lane
from redmud_opt.i18n import Message

BY_MODE = ("flow", "haulage", "account")
"""Measures that a mode narrows."""


def modes_declared(facts: Facts) -> Iterator[Fault]:
    """Where modes are declared, every mode is."""
    known = [row.mode for row in facts.case.modes]
    for row in _with_modes(facts) if known else ():
        if row.mode and row.mode not in known:
            yield facts.fault(row, "mode", "unknown_mode", did_you_mean(row.mode, known), mode=row.mode)


def _with_modes(facts: Facts) -> tuple[Lane | Haul | Distance, ...]:
    return (*facts.case.lanes, *facts.case.haul, *facts.case.distances)


def limits_by_mode(facts: Facts) -> Iterator[Fault]:
    """A limit names modes that something moves on, for measures that move or emit."""
    used = {lane.mode for lane in facts.case.lanes} | {rule.mode for rule in facts.case.haul}
    clean = {row.mode for row in facts.case.modes if row.clean}
    for row in facts.case.limits:
        if row.mode and row.measure not in BY_MODE:
            yield facts.fault(row, "mode", "limit_mode", measure=row.measure)
        elif row.mode and row.measure == "account" and row.account not in ("", "co2e_t"):
            yield facts.fault(row, "mode", "limit_mode_idle", account=row.account)
        for mode in modes_of(row.mode):
            if mode == CLEAN and not clean:
                yield facts.fault(row, "mode", "limit_no_clean_mode")
            elif mode != CLEAN and mode not in used:
                yield facts.fault(row, "mode", "limit_mode_unknown", did_you_mean(mode, used), mode=mode)


def accounts_named(facts: Facts) -> Iterator[Fault]:
    """The measure `account` names one, no other measure does."""
    for row in facts.case.limits:
        if row.measure == "account" and not row.account:
            yield facts.fault(row, "account", "limit_account")
        elif row.account and row.measure != "account":
            yield facts.fault(row, "account", "limit_account_only", measure=row.measure)


def haulage_has_distance(facts: Facts) -> Iterator[Fault]:
    """Tonne-kilometres are measured on lanes whose length is known; a lane with a cost of its own may have none."""
    placed = {
        row.name for row in facts.case.sites if row.longitude_deg is not None and row.latitude_deg is not None
    }
    known = {(frozenset((row.from_site, row.to_site)), row.mode) for row in facts.case.distances}
    limits = [row for row in facts.case.limits if row.measure == "haulage"]
    for lane in facts.case.lanes:
        ends = frozenset((lane.from_site, lane.to_site))
        if lane.distance_km is not None or ends <= placed or {(ends, lane.mode), (ends, "")} & known:
            continue
        for limit in limits:
            if _may_measure(facts, limit, lane):
                values = {"lane": lane.name, "limit": limit.name}
                remedy = Message("case.give_lane_distance", {"lane": lane.name})
                yield facts.fault(limit, "measure", "haulage_without_distance", remedy, **values)


def _may_measure(facts: Facts, limit: Limit, lane: Lane) -> bool:
    site = next((row for row in facts.case.sites if row.name == lane.from_site), None)
    here = {lane.name, lane.from_site, *((site.owner, site.province) if site else ())}
    if limit.at and not here.intersection(facts.case.members(limit.at)):
        return False
    modes = modes_of(limit.mode)
    clean = {row.mode for row in facts.case.modes if row.clean}
    return not modes or lane.mode in modes or (CLEAN in modes and lane.mode in clean)


def hauled_lots_fit(facts: Facts) -> Iterator[Fault]:
    """A least lot is no more than a lane of the rule can carry in the longest period."""
    longest = max(period.fraction_of_year for period in facts.case.periods)
    for row in facts.case.haul:
        if row.min_lot_t is None or row.lane_capacity_t is None:
            continue
        most = row.lane_capacity_t * (longest if row.per == "year" else 1.0)
        if row.min_lot_t > most * (1 + 1e-9):
            remedy = Message("case.lot_is_per_period")
            yield facts.fault(row, "min_lot_t", "lot_above_capacity", remedy, lot=row.min_lot_t, most=most)


def handling_at_stations(facts: Facts) -> Iterator[Fault]:
    """Only a transfer station charges handling."""
    for row in facts.case.sites:
        if row.handling_cny_per_t is not None and row.kind != "transfer_station":
            yield facts.fault(row, "handling_cny_per_t", "handling_elsewhere", site=row.name, kind=row.kind)
