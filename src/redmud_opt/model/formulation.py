"""The formulation on one page: the families of the model in order. A study variant passes another list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyomo.environ import ConcreteModel

from redmud_opt.model.apart import add_apart
from redmud_opt.model.approvals import add_approvals
from redmud_opt.model.balance import add_balance, add_stock
from redmud_opt.model.blend import add_process_gates, add_receiver_gates, add_shares
from redmud_opt.model.budgets import add_budgets
from redmud_opt.model.building import add_building
from redmud_opt.model.capacity import (
    add_lane_capacity,
    add_markets,
    add_storage_capacity,
    add_storage_rates,
)
from redmud_opt.model.changes import add_change_limits
from redmud_opt.model.columns import add_columns
from redmud_opt.model.contracts import add_contracts
from redmud_opt.model.counted import add_openings, add_used
from redmud_opt.model.counts import add_counts
from redmud_opt.model.freezing import add_freezing
from redmud_opt.model.hauling import add_hauling
from redmud_opt.model.horizon import add_end_of_horizon, add_end_stock, add_product_stock
from redmud_opt.model.limits import add_limits
from redmud_opt.model.links import add_links
from redmud_opt.model.logic import add_logic
from redmud_opt.model.permits import add_permits
from redmud_opt.model.points import add_points
from redmud_opt.model.pool_bound import add_pool_bound
from redmud_opt.model.pools import add_pools
from redmud_opt.model.radius import add_haul_radius
from redmud_opt.model.reductions import add_reductions
from redmud_opt.model.refunds import add_refunds
from redmud_opt.model.running import add_line_capacity, add_running, add_switching
from redmud_opt.model.targets import add_targets
from redmud_opt.model.tiers import add_tiers
from redmud_opt.model.totals import add_accounts, add_utilised
from redmud_opt.model.value import add_goals, add_value
from redmud_opt.model.yard_measures import add_yard_measures
from redmud_opt.model.yards import add_yards
from redmud_opt.network import Network

Family = Callable[[ConcreteModel, Network], None]

FORMULATION: tuple[Family, ...] = (
    add_columns,  # what may be decided
    add_reductions,  # what arises less, instead, or more
    add_balance,  # nothing is lost between an arising and a sink
    add_stock,  # stock from period to period; new becomes legacy at New Year
    add_building,  # steps decided, closed, sized
    add_running,  # hours run, and whether a line runs at all
    add_line_capacity,  # tonnes or hours of what stands, is built and not closed
    add_switching,  # least rate, least hours, periods in a row
    add_points,  # points of a process that exclude each other
    add_hauling,  # capacity and least lots of lanes that haul rules make
    add_lane_capacity,  # tonnes on a lane
    add_yards,  # new yards, raises, closing
    add_storage_capacity,  # tonnes and airspace of a yard over its life
    add_storage_rates,  # what a yard takes and gives per period
    add_yard_measures,  # caps, cut-offs, monitoring; the risk that is left
    add_pools,  # what leaves a mixed yard has the composition of what is in it
    add_markets,  # least and most of outlets and supplies
    add_permits,  # tonnes under permits; own waste needs none
    add_contracts,  # taken or paid for, and made up later
    add_approvals,  # tonnes that approvals let over the border of a province
    add_apart,  # incompatible wastes neither stored nor carried together
    add_used,  # lanes and outlets used or not: least lots, counts
    add_openings,  # lanes that cost something once
    add_logic,  # if A then B, A excludes B, at most k
    add_haul_radius,  # outlets are served from near enough
    add_tiers,  # incremental prices, filled in order
    add_budgets,  # capex by year and scope
    add_refunds,  # VAT refunds above a threshold of waste
    add_shares,  # shares of a blend
    add_process_gates,  # quality at the mouth of a process, or of what it makes
    add_receiver_gates,  # quality at outlets and storages
    add_change_limits,  # how far the plan may move from its baseline
    add_counts,  # how many lanes, outlets, lines are used
    add_utilised,  # utilised and generated origin tonnes
    add_accounts,  # emissions, water, energy, landfilled
    add_limits,  # the limits table
    add_targets,  # utilisation targets, hard and soft
    add_end_of_horizon,  # stock left over is charged
    add_end_stock,  # stock at the end as the storage asks
    add_product_stock,  # products do not pile up over a year end
    add_links,  # implied rows that tighten the search
    add_freezing,  # what is done stays as the baseline has it
    add_value,  # every term of value
    add_goals,  # the goals and the objective
)

RELAXATION: tuple[Family, ...] = tuple(add_pool_bound if f is add_pools else f for f in FORMULATION)
"""The same with pools relaxed: what it cannot reach, no plan can."""


def build_model(network: Network, formulation: Sequence[Family] = FORMULATION) -> ConcreteModel:
    """The declared model of a network: a Pyomo ConcreteModel whose families stand in arrays."""
    m = ConcreteModel(network.case.settings.name)
    for add_family in formulation:
        add_family(m, network)
    return m
