"""Build now, operate when it is known what comes: two-stage decisions over scenarios with probabilities.

    found = two_stage(cases, probabilities)          the most expected value; aim "cvar" or "regret" for the others
    found.decided, found.by_scenario, found.worth_cny, found.evpi_cny, found.vss_cny, found.reached

The extensive form (`extensive`) puts the models of all scenarios side by side and makes what is decided for good the
same in all. The worth of a decision is

    worth = Σ_s p_s · value_s − Σ price · points that a chance of a target lacks                  [CNY]

    wait and see = the same where every scenario decides for itself     EVPI = wait and see − worth of the best   ≥ 0
    EEV = worth of what is decided for the first case                   VSS = worth of the best − EEV             ≥ 0

A decision that some scenario does not know is not taken. The first case is the one that is planned for where nobody
thinks of others. A chance ties the scenarios in wait and see too: which of them reach the target is chosen over all.
Birge, Louveaux 2011; Rockafellar, Uryasev 2000. The same models go through mpi-sppy: see `hedging`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np

from redmud_opt.case import Case
from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.solve import Options, Outcome, Session
from redmud_opt.solve.outcome import Array
from redmud_opt.study.asking import as_it_was
from redmud_opt.study.chance import Chance, Reached, reached_by
from redmud_opt.study.extensive import Scenario, aimed, scenario_of, side_by_side, tied, with_chances
from redmud_opt.study.sweeps.decided import Decided, in_words

AIMS = ("expected", "cvar", "regret")
WORST = 0.1
"""Share of the worst that the aim `cvar` looks at unless said otherwise."""


class NoPlanForAll(Exception):
    """No decision has a plan in every scenario, or none was found in time: `stopped`; or a scenario has none."""

    def __init__(self, stopped: str, scenario: int | None = None) -> None:
        self.stopped, self.scenario = stopped, scenario
        super().__init__(stopped, scenario)


@dataclass(frozen=True)
class TwoStage:
    """What a two-stage problem came to. by_scenario: value less penalties in each with the decision that is taken.

    best: of each scenario alone, chances left aside. outcome: of the aim. wait_and_see_cny: worth where every
    scenario decides for itself. eev_cny: worth of the decision for the first case; None where that has no plan
    in some scenario. scenarios: their models, which hold the plan. proved: whether all solves behind these numbers
    were proved; else they hold within the limits of the solves alone, and may be more or less.
    """

    decided: Decided
    probabilities: tuple[float, ...]
    by_scenario: tuple[float, ...]
    best: tuple[float, ...]
    outcome: Outcome = field(repr=False)
    wait_and_see_cny: float
    eev_cny: float | None
    reached: tuple[Reached, ...] = ()
    scenarios: tuple[Scenario, ...] = field(default=(), repr=False)
    proved: bool = True

    @property
    def objective(self) -> float:
        """Of the aim."""
        assert self.outcome.objective is not None
        return self.outcome.objective

    @property
    def stopped(self) -> str:
        """Why the solve ended."""
        return self.outcome.stopped

    @property
    def expected_cny(self) -> float:
        """Value of the decision that is taken, chances left aside."""
        return float(np.dot(self.probabilities, self.by_scenario))

    @property
    def worth_cny(self) -> float:
        """Expected value less what the chances lack."""
        return _worth(self.probabilities, self.by_scenario, self.reached)

    @property
    def evpi_cny(self) -> float:
        """What knowing the scenario before deciding would be worth."""
        return self.wait_and_see_cny - self.worth_cny

    @property
    def vss_cny(self) -> float:
        """What it is worth to decide with all scenarios in view; infinite where the other decision has no plan."""
        return np.inf if self.eev_cny is None else self.worth_cny - self.eev_cny

    @property
    def regret_cny(self) -> float:
        """The greatest regret."""
        return max(b - v for b, v in zip(self.best, self.by_scenario, strict=True))

    def __str__(self) -> str:
        return in_words(self.decided.whole)


def two_stage(
    cases: Sequence[Case],
    probabilities: Sequence[float],
    aim: str = "expected",
    *,
    share: float = WORST,
    chances: Sequence[Chance] = (),
    first: Decided | None = None,
    options: Options | None = None,
) -> TwoStage:
    """The decision that is best over all scenarios. share: of the worst, where the aim is cvar.

    first: what is decided where nobody thinks of others, instead of what is best for the first case. Raises
    NoPlanForAll, NoSuchTarget, and ValueError for probabilities that are none or an aim that does not exist.
    """
    weights = np.asarray(probabilities, dtype=float)
    if len(cases) != len(weights) or len(cases) < 1 or (weights <= 0).any() or abs(weights.sum() - 1) > 1e-6:
        raise ValueError("as many probabilities as cases, all positive, that sum to 1")
    if aim not in AIMS:
        raise ValueError(f"aim '{aim}' is none of {', '.join(AIMS)}")
    scenarios = tuple(scenario_of(case, chances) for case in cases)
    problem = Problem(scenarios, weights, tuple(chances), options or Options())
    best, decided_first = problem.alone()
    freely = problem.held(None)
    with_first = problem.held(decided_first if first is None else first)
    outcome, values = problem.together(aim, share, best)
    decided = Decided.of(scenarios[0].model)
    if aim != "expected":  # scenarios that do not count for the aim are operated as well as they can be
        values = problem.held(decided, values.reached) or values
    return TwoStage(
        decided=decided,
        probabilities=tuple(weights.tolist()),
        by_scenario=values.by_scenario,
        best=best,
        outcome=outcome,
        wait_and_see_cny=float(np.dot(weights, best)) if freely is None else freely.worth_cny,
        eev_cny=None if with_first is None else with_first.worth_cny,
        reached=values.reached,
        scenarios=scenarios,
        proved=not problem.unproved,
    )


@dataclass(frozen=True)
class Operated:
    """Value less penalties of each scenario, and what becomes of the chances."""

    by_scenario: tuple[float, ...]
    reached: tuple[Reached, ...]
    worth_cny: float


@dataclass(frozen=True)
class Problem:
    """Scenarios with their probabilities, and the chances that are wished for. unproved: how other solves ended."""

    scenarios: tuple[Scenario, ...]
    weights: Array
    chances: tuple[Chance, ...]
    options: Options
    unproved: list[str] = field(default_factory=list)

    def alone(self) -> tuple[tuple[float, ...], Decided]:
        """The best of every scenario alone, chances left aside; and what is decided for the first with its own."""
        found, first = [], None
        for number, scenario in enumerate(self.scenarios):
            outcome = self._noted(Session(self.options).solve(scenario.model))
            if outcome.objective is None:
                raise NoPlanForAll(outcome.stopped, number)
            found.append(outcome.objective)
            first = first or Decided.of(scenario.model)
        assert first is not None
        if self.chances:
            Problem(self.scenarios[:1], np.ones(1), self.chances, self.options, self.unproved).held(None)
            first = Decided.of(self.scenarios[0].model)
        return tuple(found), first

    def together(self, aim: str, share: float, best: Sequence[float]) -> tuple[Outcome, Operated]:
        """One decision for all."""
        form = tied(side_by_side([s.form for s in self.scenarios], self.weights), self.scenarios)
        if aim != "expected":
            form = aimed(form, self.scenarios, self.weights, aim, share, best)
        outcome = self._solved(form)
        if outcome.values is None:
            raise NoPlanForAll(outcome.stopped)
        return outcome, self._read(outcome.values)

    def held(self, decided: Decided | None, reached: Sequence[Reached] | None = None) -> Operated | None:
        """Every scenario with a decision, or deciding for itself: the most worth. None where one has no plan so.

        reached: which scenarios reach the targets, where that has been decided; each then has the most value.
        """
        with ExitStack() as kept:
            for number, scenario in enumerate(self.scenarios):
                kept.enter_context(as_it_was(scenario.model))
                if decided is not None:
                    decided.hold(scenario.model, operation=False)
                for k, one in enumerate(reached or ()):
                    scenario.model.met.lower_bound[k] = scenario.model.met.upper_bound[k] = one.met[number]
            if self.chances and reached is None:
                forms = [compile(scenario.model) for scenario in self.scenarios]
                values = self._solved(side_by_side(forms, self.weights)).values
                return None if values is None else self._read(values)
            found = [self._noted(Session(self.options).solve(s.model)).values for s in self.scenarios]
        whole = [values for values in found if values is not None]
        return self._read(np.concatenate(whole)) if len(whole) == len(found) else None

    def _solved(self, form: StandardForm) -> Outcome:
        session = Session(self.options)
        session.update(with_chances(form, self.scenarios, self.weights, self.chances))
        return self._noted(session.run())

    def _noted(self, outcome: Outcome) -> Outcome:
        if outcome.holds != "proved" and outcome.stopped != "infeasible":
            self.unproved.append(outcome.stopped)
        return outcome

    def _read(self, values: Array) -> Operated:
        """A plan of all scenarios; each model is given its part."""
        found, start = [], 0
        for scenario in self.scenarios:
            form = scenario.form
            own = values[start : start + len(form.cost)]
            form.load(own)
            found.append(float(form.cost @ own + form.offset))
            start += len(form.cost)
        reached = reached_by([s.model for s in self.scenarios], self.weights, self.chances)
        return Operated(tuple(found), reached, _worth(self.weights, found, reached))


def _worth(weights: Sequence[float] | Array, values: Sequence[float], reached: Sequence[Reached]) -> float:
    return float(np.dot(weights, values)) - sum(one.price_cny for one in reached)
