"""Build now, operate when it is known what comes: two-stage decisions over scenarios with probabilities.

    found = two_stage(cases, probabilities)          the most expected value; aim "cvar" or "regret" for the others
    found.decided, found.by_scenario, found.expected_cny, found.evpi_cny, found.vss_cny

The extensive form puts the models of all scenarios side by side and makes what is decided for good the same in all:

    maximise   Σ_s p_s · value_s(x, y_s)                     x: investments and sizes, y: everything else   [CNY]
    cvar       maximise η − Σ_s p_s · z_s ÷ α,   z_s ≥ η − value_s, z ≥ 0           the mean of the worst share α
    regret     maximise −r,   r ≥ best_s − value_s                                  the least greatest regret

    wait and see = Σ_s p_s · best_s                          EVPI = wait and see − expected                     ≥ 0
    EEV = Σ_s p_s · value_s(x of the first case)             VSS = expected − EEV                               ≥ 0

A decision that some scenario does not know is not taken. The first case is the one that is planned for where nobody
thinks of others. The same models go through mpi-sppy (`by_mpisppy`): its extensive form, and progressive hedging.
Birge, Louveaux 2011; Rockafellar, Uryasev 2000; Rockafellar, Wets 1991.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse
from pyomo.environ import ConcreteModel, Objective

from redmud_opt.case import Case
from redmud_opt.model import build_model
from redmud_opt.model.arrays import Columns, StandardForm, compile
from redmud_opt.network.build import derive_network
from redmud_opt.plan.whole import labels_of
from redmud_opt.solve import Options, Outcome, Session
from redmud_opt.solve.outcome import Array
from redmud_opt.study.asking import as_it_was, prepare
from redmud_opt.study.choices import INVESTMENTS
from redmud_opt.study.sweeps.decided import Decided, in_words

AIMS = ("expected", "cvar", "regret")
FIRST_STAGE = (*INVESTMENTS, "size")
"""Families of columns that are decided before it is known what comes."""

Ints = np.ndarray


class NoPlanForAll(Exception):
    """No decision has a plan in every scenario, or none was found in time: `stopped`; or a scenario has none."""

    def __init__(self, stopped: str, scenario: int | None = None) -> None:
        self.stopped, self.scenario = stopped, scenario
        super().__init__(stopped, scenario)


@dataclass(frozen=True)
class TwoStage:
    """What a two-stage problem came to. by_scenario: value less penalties in each with the decision that is taken.

    best: of each scenario alone. eev_cny: expected value of the decision for the first case; None where that has no
    plan in some scenario. objective, bound: of the aim.
    """

    decided: Decided
    probabilities: tuple[float, ...]
    by_scenario: tuple[float, ...]
    best: tuple[float, ...]
    objective: float
    bound: float | None
    stopped: str
    eev_cny: float | None

    @property
    def expected_cny(self) -> float:
        """Of the decision that is taken."""
        return float(np.dot(self.probabilities, self.by_scenario))

    @property
    def evpi_cny(self) -> float:
        """What knowing the scenario before deciding would be worth."""
        return float(np.dot(self.probabilities, self.best)) - self.expected_cny

    @property
    def vss_cny(self) -> float:
        """What it is worth to decide with all scenarios in view; infinite where the other decision has no plan."""
        return np.inf if self.eev_cny is None else self.expected_cny - self.eev_cny

    @property
    def regret_cny(self) -> float:
        """The greatest regret."""
        return max(b - v for b, v in zip(self.best, self.by_scenario, strict=True))

    def __str__(self) -> str:
        return in_words(self.decided.whole)


@dataclass(frozen=True)
class Scenario:
    """A case as a model, compiled. columns: place of each first-stage column by its name."""

    model: ConcreteModel
    form: StandardForm
    columns: Mapping[str, int]


def scenario_of(case: Case) -> Scenario:
    """The model of a case with value as its objective."""
    network = derive_network(replace(case, settings=replace(case.settings, objective="value")))
    model = build_model(network)
    prepare(model, network, ())
    form = compile(model)
    return Scenario(model, form, dict(_first_stage(form)))


def _first_stage(form: StandardForm) -> list[tuple[str, int]]:
    return [
        (form.column_name(k), k)
        for name, start, stop in form.column_blocks
        if name in FIRST_STAGE
        for k in range(start, stop)
    ]


def two_stage(
    cases: Sequence[Case],
    probabilities: Sequence[float],
    aim: str = "expected",
    *,
    share: float = 0.1,
    options: Options | None = None,
) -> TwoStage:
    """The decision that is best over all scenarios. share: of the worst, where the aim is cvar.

    Raises NoPlanForAll, and ValueError for probabilities that are none or an aim that does not exist.
    """
    weights = np.asarray(probabilities, dtype=float)
    if len(cases) != len(weights) or len(cases) < 1 or (weights <= 0).any() or abs(weights.sum() - 1) > 1e-9:
        raise ValueError("as many probabilities as cases, all positive, that sum to 1")
    if aim not in AIMS:
        raise ValueError(f"aim '{aim}' is none of {', '.join(AIMS)}")
    options = options or Options()
    scenarios = [scenario_of(case) for case in cases]
    best, first = _alone(scenarios, options)
    form = extensive_form([s.form for s in scenarios], [s.columns for s in scenarios], weights)
    if aim != "expected":
        form = _aimed(form, scenarios, weights, aim, share, best)
    session = Session(options)
    session.update(form)
    outcome = session.run()
    if outcome.values is None:
        raise NoPlanForAll(outcome.stopped)
    decided, values = _read(scenarios, outcome.values)
    if aim != "expected":  # scenarios that do not count for the aim are operated as well as they can be
        values = _with(scenarios, decided, options) or values
    return TwoStage(
        decided=decided,
        probabilities=tuple(weights.tolist()),
        by_scenario=values,
        best=best,
        objective=_objective(outcome),
        bound=outcome.bound,
        stopped=outcome.stopped,
        eev_cny=_expected(weights, _with(scenarios, first, options)),
    )


def _objective(outcome: Outcome) -> float:
    assert outcome.objective is not None
    return outcome.objective


def _expected(weights: Array, values: tuple[float, ...] | None) -> float | None:
    return None if values is None else float(np.dot(weights, values))


def _alone(scenarios: Sequence[Scenario], options: Options) -> tuple[tuple[float, ...], Decided]:
    """The best of every scenario alone, and what is decided for the first."""
    found, first = [], None
    for number, scenario in enumerate(scenarios):
        outcome = Session(options).solve(scenario.model)
        if outcome.objective is None:
            raise NoPlanForAll(outcome.stopped, number)
        found.append(outcome.objective)
        first = first or Decided.of(scenario.model)
    assert first is not None
    return tuple(found), first


def _with(scenarios: Sequence[Scenario], decided: Decided, options: Options) -> tuple[float, ...] | None:
    """The value of every scenario with a decision; None where one has no plan with it."""
    found = []
    for scenario in scenarios:
        with as_it_was(scenario.model):
            decided.hold(scenario.model, operation=False)
            outcome = Session(options).solve(scenario.model)
        if outcome.objective is None:
            return None
        found.append(outcome.objective)
    return tuple(found)


def _read(scenarios: Sequence[Scenario], values: Array) -> tuple[Decided, tuple[float, ...]]:
    """What is decided, and the value of every scenario; each model is given its part of the plan."""
    found, start = [], 0
    for scenario in scenarios:
        form = scenario.form
        own = values[start : start + len(form.cost)]
        form.load(own)
        found.append(float(form.cost @ own + form.offset))
        start += len(form.cost)
    return Decided.of(scenarios[0].model), tuple(found)


# ---- the extensive form ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Named:
    name: str


class _Names(Sequence[_Named]):
    """Names of the columns of all scenarios, made when somebody asks."""

    def __init__(self, forms: Sequence[StandardForm], size: int) -> None:
        self.forms, self.size = forms, size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, place: Any) -> Any:
        for number, form in enumerate(self.forms):
            if place < len(form.cost):
                return _Named(f"{number}:{form.column_name(int(place))}")
            place -= len(form.cost)
        return _Named("aim")


def extensive_form(
    forms: Sequence[StandardForm], columns: Sequence[Mapping[str, int]], weights: Array
) -> StandardForm:
    """The models side by side, objectives weighted, first-stage columns of the same name equal."""
    starts = np.cumsum([0, *(len(form.cost) for form in forms)])
    known = set.intersection(*(set(own) for own in columns))
    lower = np.concatenate([form.col_lower for form in forms])
    upper = np.concatenate([form.col_upper for form in forms])
    for start, own in zip(starts, columns, strict=False):
        strange = [start + place for name, place in own.items() if name not in known]
        upper[strange] = np.maximum(lower[strange], 0.0)
    one, other = [], []
    for start, own in zip(starts[1:], columns[1:], strict=False):
        one += [columns[0][name] for name in columns[0] if name in known]
        other += [start + own[name] for name in columns[0] if name in known]
    same = len(one)
    ties = scipy.sparse.csc_array(
        (
            np.r_[np.ones(same), -np.ones(same)],
            (np.r_[np.arange(same), np.arange(same)], np.r_[one, other].astype(int)),
        ),
        shape=(same, int(starts[-1])),
    )
    blocks = scipy.sparse.block_diag([form.matrix for form in forms], format="csc")
    size, rows = int(starts[-1]), sum(len(form.row_lower) for form in forms) + same
    source = _source(forms, size)
    return StandardForm(
        cost=np.concatenate([w * form.cost for w, form in zip(weights, forms, strict=True)]),
        offset=float(sum(w * form.offset for w, form in zip(weights, forms, strict=True))),
        sense=forms[0].sense,
        matrix=scipy.sparse.csc_array(scipy.sparse.vstack([blocks, ties], format="csc")),
        row_lower=np.concatenate([*(form.row_lower for form in forms), np.zeros(same)]),
        row_upper=np.concatenate([*(form.row_upper for form in forms), np.zeros(same)]),
        col_lower=lower,
        col_upper=upper,
        integrality=np.concatenate([form.integrality for form in forms]),
        column_blocks=(("scenarios", 0, size),),
        row_blocks=(("scenarios", 0, rows),),
        column_sources=(source,),
        row_sources=(source,),
    )


def _source(forms: Sequence[StandardForm], size: int) -> Any:
    from redmud_opt.model.arrays.standard_form import Source

    return Source(None, elements=_Names(forms, size))


def _aimed(
    form: StandardForm,
    scenarios: Sequence[Scenario],
    weights: Array,
    aim: str,
    share: float,
    best: Sequence[float],
) -> StandardForm:
    """The extensive form with another aim than the expected value; a tenth of a millionth of that breaks ties."""
    count, size = len(scenarios), len(form.cost)
    values = scipy.sparse.block_array(
        [
            [
                scipy.sparse.csr_array(s.form.cost[None, :]) if k == j else None
                for j, s in enumerate(scenarios)
            ]
            for k in range(count)
        ]
        if count > 1
        else [[scipy.sparse.csr_array(scenarios[0].form.cost[None, :])]]
    )
    offsets = np.array([s.form.offset for s in scenarios])
    if aim == "cvar":  # η, then z: value_s − η + z_s ≥ 0
        more: Any = np.hstack([-np.ones((count, 1)), np.eye(count)])
        cost, lower = np.r_[1.0, -weights / share], -offsets
        col_lower, col_upper = np.r_[-np.inf, np.zeros(count)], np.full(1 + count, np.inf)
    else:  # r: value_s + r ≥ best_s
        more = np.ones((count, 1))
        cost, lower = np.array([-1.0]), np.asarray(best) - offsets
        col_lower, col_upper = np.zeros(1), np.full(1, np.inf)
    extra = len(cost)
    top = scipy.sparse.hstack([form.matrix, scipy.sparse.csc_array((form.matrix.shape[0], extra))])
    matrix = scipy.sparse.vstack(
        [top, scipy.sparse.hstack([values, scipy.sparse.csr_array(more)])], format="csc"
    )
    rows = matrix.shape[0]
    return replace(
        form,
        cost=np.r_[TIE * form.cost, cost],
        offset=TIE * form.offset,
        matrix=scipy.sparse.csc_array(matrix),
        row_lower=np.r_[form.row_lower, lower],
        row_upper=np.r_[form.row_upper, np.full(count, np.inf)],
        col_lower=np.r_[form.col_lower, col_lower],
        col_upper=np.r_[form.col_upper, col_upper],
        integrality=np.r_[form.integrality, np.zeros(extra, dtype=form.integrality.dtype)],
        column_blocks=(("scenarios", 0, size + extra),),
        row_blocks=(("scenarios", 0, rows),),
    )


TIE = 1e-7


# ---- mpi-sppy ----------------------------------------------------------------------------------------------------


def scenario_creator(
    name: str, cases: Mapping[str, Case], probabilities: Mapping[str, float]
) -> ConcreteModel:
    """The Pyomo model of a scenario as mpi-sppy wants it: with its node, its first stage, its probability."""
    from mpisppy.utils import sputils  # type: ignore[import-untyped]

    model = scenario_of(cases[name]).model
    model.objective.deactivate()  # hedging adds terms to it, which the arrays do not take
    model.hedged = Objective(expr=model.objective.expr, sense=model.objective.sense)
    first = [model.component(family) for family in FIRST_STAGE if len(model.component(family))]
    sputils.attach_root_node(model, 0.0, first)
    model._mpisppy_probability = probabilities[name]
    return model


def by_mpisppy(
    cases: Sequence[Case],
    probabilities: Sequence[float],
    *,
    solver: str = "appsi_highs",
    hedging: Mapping[str, Any] | None = None,
) -> tuple[float, dict[str, float]]:
    """(expected value, first-stage decisions by name) by mpi-sppy on the same Pyomo models.

    The extensive form; with `hedging` (options of mpi-sppy's PH, such as defaultPHrho, PHIterLimit, convthresh)
    progressive hedging: what the scenarios agree on, and the expected value of what they came to. All scenarios must
    know the same decisions. In one process and thread.
    """
    from mpisppy.opt.ef import ExtensiveForm  # type: ignore[import-untyped]
    from mpisppy.opt.ph import PH  # type: ignore[import-untyped]

    names = [f"scenario{k}" for k in range(len(cases))]
    given = {
        "cases": dict(zip(names, cases, strict=True)),
        "probabilities": dict(zip(names, probabilities, strict=True)),
    }
    if hedging is None:
        form = ExtensiveForm({"solver": solver}, names, scenario_creator, scenario_creator_kwargs=given)
        form.solve_extensive_form()
        return float(form.get_objective_value()), dict(form.get_root_solution())
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
