"""A recorded plan met again: the LP at its whole numbers, for the level of the objective that was solved last.

    outcome = met(model, network, plan.whole, held, options, plan.basis)       the model holds the plan

From the basis that was kept with the plan, the same versions come to the same plan to the last digit; that is why a
run takes its plan from this LP too (`settled`). A basis of another model is no beginning: the LP then begins at none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import compile
from redmud_opt.model.objective import hold, levels_of, set_level
from redmud_opt.network import Network
from redmud_opt.network.network import Array
from redmud_opt.network.pools import distinct
from redmud_opt.plan.whole import Whole, whole_numbers
from redmud_opt.solve import Options, Outcome, Session
from redmud_opt.study.asking import as_it_was, fix_whole

SETTLED = 1e-9
"""Part of the objective by which the plan of the last LP may differ from that of the solve."""


def met(
    model: ConcreteModel,
    network: Network,
    whole: tuple[Whole, ...],
    held: Sequence[tuple[str, float]],
    options: Options,
    basis: str = "",
) -> Outcome:
    """What the LP at these whole numbers comes to, with the levels before the last one held."""
    session = Session(replace(options, time_limit_s=None))
    session.begin_at(basis)
    rows: list[str] = []
    with as_it_was(model):
        fix_whole(model, whole)
        for name, at in held:
            rows += filter(None, [hold(model, network, levels_of(name)[0], at)])
        levels = levels_of(network.case.settings.objective)
        set_level(
            model, network, levels[min(len(held), len(levels) - 1)]
        )  # a point of a front holds floors of it
        try:
            return session.solve(model)
        finally:
            for name in rows:
                model.del_component(name)


def at_recorded_points(network: Network, whole: tuple[Whole, ...]) -> Network:
    """The network with the mixtures that a plan chose for its pools, and no other; as it is without pools."""
    chosen: dict[str, list[Array]] = {}
    for family, labels, _ in whole:
        if family == "mixture":
            shares = np.array([float(share) / 100.0 for share in labels[-1].split(":")])
            chosen.setdefault(labels[0], []).append(shares)
    pools = [
        replace(pool, points=distinct(chosen[pool.storage.name])) if pool.storage.name in chosen else pool
        for pool in network.pools
    ]
    return replace(network, pools=tuple(pools))


def settled(model: ConcreteModel, network: Network, outcome: Outcome, options: Options) -> Outcome:
    """The outcome with the values of the LP at its basis; as it was, and without a basis, where that is another.

    An LP that was cut short stays so: its basis is on the way, and to go on from there is to solve all of it.
    """
    cut_short = outcome.algorithm != "mip" and outcome.holds != "proved"
    nothing = not outcome.basis or outcome.values is None
    if outcome.objective is None or nothing or cut_short or network.pools:
        return replace(outcome, basis="")
    found = met(model, network, whole_numbers(model), outcome.held, options, outcome.basis)
    near = SETTLED * max(1.0, abs(outcome.objective))
    if found.stopped == "optimal" and abs((found.objective or 0.0) - outcome.objective) <= near:
        return replace(outcome, values=found.values)
    compile(model).load(outcome.values)
    return replace(outcome, basis="")
