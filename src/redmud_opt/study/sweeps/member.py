"""One member of a study solved: the case with its parameters moved → a row.

    solver = MemberSolver(setup);  row = solver.solve(task)

With investments fixed a member is the LP at the whole numbers of a plan, from the basis of the base; where that has
no plan, what is decided for good stays and what is decided anew each period is free (`operated` is 1). With
investments free it is the whole model, begun with the plan of the base. Each begins from the base and not from the
member before it: the row does not depend on what else was solved, on which worker, or on whether the study was
interrupted, and ties between plans of the same worth are broken in the same way everywhere.

Whatever goes wrong in a member is its row: `status` as of a solve, or faulty, rejected or crashed, and `reason`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case import Case, CaseFaults, Fault
from redmud_opt.case.rules import Target
from redmud_opt.i18n import text
from redmud_opt.model import build_model
from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.network import Network, build_network
from redmud_opt.plan import audit, make_plan
from redmud_opt.plan.whole import Whole, labels_of, whole_families
from redmud_opt.solve import Options, Outcome, Session
from redmud_opt.solve.compare import same_columns
from redmud_opt.solve.outcome import Array
from redmud_opt.study.asking import SAME, as_it_was, fix_whole, met_again, prepare
from redmud_opt.study.sweeps.decided import Decided, in_words
from redmud_opt.study.sweeps.designs import FREE, Member
from redmud_opt.study.sweeps.outputs import outputs_of
from redmud_opt.study.sweeps.parameters import Parameter, moved
from redmud_opt.study.sweeps.quick import Meter, Quick
from redmud_opt.study.sweeps.response import Known
from redmud_opt.study.sweeps.trying import faults_of, looking_at

Row = dict[str, Any]
SECONDS = ("case", "network", "build", "compile", "update", "solver", "cpu_of_solver", "outputs", "audit")


@dataclass(frozen=True)
class Setup:
    """What every worker is given once. whole: decisions of the plan of the base; known: what was learned, if so."""

    case: Case
    parameters: tuple[Parameter, ...]
    whole: tuple[Whole, ...]
    key: str
    time_limit_s: float | None = None
    gap: float = 0.0
    audit_every: int = 1
    known: Known | None = None


@dataclass(frozen=True)
class Task:
    """A member, and the decisions it has where they are not those of the base."""

    member: Member
    decided: Decided | None = None


class NoBaseAgain(Exception):
    """The plan of the base is not met again."""


def case_of_study(case: Case, soft_target_cny_per_t: float | None = None) -> Case:
    """The case as a study solves it: for value; its hard targets soft where a price is given."""
    targets = case.targets
    if soft_target_cny_per_t is not None:
        targets = tuple(_soft(row, soft_target_cny_per_t) for row in targets)
    return replace(case, settings=replace(case.settings, objective="value"), targets=targets)


def _soft(row: Target, price: float) -> Target:
    return replace(row, hard=False, price_cny_per_t=price) if row.hard else row


class MemberSolver:
    """Solves members of one study, one after the other. building: held wherever Pyomo is at work."""

    def __init__(self, setup: Setup, building: AbstractContextManager[Any] | None = None) -> None:
        self.setup = setup
        self.building = building or nullcontext()
        self.checks = looking_at(setup.case, setup.parameters)
        self.known = set(faults_of(setup.case, self.checks))
        self.options = Options(time_limit_s=setup.time_limit_s, gap=setup.gap)
        self.meter = Meter()
        self.session = Session(self.options)
        with self.building:
            self.network = build_network(setup.case, None)
            model = build_model(self.network)
            prepare(model, self.network, ())
            self.form = compile(model)
            if strangers(model, setup.whole):
                raise NoBaseAgain("other decisions")
            with as_it_was(model):
                fix_whole(model, setup.whole)
                self.session.update(form := compile(model))
        found = self.session.run()
        if found.values is None:
            raise NoBaseAgain(found.stopped)
        self.values: Array = found.values
        self.objective = float(found.objective or 0.0)
        self.session.pin()
        with self.building:
            form.load(found.values)
            self.decided = Decided(setup.whole, Decided.of(model).sizes)
        self.quick = self._begun(setup.known)

    def _begun(self, known: Known | None) -> Quick | None:
        """What solves members from what was learned; None where that does not meet the base: all are derived then."""
        if known is None:
            return None
        case, parameters = self.setup.case, self.setup.parameters
        quick = Quick(case, parameters, known, self.decided, self.options, self.building, self.meter)
        objective = quick.outcome.objective
        return None if objective is None or apart(objective, self.objective) > SAME else quick

    def solve(self, task: Task) -> Row:
        """A row, whatever happens."""
        row = head(self.setup, task)
        self.meter.read()
        started, worked = time.perf_counter(), time.thread_time()
        try:
            row |= self._solved(task)
        except CaseFaults as error:  # what only the network shows
            row |= faulty(error.faults)
        except Exception as error:
            row |= crashed(f"{type(error).__name__}: {error}")
        took = {"seconds": time.perf_counter() - started, "seconds:cpu": time.thread_time() - worked}
        return row | took

    def _solved(self, task: Task) -> Row:
        clock = Clock()
        with self.building:
            case = moved(self.setup.case, self.setup.parameters, task.member.values)
            faults = [f for f in faults_of(case, self.checks) if f not in self.known]
            clock.lap("case")
            if faults:
                return faulty(faults)
        free = task.member.decision == FREE
        if self.quick is not None and not free:
            row = self._quickly(self.quick, task, case, clock)
            if row is not None:
                return row
        with self.building:
            network, model, form, seconds = self._derived(task, case)
            clock.seconds |= seconds
            clock.skip()
        outcome = self._free(form, model) if free else self._fixed(form)
        operated = outcome.stopped == "infeasible" and not free
        if operated:
            with self.building, as_it_was(model):
                self._decided(task).hold(model, operation=False)
                form = compile(model)
            relaxed = replace(form, integrality=np.zeros_like(form.integrality))
            operated = bool(form.integrality.any()) and self._fixed(relaxed).values is not None
        if operated:
            outcome = self._free(form, model)
        clock.seconds["cpu_of_solver"] = self.meter.read()
        clock.seconds["solver"] = outcome.seconds
        clock.seconds["update"] = clock.since() - outcome.seconds
        with self.building:
            row = self._told(task, network, model, form, outcome, clock)
            if outcome.values is not None and self._audits(task):
                row |= self._audited(network, model, outcome)
                clock.lap("audit")
        return row | clock.row() | {"operated": float(operated)}

    def _quickly(self, quick: Quick, task: Task, case: Case, clock: Clock) -> Row | None:
        """From what was learned; None where the member has to be derived."""
        found = quick.solve(task.member.values, case, self._decided(task))
        if found is None:
            clock.lap("update")
            return None
        form, outcome = found
        clock.seconds["cpu_of_solver"] = self.meter.read()
        clock.seconds["solver"] = outcome.seconds
        clock.seconds["update"] = clock.since() - outcome.seconds
        network = replace(quick.response.network, case=case)
        with self.building:
            row = self._told(task, network, quick.response.model, form, outcome, clock)
            if self._audits(task):
                row |= self._audited_anew(task, case, form, outcome)
                clock.lap("audit")
        return row | clock.row() | {"operated": 0.0, "learned": 1.0}

    def _audited_anew(self, task: Task, case: Case, form: StandardForm, outcome: Outcome) -> Row:
        """The audit of a plan in the model as it is derived, where the member is solved again from nothing."""
        assert outcome.values is not None
        network, model, derived, _ = self._derived(task, case)
        session = Session(replace(self.options, time_limit_s=None))  # it would say nothing of the member
        session.update(derived)
        again = session.run()
        if again.stopped == "cancelled":
            return {"status": again.status, "stopped": "cancelled", "reason": again.detail}
        if not same_columns(derived, form):
            return {"status": "rejected", "reason": "derived: other columns"}
        if again.objective is None:
            return {"status": "rejected", "reason": f"derived: {again.stopped}"}
        derived.load(outcome.values)
        row = self._audited(network, model, replace(again, values=outcome.values))
        missed = residual(derived, outcome.values, abs(derived.matrix) @ np.abs(outcome.values))
        away = apart(again.objective, outcome.objective or 0.0)
        if away > SAME or missed > SAME:
            row |= {"status": "rejected", "reason": f"derived: {away:.1e} of the value, rows by {missed:.1e}"}
        return row | {"learned_apart": away}

    def _derived(
        self, task: Task, case: Case
    ) -> tuple[Network, ConcreteModel, StandardForm, dict[str, float]]:
        """Network and model of a member, its arrays with what is decided held, and the seconds of each."""
        network, model, seconds = met_again(case, self.network)
        prepare(model, network, ())
        began = time.perf_counter()
        with as_it_was(model):
            if task.member.decision != FREE:
                self._decided(task).hold(model, operation=True)
            form = compile(model)
        return network, model, form, seconds | {"compile": time.perf_counter() - began}

    def _decided(self, task: Task) -> Decided:
        """The decisions of a member that does not decide itself."""
        return self.decided if task.decided is None else task.decided

    def _fixed(self, form: StandardForm) -> Outcome:
        """From the basis of the base; once more from nothing where that leaves it open."""
        self.session.rewind()
        self.session.update(form)
        found = self.meter.run(self.session)
        if found.stopped != "crashed":
            return found
        cold = Session(self.options)
        cold.update(form)
        return self.meter.run(cold)

    def _free(self, form: StandardForm, model: ConcreteModel) -> Outcome:
        """From the plan of the base by branch and bound alone: what looks for first plans only took its time."""
        session = Session(replace(self.options, starts=False, neighbourhood=False))
        session.begin_with(self.form, self.values)
        session.update(form, getattr(model, "column_groups", ()))
        return self.meter.run(session)

    def _told(
        self,
        task: Task,
        net: Network,
        model: ConcreteModel,
        form: StandardForm,
        outcome: Outcome,
        clock: Clock,
    ) -> Row:
        clock.skip()
        row: Row = {"status": outcome.status, "stopped": outcome.stopped, "holds": outcome.holds}
        row |= {"objective": outcome.objective, "bound": outcome.bound, "gap": outcome.gap}
        if outcome.values is None:
            return row | {"reason": outcome.detail or outcome.stopped}
        form.load(outcome.values)
        decided = Decided.of(model)
        row |= {"builds": in_words(decided.whole), "row_residual": residual(form, outcome.values)}
        if task.member.decision == FREE:
            row["whole"] = decided.as_text()
        row |= outputs_of(model, net, decided.whole)
        clock.lap("outputs")
        return row

    def _audits(self, task: Task) -> bool:
        """Whether the audit looks at a member."""
        every = self.setup.audit_every
        return bool(every) and task.member.number % every == 0

    def _audited(self, net: Network, model: ConcreteModel, outcome: Outcome) -> Row:
        plan = make_plan(net, model, outcome)
        found = audit(net.case, plan.frames, plan.value_cny, None)
        row: Row = {"audit_passed": float(found.passed), "audit_residual": found.worst_residual}
        if not found.passed:
            row |= {"status": "rejected", "reason": text(found.failures[0].message, "en")}
        return row


def apart(one: float, other: float) -> float:
    """By what part of the greater two values differ."""
    return abs(one - other) / max(1.0, abs(one), abs(other))


def strangers(model: ConcreteModel, whole: Sequence[Whole]) -> bool:
    """Whether some of these decisions are none of a model: those of another case would be left out in silence."""
    asked: dict[str, set[tuple[str, ...]]] = {}
    for family, labels, _ in whole:
        asked.setdefault(family, set()).add(labels)
    for columns in whole_families(model):
        if wanted := asked.pop(columns.name, None):
            wanted -= {labels_of(columns, k) for k in range(len(columns))}
            if wanted:
                return True
    return bool(asked)


def head(setup: Setup, task: Task) -> Row:
    """What every row begins with."""
    member = task.member
    moves = {f"x:{p.name}": value for p, value in zip(setup.parameters, member.values, strict=True)}
    return {"member": member.number, "label": member.label, "decision": member.decision, **moves}


def crashed(reason: str) -> Row:
    """What a row says of a member that came to no end."""
    return {"status": "crashed", "stopped": "crashed", "holds": "nothing", "reason": reason[:500]}


def faulty(faults: Sequence[Fault]) -> Row:
    """What a row says of a member that is no case any more."""
    reason = text(faults[0].message, "en")
    return {"status": "faulty", "stopped": "faulty", "holds": "nothing", "reason": reason}


def residual(form: StandardForm, values: Array, size: Array | float = 0.0) -> float:
    """By how much the worst row is missed, relative to its bound and to the `size` of what it adds up."""
    at = form.matrix @ values
    with np.errstate(invalid="ignore"):
        low = (form.row_lower - at) / (1 + np.abs(form.row_lower) + size)
        high = (at - form.row_upper) / (1 + np.abs(form.row_upper) + size)
    missed = np.concatenate([low[np.isfinite(form.row_lower)], high[np.isfinite(form.row_upper)]])
    return float(missed.max(initial=0.0))


class Clock:
    """Seconds of the parts of a member."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.at = time.perf_counter()

    def since(self) -> float:
        """Seconds since the last lap."""
        return time.perf_counter() - self.at

    def lap(self, name: str) -> None:
        """A part ends."""
        now = time.perf_counter()
        self.seconds[name], self.at = now - self.at, now

    def skip(self) -> None:
        """What was counted elsewhere."""
        self.at = time.perf_counter()

    def row(self) -> Row:
        """For the row."""
        return dict(self._named())

    def _named(self) -> Iterator[tuple[str, float]]:
        for name in SECONDS:
            if name in self.seconds:
                yield f"seconds:{name}", self.seconds[name]
