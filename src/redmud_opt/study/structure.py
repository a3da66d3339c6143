"""Changes that no larger number in a row makes: lines that may start earlier, lanes where there are none.

    earlier   all candidates may start at once; the latest starts that suffice are kept
    lanes     from every site with waste to every site that takes any, where no lane leads; the fewest are kept

The relaxation is asked first; what is left is tried in whole numbers as every suggestion is. What a new lane costs is
not known: it is put at the dearest haul of the case, marked assumed, and said to be open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

import numpy as np
from pyomo.environ import ConcreteModel, Var

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.columns import Place
from redmud_opt.case.works import Lane, Line
from redmud_opt.i18n import Message
from redmud_opt.model import RELAXATION, build_model
from redmud_opt.model.arrays import Objective
from redmud_opt.network import Network, build_network
from redmud_opt.solve import Options, Session
from redmud_opt.study.cells import EARLIER, LANES, Cell, changed
from redmud_opt.study.reach import LIMIT_S, Undecided
from redmud_opt.study.suggesting import Addition, Change, Suggestion, has_plan

MOST_LANES = 300
"""So many pairs of sites are asked at most; of more the question would say little and take long."""

MOST_TRIED = 8
"""So many lines or lanes are left out one by one."""

USED = 1e-6

Weights = Callable[[ConcreteModel, Network], None]


class _Relaxed:
    """The relaxation of a variant of a case, at the least of some columns."""

    def __init__(self, case: Case, like: Network, options: Options, weights: Weights | None = None) -> None:
        if options.should_stop is not None and options.should_stop():
            raise Undecided("cancelled")
        self.possible = False
        try:
            self.network = build_network(case, like.before.baseline if like.before else None)
        except CaseFaults:
            return
        self.model = build_model(self.network, RELAXATION)
        for columns in self.model.component_objects(Var):
            columns.set_integer(False)
        self.model.del_component("objective")
        self.model.objective = Objective("minimise")
        if weights is not None:
            weights(self.model, self.network)
        outcome = Session(options).solve(self.model, LIMIT_S)
        if outcome.values is None and outcome.stopped != "infeasible":
            raise Undecided(outcome.stopped)
        self.possible = outcome.values is not None


def _fewest(names: Iterable[str], possible: Callable[[list[str]], bool]) -> list[str]:
    """Names of which none can be left out."""
    kept = list(names)
    for name in tuple(kept) if 1 < len(kept) <= MOST_TRIED else ():
        rest = [other for other in kept if other != name]
        if possible(rest):
            kept = rest
    return kept


# ---- earlier -----------------------------------------------------------------------------------------------------


def earlier(network: Network, options: Options) -> Suggestion | None:
    """Candidates that start earlier; None where that does not help."""
    case = network.case
    late = {row.name for row in case.lines if row.candidate and (row.lead_time_months or row.earliest)}
    if not late:
        return None
    everything = _Relaxed(_at_once(case, late), network, options, _late_builds)
    if not everything.possible:
        return None
    starts = _starts(everything)
    kept = _fewest(
        [name for name in starts if name in late],
        lambda names: _Relaxed(_at_once(case, set(names)), network, options).possible,
    )
    changes = [one for row in case.lines if row.name in kept for one in _dates(case, row, starts[row.name])]
    if not changes:
        return None
    new = changed(case, [(one.cell, one.new) for one in changes])
    held = has_plan(new, network, options)
    return None if held is False else Suggestion((EARLIER,), tuple(changes), new, tried=bool(held))


def _at_once(case: Case, names: set[str]) -> Case:
    """The case with some candidates that stand as soon as they are decided."""
    lines = [
        replace(row, earliest=None, lead_time_months=None) if row.name in names else row for row in case.lines
    ]
    return replace(case, lines=tuple(lines))


def _late_builds(model: ConcreteModel, network: Network) -> None:
    """Builds weigh the more the earlier they are."""
    left = len(network.time) - model.build.index.codes[1]
    model.objective.add(model.build, coef=left.astype(float))


def _starts(found: _Relaxed) -> dict[str, date]:
    """Line → first day on which a unit of it is built."""
    build, periods = found.model.build, found.network.time.periods
    starts: dict[str, date] = {}
    for k in np.flatnonzero(build.values_array > USED).tolist():
        name, start = str(build.index.labels("line")[k]), periods[int(build.index.codes[1][k])].start
        starts[name] = min(start, starts.get(name, start))
    return starts


def _dates(case: Case, row: Line, start: date) -> list[Change]:
    """Cells of a line that keep it from starting on a day."""
    first = case.periods[0].start
    months = max(0, 12 * (start.year - first.year) + start.month - first.month)
    found = []
    for column, new in (("earliest", start), ("lead_time_months", months)):
        old = getattr(row, column)
        if old is not None and old > new:
            cell = Cell("lines", row, column, EARLIER, -1)
            found.append(Change.of(case, cell, new))
    return found


# ---- lanes -------------------------------------------------------------------------------------------------------


def lanes(network: Network, options: Options) -> Suggestion | None:
    """Lanes where there are none; None where they do not help."""
    case = network.case
    new = _missing(network)
    if not new or len(new) > MOST_LANES:
        return None
    everything = _Relaxed(_with(case, new), network, options, lambda m, net: _new_flows(m, net, set(new)))
    if not everything.possible:
        return None
    kept = _fewest(
        _carrying(everything, set(new)),
        lambda names: _Relaxed(_with(case, {n: new[n] for n in names}), network, options).possible,
    )
    chosen = {name: new[name] for name in kept}
    extended = _with(case, chosen)
    held = has_plan(extended, network, options)
    if not kept or held is False:
        return None
    additions = tuple(
        Addition("lanes", r, Message("impossible.cell_lanes_new", {"start": r.from_site, "end": r.to_site}))
        for r in chosen.values()
    )
    return Suggestion((LANES,), (), extended, bool(held), additions)


def shut_in(network: Network) -> bool:
    """Whether some waste arises or lies where no lane leads away: then that is asked about first."""
    routes = network.routes
    left = {
        network.places[int(place)][0] for place in routes.from_place[(routes.grid.position >= 0).any(axis=1)]
    }
    storage = {row.name: row.site for row in network.case.storages}
    sites = {row.site for row in network.case.all_arisings}
    return not sites | {storage[row.storage] for row in network.case.opening_stock} <= left


def _missing(network: Network) -> dict[str, Lane]:
    """Lanes that would lead from what arises or lies somewhere to what takes waste, where it has none."""
    case = network.case
    hazardous = {row.name for row in case.materials if row.legal_status == "hazardous_waste"}
    cost, sinks = _dearest_cny_per_t(network), _sinks(case)
    routes = network.routes
    led = {
        (route.from_site, route.to_site, network.lineage(int(stream)).name)
        for route, stream in zip(routes.route, routes.stream, strict=True)
    }
    found: dict[str, Lane] = {}
    for start, material in sorted(_lies_at(case)):
        for end in sorted(sinks - {start}):
            if (start, end, material) in led:
                continue
            name = f"{start}_to_{end}"
            before = found.get(name)
            found[name] = Lane(
                name=name,
                from_site=start,
                to_site=end,
                cost_cny_per_t=cost,
                dg_allowed=material in hazardous or (before is not None and before.dg_allowed),
                evidence="assumed",
                comment="suggested where there was no plan; its cost is to be asked",
                place=Place("lanes.csv", 0),
            )
    return found


def _lies_at(case: Case) -> set[tuple[str, str]]:
    """(site, material) of what arises or lies in stock."""
    storage = {row.name: row.site for row in case.storages}
    stock = {(storage[row.storage], row.material) for row in case.opening_stock}
    return {(row.site, row.material) for row in case.all_arisings} | stock


def _sinks(case: Case) -> set[str]:
    """Sites that take something."""
    facility = {row.name: row.site for row in case.facilities}
    taking = {row.site for row in case.outlets} | {row.site for row in case.storages}
    return taking | {facility[row.facility] for row in case.lines}


def _dearest_cny_per_t(network: Network) -> float:
    """The dearest haul of the case, listed or by a rule, per dry tonne; 0 where nothing is hauled at all."""
    routes = network.routes
    costs = (
        network.haulage.lane_cost_cny_per_t(route, network.lineage(int(stream)))
        for route, stream in zip(routes.route, routes.stream, strict=True)
    )
    return max(costs, default=0.0)


def _with(case: Case, new: dict[str, Lane]) -> Case:
    return replace(case, lanes=(*case.lanes, *new.values()))


def _new_flows(model: ConcreteModel, network: Network, names: set[str]) -> None:
    """Tonnes on new lanes weigh."""
    of_flow = network.routes.grid.entity
    own = np.array([route.lane in names for route in network.routes.route], dtype=bool)
    col = np.flatnonzero(own[of_flow])
    model.objective.add(model.flow_t, col=col, coef=1.0)


def _carrying(found: _Relaxed, names: set[str]) -> list[str]:
    routes, values = found.network.routes, found.model.flow_t.values_array
    used = {routes.route[int(routes.grid.entity[k])].lane for k in np.flatnonzero(values > USED)}
    return sorted(used & names)
