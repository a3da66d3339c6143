"""Two-stage problems through mpi-sppy, on the same Pyomo models: its extensive form, and progressive hedging.

    by_mpisppy(cases, probabilities)                                        (worth, first-stage decisions by name)
    by_mpisppy(cases, probabilities, hedging={"defaultPHrho": 50.0})        by progressive hedging

Progressive hedging takes scenarios apart, so there a chance can be wished for with certainty alone: what a scenario
that misses it costs is then its own, 100 · price. Rockafellar, Wets 1991.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel, Constraint, NonNegativeReals, Objective, Var

from redmud_opt.case import Case
from redmud_opt.model.arrays import Columns
from redmud_opt.plan.whole import labels_of
from redmud_opt.study.chance import POINTS, Chance
from redmud_opt.study.extensive import FIRST_STAGE, scenario_of


def scenario_creator(
    name: str, cases: Mapping[str, Case], probabilities: Mapping[str, float], chances: Sequence[Chance] = ()
) -> ConcreteModel:
    """The Pyomo model of a scenario as mpi-sppy wants it: with its node, its first stage, its probability.

    Chances wished for with certainty are in its objective.
    """
    from mpisppy.utils import sputils  # type: ignore[import-untyped]

    model = scenario_of(cases[name], chances).model
    model.objective.deactivate()  # hedging adds terms to it, which the arrays do not take
    lost = sum(
        POINTS * chance.price_cny_per_point * (1 - model.met[chance.target, chance.year])
        for chance in chances
        if chance.at_least >= 1
    )
    model.hedged = Objective(expr=model.objective.expr - lost, sense=model.objective.sense)
    first = [model.component(family) for family in FIRST_STAGE if len(model.component(family))]
    sputils.attach_root_node(model, 0.0, first)
    model._mpisppy_probability = probabilities[name]
    return model


def by_mpisppy(
    cases: Sequence[Case],
    probabilities: Sequence[float],
    *,
    chances: Sequence[Chance] = (),
    solver: str = "appsi_highs",
    hedging: Mapping[str, Any] | None = None,
) -> tuple[float, dict[str, float]]:
    """(worth, first-stage decisions by name).

    hedging: options of mpi-sppy's PH, such as defaultPHrho, PHIterLimit, convthresh; then what the scenarios agree
    on, and the worth of what they came to. All scenarios must know the same decisions. In one process and thread.
    """
    names = [f"scenario{k}" for k in range(len(cases))]
    given = {
        "cases": dict(zip(names, cases, strict=True)),
        "probabilities": dict(zip(names, probabilities, strict=True)),
        "chances": tuple(chances),
    }
    if hedging is None:
        return _extensive(names, given, solver)
    if any(chance.at_least < 1 for chance in chances):
        raise ValueError(
            "progressive hedging takes scenarios apart: wish for a chance with certainty (at_least 1)"
        )
    return _hedged(names, given, solver, hedging)


def _extensive(names: list[str], given: dict[str, Any], solver: str) -> tuple[float, dict[str, float]]:
    from mpisppy.opt.ef import ExtensiveForm  # type: ignore[import-untyped]

    form = ExtensiveForm({"solver": solver}, names, scenario_creator, scenario_creator_kwargs=given)
    _share(form.ef, form.local_scenarios, given)
    form.solve_extensive_form()
    return float(form.get_objective_value()), dict(form.get_root_solution())


def _share(whole: ConcreteModel, scenarios: Mapping[str, ConcreteModel], given: dict[str, Any]) -> None:
    """What chances lack that are not wished for with certainty: over all scenarios."""
    chances = [chance for chance in given["chances"] if chance.at_least < 1]
    whole.lack = Var(range(len(chances)), domain=NonNegativeReals)
    whole.chance = Constraint(
        range(len(chances)),
        rule=lambda m, k: (
            m.lack[k]
            >= POINTS
            * (
                chances[k].at_least
                - sum(
                    given["probabilities"][name] * scenario.met[chances[k].target, chances[k].year]
                    for name, scenario in scenarios.items()
                )
            )
        ),
    )
    whole.EF_Obj.set_value(
        whole.EF_Obj.expr - sum(c.price_cny_per_point * whole.lack[k] for k, c in enumerate(chances))
    )


def _hedged(
    names: list[str], given: dict[str, Any], solver: str, hedging: Mapping[str, Any]
) -> tuple[float, dict[str, float]]:
    from mpisppy.opt.ph import PH  # type: ignore[import-untyped]

    options = {
        **{
            "solver_name": solver,
            "PHIterLimit": 50,
            "defaultPHrho": 1.0,
            "convthresh": 1e-6,
            "verbose": False,
        },
        **{
            "display_progress": False,
            "display_timing": False,
            "iter0_solver_options": {},
            "iterk_solver_options": {},
        },
        **{"linearize_proximal_terms": True, "asynchronousPH": False, "toc": False},
        **hedging,
    }
    hedge = PH(options, names, scenario_creator, scenario_creator_kwargs=given)
    hedge.ph_main(finalize=False)
    agreed = {}
    scenario = next(iter(hedge.local_scenarios.values()))
    for family in FIRST_STAGE:
        columns: Columns = scenario.component(family)
        for k in range(len(columns)):
            name = f"{family}[{','.join(labels_of(columns, k))}]"
            agreed[name] = float(
                np.rint(columns.values_array[k]) if columns.integer_mask[k] else columns.values_array[k]
            )
    return float(hedge.Eobjective()), agreed
