"""A plan that can be asked: the same model solved again with something changed, and what the change is worth.

    base = Base.solved(case)                       or Base.again(case, plan): the plan of a run, met once more
    with base.changed() as model:                  bounds that are changed inside are put back at the end
        model.component("build").lower_bound[k] = 1.0
        after = base.ask(model)                    whole numbers free, from the plan as a start
    difference(base.answer, after)                 an interval; `resolved` only where it does not hold 0

    base.ask_case(changed_case, whole="fixed")     another case: network and model anew, in the same session

Each has a session: `fixed` (an LP at the whole numbers of the plan; its basis stays warm) and `free`. The objective
is value less the penalties of soft targets, whatever the case asks for first: levels before it are held where the
solve held them.

Of two solves that are not proved only an interval is known. With `incumbent` and `bound` of each (maximising):

    incumbent₂ − bound₁  ≤  best₂ − best₁  ≤  bound₂ − incumbent₁                                        [CNY]
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from pyomo.environ import ConcreteModel, Constraint, Var

from redmud_opt.case import Case
from redmud_opt.case.baseline import Baseline
from redmud_opt.i18n import Message
from redmud_opt.model import build_model
from redmud_opt.model.arrays import Columns, Rows, compile
from redmud_opt.model.objective import VALUE, hold, levels_of, reached
from redmud_opt.model.value import set_goal
from redmud_opt.network import Network, build_network
from redmud_opt.network.build import derive_network
from redmud_opt.network.network import Array
from redmud_opt.network.reuse import with_amounts
from redmud_opt.plan import Plan
from redmud_opt.plan.whole import Whole, labels_of, whole_families, whole_numbers
from redmud_opt.plan.words import level_words
from redmud_opt.solve import Options, Outcome, Session
from redmud_opt.study.pools import solve_pools

How = Literal["fixed", "free"]
"""Whole numbers: as the plan has them, or decided anew."""

SAME = 1e-6
"""Part of the value by which a plan that is met again may differ from the recorded one."""

NOTHING_CNY = 1.0
"""A difference up to this is none: the solver's tolerances are of this order."""


class NoBase(Exception):
    """There is no plan to ask about: the solve stopped with `outcome`, or the recorded plan is not met again."""

    def __init__(self, stopped: str, detail: str = "") -> None:
        self.stopped, self.detail = stopped, detail
        super().__init__(f"{stopped} {detail}".strip())


@dataclass(frozen=True)
class Answer:
    """What a question came to. value_cny: value less penalties of the plan found, and the most that any may have.

    seconds: of network, build, compile (to arrays), update (of the solver) and solver, as far as they were needed;
    solve: the last three together.
    """

    stopped: str
    value_cny: float | None
    bound_cny: float | None
    seconds: Mapping[str, float] = field(default_factory=dict)
    network: Network | None = field(default=None, repr=False)
    model: ConcreteModel | None = field(default=None, repr=False)
    outcome: Outcome | None = field(default=None, repr=False)

    @property
    def possible(self) -> bool:
        """Whether there is a plan."""
        return self.value_cny is not None

    @property
    def proved_impossible(self) -> bool:
        """Whether it is proved that there is none."""
        return self.stopped == "infeasible"


@dataclass(frozen=True)
class Interval:
    """What a change is worth at least and at most [CNY]; infinite where nothing is known."""

    least: float
    most: float

    @property
    def resolved(self) -> bool:
        """Whether it is known to be a gain or a loss."""
        return self.least > NOTHING_CNY or self.most < -NOTHING_CNY

    @property
    def exact(self) -> bool:
        """Whether both ends are the same but for the solver's tolerance."""
        width = self.most - self.least
        return bool(np.isfinite(width)) and width <= 2 * NOTHING_CNY + SAME * abs(self.most)

    @property
    def middle(self) -> float:
        """Half way between the ends; 0 where neither is known."""
        return 0.5 * (self.least + self.most) if np.isfinite(self.most - self.least) else 0.0


def difference(before: Answer, after: Answer) -> Interval:
    """The value after less the value before."""
    low = (
        -np.inf if after.value_cny is None or before.bound_cny is None else after.value_cny - before.bound_cny
    )
    high = (
        np.inf if after.bound_cny is None or before.value_cny is None else after.bound_cny - before.value_cny
    )
    if after.proved_impossible:
        return Interval(-np.inf, -np.inf)
    return Interval(float(low), float(max(low, high)))


def cost_of(before: Answer, after: Answer) -> Interval:
    """What a restriction costs at least and at most [CNY]. It cannot gain, so no end is below 0."""
    gain = difference(before, after)
    return Interval(max(0.0, -gain.most), max(0.0, -gain.least))


class Base:
    """A plan with its model, held to be asked again. Made by `solved` or `again`."""

    def __init__(
        self,
        network: Network,
        model: ConcreteModel,
        outcome: Outcome,
        options: Options,
        seconds: Mapping[str, float],
    ) -> None:
        self.network, self.model, self.outcome, self.options = network, model, outcome, options
        self.case = network.case
        self.whole = whole_numbers(model)
        self.form = compile(model)
        self._sessions: dict[How, Session] = {}
        prepare(model, network, outcome.held)
        self.answer = Answer(
            outcome.stopped, value_of(model, network), outcome.bound, seconds, network, model, outcome
        )

    @classmethod
    def solved(cls, case: Case, options: Options | None = None, baseline: Baseline | None = None) -> Base:
        """Solves a case. Raises NoBase where that holds no plan."""
        options = options or Options()
        network, model, seconds = _built(case, baseline)
        if network.findings:
            raise NoBase("infeasible")
        started = time.perf_counter()
        found = solve_pools(model, network, options)
        seconds["solve"] = time.perf_counter() - started
        if found.outcome.values is None:
            raise NoBase(found.outcome.stopped, found.outcome.detail)
        return cls(found.network, found.model, found.outcome, options, seconds)

    @classmethod
    def again(
        cls, case: Case, plan: Plan, options: Options | None = None, baseline: Baseline | None = None
    ) -> Base:
        """Meets a recorded plan again: the LP at its whole numbers, with the bound that was recorded.

        Raises NoBase where that is not the recorded plan. A case with pools is solved anew: their
        mixtures are none of the whole numbers.
        """
        options = options or Options()
        network, model, seconds = _built(case, baseline)
        if network.pools:
            return cls.solved(case, options, baseline)
        held = tuple((name, at) for name, at in plan.solve.get("held", ()))
        started = time.perf_counter()
        with as_it_was(model):
            fix_whole(model, plan.whole)
            prepare(model, network, held)
            found = Session(replace(options, time_limit_s=None)).solve(model)
        seconds["solve"] = time.perf_counter() - started
        recorded = plan.solve["objective"]
        if found.objective is None or abs(found.objective - recorded) > SAME * max(1.0, abs(recorded)):
            raise NoBase("not_met_again", found.stopped)
        outcome = replace(
            found,
            stopped=plan.solve["stopped"],
            holds=plan.solve["holds"],
            bound=plan.solve["bound"],
            held=held,
        )
        return cls(network, model, outcome, options, seconds)

    @property
    def levels(self) -> tuple[Message, ...]:
        """What the objective asks before value: every answer keeps what the plan reaches of it."""
        return tuple(level_words(levels_of(name)[0]) for name, _ in self.outcome.held)

    @property
    def is_frozen(self) -> bool:
        """Whether some periods are done, and stay as they are."""
        return self.network.before is not None and bool(self.network.before.frozen.any())

    # ---- questions -----------------------------------------------------------------------------------------

    @contextmanager
    def changed(self) -> Iterator[ConcreteModel]:
        """The model to be changed. Its bounds are put back at the end, and its values are those of the plan again.

        What an answer holds in the model is to be read inside.
        """
        values = [(part, part.values_array.copy()) for part in columns_of(self.model)]
        with as_it_was(self.model):
            yield self.model
        for part, held in values:
            part.values_array = held

    def ask(
        self,
        model: ConcreteModel,
        whole: How = "free",
        time_limit_s: float | None = None,
        start: Array | None = None,
        network: Network | None = None,
    ) -> Answer:
        """Solves the model as it is changed now. start: values of a plan of it to begin with, instead of the plan.

        network: that of the model where it is of another case.
        """
        return self._ask(model, network or self.network, whole, time_limit_s, {}, start)

    def ask_case(
        self, case: Case, whole: How = "free", time_limit_s: float | None = None, *, levels: bool = True
    ) -> Answer:
        """Solves another case, in the same session. With `fixed`, whole numbers that only it has are 0.

        levels: whether it must reach what the objective of this one asks before value; of another world it need not.
        """
        network, model, seconds = met_again(case, self.network)
        prepare(model, network, self.outcome.held if levels else ())
        return self._ask(model, network, whole, time_limit_s, seconds)

    def row_ranges(self) -> tuple[Array, Array] | None:
        """Between which bounds of each row the duals of the last answer with `fixed` hold."""
        return self._session("fixed").row_ranges()

    def fixed(self) -> Answer:
        """The plan itself as the LP at its whole numbers: what answers with `fixed` are compared with."""
        with self.changed() as model:
            return self.ask(model, "fixed")

    def _ask(
        self,
        model: ConcreteModel,
        network: Network,
        whole: How,
        time_limit_s: float | None,
        seconds: Mapping[str, float],
        start: Array | None = None,
    ) -> Answer:
        started = time.perf_counter()
        session = self._session(whole)
        if whole == "free":
            assert self.outcome.values is not None
            own = (self.form, self.outcome.values)
            session.begin_with(*(own if start is None else (compile(model), start)))
        with as_it_was(model):
            if whole == "fixed":
                fix_whole(model, self.whole)
            outcome, split = session.solve_timed(model, time_limit_s)
        seconds = {**seconds, **split, "solve": time.perf_counter() - started}
        value = None if outcome.values is None else outcome.objective
        stopped, bound = outcome.stopped, outcome.bound
        if network.pools and whole == "free":  # proved of the mixtures at hand alone
            stopped, bound = "gap" if stopped == "infeasible" else stopped, None
        return Answer(stopped, value, bound, seconds, network, model, outcome)

    def _session(self, whole: How) -> Session:
        """A session per way of asking."""
        if whole not in self._sessions:
            self._sessions[whole] = Session(self.options)
        return self._sessions[whole]


# ---- the model --------------------------------------------------------------------------------------------------


def _built(case: Case, baseline: Baseline | None) -> tuple[Network, ConcreteModel, dict[str, float]]:
    """Network and model of a case, and their seconds."""
    started = time.perf_counter()
    network = build_network(case, baseline)
    between = time.perf_counter()
    model = build_model(network)
    return network, model, {"network": between - started, "build": time.perf_counter() - between}


def met_again(case: Case, like: Network) -> tuple[Network, ConcreteModel, dict[str, float]]:
    """Network and model of a case that is much like that of another network, whose baseline it has.

    What counting would show to be impossible is left to the solver.
    """
    started = time.perf_counter()
    network = with_amounts(like, case) or replace(derive_network(case), before=like.before)
    between = time.perf_counter()
    model = build_model(network)
    return network, model, {"network": between - started, "build": time.perf_counter() - between}


def columns_of(model: ConcreteModel) -> list[Columns]:
    """All families of columns."""
    return [part for part in model.component_objects(Var) if isinstance(part, Columns)]


def rows_of(model: ConcreteModel) -> list[Rows]:
    """All families of rows."""
    return [part for part in model.component_objects(Constraint) if isinstance(part, Rows)]


@contextmanager
def as_it_was(model: ConcreteModel) -> Iterator[None]:
    """Puts back the bounds of all columns and rows, and which columns are whole numbers, at the end."""
    columns, rows = columns_of(model), rows_of(model)
    parts: tuple[Columns | Rows, ...] = (*columns, *rows)
    held = [(part, part.lower_bound.copy(), part.upper_bound.copy()) for part in parts]
    masks = [(part, part.integer_mask) for part in columns]
    try:
        yield
    finally:
        for part, lower, upper in held:
            part.lower_bound, part.upper_bound = lower, upper
        for part, mask in masks:
            part.set_integer(mask)


def fix_whole(model: ConcreteModel, whole: tuple[Whole, ...], families: Sequence[str] | None = None) -> None:
    """Whole numbers as given, those not given 0, as near as their bounds allow; the model is an LP then.

    families: those of these families alone.
    """
    given = {(family, labels): value for family, labels, value in whole}
    for columns in whole_families(model):
        if families is not None and columns.name not in families:
            continue
        held = np.flatnonzero(columns.integer_mask)
        values = np.array(
            [given.get((columns.name, labels_of(columns, k)), 0) for k in held.tolist()], dtype=float
        )
        values = np.clip(values, columns.lower_bound[held], columns.upper_bound[held])
        columns.lower_bound[held] = columns.upper_bound[held] = values
        columns.set_integer(False)


def prepare(model: ConcreteModel, network: Network, held: Sequence[tuple[str, float]]) -> None:
    """Value as the objective, with the levels before it held."""
    for name, at in held:
        hold(model, network, levels_of(name)[0], at)
    set_goal(model, network, "value")


def value_of(model: ConcreteModel, network: Network) -> float:
    """Value less the penalties of soft targets of the plan that a model holds [CNY]."""
    return reached(model, network, VALUE)
