"""Contracts and price paths: they can be met, are about things of one kind, and speak of every year planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.checks.index import things
from redmud_opt.case.columns import default_of
from redmud_opt.case.faults import Fault
from redmud_opt.case.rules import Contract
from redmud_opt.case.steps import LEAD_PARTS
from redmud_opt.case.things import PriceByYear, Supply
from redmud_opt.case.works import Line, Outlet
from redmud_opt.i18n import Message

Item = Outlet | Supply | Line
OWN_COSTS = (
    *("candidate", "run_cost_cny_per_h", "fixed_cost_cny_per_period", "fixed_om_cny_per_a", "capex_cny"),
    *("spend_profile", "lead_time_months", *LEAD_PARTS, "earliest", "life_a", "ramp_up", "times"),
    "closing_cost_cny",
)
"""Columns of a line that say what it costs whom it belongs to, or that it is built or closed by him."""


# ---------------------------------------------------------------- price paths


def _paths(facts: Facts) -> dict[str, list[PriceByYear]]:
    """Item → rows of its path, groups opened."""
    found: dict[str, list[PriceByYear]] = defaultdict(list)
    for row in facts.case.price_paths:
        for name in facts.case.members(row.item):
            found[name].append(row)
    return found


def paths_are_whole(facts: Facts) -> Iterator[Fault]:
    """A path has every calendar year of the horizon, each once."""
    planned = sorted({period.year for period in facts.case.periods})
    for item, rows in _paths(facts).items():
        seen: set[int] = set()
        for row in rows:
            if row.year in seen:
                yield facts.fault(row, "year", "price_year_twice", item=item, year=str(row.year))
            seen.add(row.year)
        missing = tuple(str(year) for year in planned if year not in seen)
        if missing:
            remedy = Message("case.price_year_of_base")
            yield facts.fault(rows[0], "year", "price_years_missing", remedy, item=item, years=missing)


def paths_have_prices(facts: Facts) -> Iterator[Fault]:
    """A lane without a cost of its own is priced by a haul rule, whose path counts."""
    bare = {row.name: row.mode for row in facts.case.lanes if row.cost_cny_per_t is None}
    for item, rows in _paths(facts).items():
        if item in bare:
            remedy = Message("case.path_of_haul_rule", {"mode": bare[item]})
            yield facts.fault(rows[0], "item", "path_without_price", remedy, item=item)


def tiers_follow_paths(facts: Facts) -> Iterator[Fault]:
    """Tonnes that add up over the horizon have one price for all years."""
    planned = {period.year for period in facts.case.periods}
    factors = {
        item: {row.factor for row in rows if row.year in planned} for item, rows in _paths(facts).items()
    }
    for tier in facts.case.tiers:
        if tier.step == 1 and tier.per == "horizon" and len(factors.get(tier.item, ())) > 1:
            yield facts.fault(tier, "per", "tier_over_path", Message("case.tier_by_year"), item=tier.item)


# ---------------------------------------------------------------- contracts


def _items(facts: Facts) -> tuple[Item, ...]:
    """All that may be under a contract."""
    return (*facts.case.outlets, *facts.case.supplies, *facts.case.lines)


def contracts_are_whole(facts: Facts) -> Iterator[Fault]:
    """Penalty and make-up belong to an amount to be taken, a fee and a partner to tolling."""
    for row in facts.case.contracts:
        take, penalty = row.take_or_pay_t_per_a, row.penalty_cny_per_t
        if take is not None and not penalty:
            yield facts.fault(row, "penalty_cny_per_t", "take_without_penalty", name=row.name)
        if take is None and penalty is not None:
            yield facts.fault(row, "penalty_cny_per_t", "penalty_without_take", name=row.name)
        if take is None and row.make_up:
            yield facts.fault(row, "make_up", "make_up_without_take", name=row.name)
        if not row.make_up and row.make_up_share != default_of(Contract, "make_up_share"):
            yield facts.fault(row, "make_up_share", "make_up_share_idle", name=row.name)
        if row.tolling and row.toll_fee_cny_per_t is None:
            yield facts.fault(row, "toll_fee_cny_per_t", "tolling_without_fee", name=row.name)
        if row.tolling and not row.partner:
            yield facts.fault(row, "partner", "tolling_without_partner", name=row.name)
        if not row.tolling and row.toll_fee_cny_per_t is not None:
            yield facts.fault(row, "toll_fee_cny_per_t", "fee_without_tolling", name=row.name)


def contracts_in_horizon(facts: Facts) -> Iterator[Fault]:
    """A contract is valid on some day that is planned."""
    start, end = facts.case.periods[0].start, facts.case.periods[-1].end
    for row in facts.case.contracts:
        values = {"name": row.name, "start": start, "end": end}
        if row.valid_from is not None and row.valid_from >= end:
            yield facts.fault(row, "valid_from", "contract_outside", **values)
        elif row.valid_to is not None and row.valid_to <= start:
            yield facts.fault(row, "valid_to", "contract_outside", **values)


def contracts_cover_one_kind(facts: Facts) -> Iterator[Fault]:
    """What a contract adds up has one kind, one unit and one basis; what must be taken can be taken somewhere."""
    kinds: dict[str, set[str]] = defaultdict(set)
    units: dict[str, set[str]] = defaultdict(set)
    for item in _items(facts):
        if item.contract:
            kinds[item.contract].add(item.TABLE)
            units[item.contract] |= _units(facts, item)
    for row in facts.case.contracts:
        held = units[row.name]
        if len(kinds[row.name]) > 1:
            yield facts.fault(row, "name", "contract_of_kinds", name=row.name, kinds=things(kinds[row.name]))
        elif len(held) > 1 and row.take_or_pay_t_per_a is not None:
            values = {"name": row.name, "units": tuple(sorted(held))}
            yield facts.fault(row, "take_or_pay_t_per_a", "contract_of_units", **values)
        elif not kinds[row.name] and row.take_or_pay_t_per_a is not None:
            yield facts.fault(row, "take_or_pay_t_per_a", "take_of_nothing", name=row.name)


def _units(facts: Facts, row: Item) -> set[str]:
    """Units and bases that an item counts in; a line counts what is fed to it, solids as dry tonnes."""
    if isinstance(row, Line):
        runs = [run.process for run in facts.case.line_processes if run.line == row.name]
        moved = {material for process in runs for material in facts.feed_materials.get(process, ())}
        basis = "dry"
    else:
        moved, basis = set(facts.case.members(row.material)), row.basis
    units = {facts.materials[material].unit for material in moved if material in facts.materials}
    return {f"{unit} {basis}" if unit == "t" else unit for unit in units}


def tolling_of_lines(facts: Facts) -> Iterator[Fault]:
    """Tolling contracts are for lines, others for outlets and supplies; a partner's line has no costs of its own."""
    tolling = {row.name: row.tolling for row in facts.case.contracts}
    partners = set()
    for row in _items(facts):
        is_line = isinstance(row, Line)
        if row.contract in tolling and tolling[row.contract] != is_line:
            key = "line_without_tolling" if is_line else "toll_without_line"
            yield facts.fault(row, "contract", key, contract=row.contract)
    for line in facts.case.lines:
        if tolling.get(line.contract):
            partners.add(line.name)
            for column in OWN_COSTS:
                if getattr(line, column) != default_of(Line, column):
                    yield facts.fault(
                        line, column, "toll_with_own_cost", name=line.name, contract=line.contract
                    )
    for tier in facts.case.tiers:
        if tier.item in partners and tier.step == 1:
            yield facts.fault(tier, "item", "toll_with_own_cost", name=tier.item, contract="")
