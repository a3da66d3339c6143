"""A study of one decision for all scenarios: members given by name with probabilities, decided together.

    found = decided_together(setup, design, members, first, should_stop)      Together: rows, and what is told beside
    told: aim, decided, scenarios with probability, value and value alone, worth, EVPI, VSS, chances

The rows are what the decision comes to in each scenario, as of any other member. Where no decision has a plan in
every scenario each of them is a row that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from redmud_opt.case import Case
from redmud_opt.i18n import text
from redmud_opt.plan import audit, make_plan
from redmud_opt.solve import Options
from redmud_opt.solve.outcome import Array
from redmud_opt.study.chance import Reached
from redmud_opt.study.extensive import Scenario
from redmud_opt.study.stochastic import NoPlanForAll, TwoStage, two_stage
from redmud_opt.study.sweeps.decided import Decided, in_words
from redmud_opt.study.sweeps.designs import Design, Member
from redmud_opt.study.sweeps.member import Row, Setup, Task, head, residual
from redmud_opt.study.sweeps.outputs import outputs_of
from redmud_opt.study.sweeps.parameters import moved
from redmud_opt.study.sweeps.trying import faults_of


@dataclass(frozen=True)
class Together:
    """Rows of the scenarios, and the record of what is told beside them."""

    rows: list[Row]
    told: dict[str, Any]


def decided_together(
    setup: Setup,
    design: Design,
    members: Sequence[Member],
    first: Decided,
    should_stop: Callable[[], bool] | None = None,
) -> Together:
    """The decision that is best over all members. first: of the case as it stands."""
    options = Options(time_limit_s=setup.time_limit_s, gap=setup.gap, should_stop=should_stop)
    cases = [moved(setup.case, setup.parameters, member.values) for member in members]
    known = set(faults_of(setup.case))
    for member, case in zip(members, cases, strict=True):
        if faults := [fault for fault in faults_of(case) if fault not in known]:
            return _none(setup, members, "faulty", member.label, text(faults[0].message, "en"))
    try:
        found = two_stage(
            cases,
            design.probabilities,
            design.aim,
            share=design.worst,
            chances=design.chances,
            first=first,
            options=options,
        )
    except NoPlanForAll as error:
        name = "" if error.scenario is None else members[error.scenario].label
        return _none(setup, members, error.stopped, name)
    rows = [_row(setup, member, found, k) for k, member in enumerate(members)]
    return Together(rows, _told(design, members, found))


def _none(setup: Setup, members: Sequence[Member], stopped: str, name: str, why: str = "") -> Together:
    """No plan for all, or one scenario that has none or is no case any more."""
    reason = f"scenario {name}: {why or stopped}" if name else "no decision has a plan in every scenario"
    status = stopped if stopped in ("infeasible", "faulty") else "none"
    end = {"status": status, "stopped": stopped, "holds": "nothing", "reason": reason}
    rows = [head(setup, Task(member)) | end for member in members]
    return Together(rows, {"stopped": stopped, "without_plan": name})


def _told(design: Design, members: Sequence[Member], found: TwoStage) -> dict[str, Any]:
    scenarios = [
        {"name": member.label, "probability": p, "value_cny": value, "alone_cny": best}
        for member, p, value, best in zip(
            members, found.probabilities, found.by_scenario, found.best, strict=True
        )
    ]
    return {
        "stopped": found.stopped,
        "proved": found.proved,
        "aim": design.aim,
        "worst": design.worst,
        "decided": str(found),
        "objective_cny": found.objective,
        "bound_cny": found.outcome.bound,
        "expected_cny": found.expected_cny,
        "worth_cny": found.worth_cny,
        "regret_cny": found.regret_cny,
        "evpi_cny": found.evpi_cny,
        "vss_cny": None if found.eev_cny is None else found.vss_cny,
        "scenarios": scenarios,
        "chances": [_chance(one) for one in found.reached],
    }


def _chance(one: Reached) -> dict[str, Any]:
    return {
        "target": one.chance.target,
        "year": one.chance.year,
        "at_least": one.chance.at_least,
        "price_cny_per_point": one.chance.price_cny_per_point,
        "probability": one.probability,
        "lack_points": one.lack_points,
        "price_cny": one.price_cny,
        "met": list(one.met),
    }


def _row(setup: Setup, member: Member, found: TwoStage, number: int) -> Row:
    scenario = found.scenarios[number]
    model, network = scenario.model, scenario.network
    decided = Decided.of(model)
    ended = {"status": found.outcome.status, "stopped": found.stopped, "holds": found.outcome.holds}
    row = head(setup, Task(member)) | ended
    row |= {"objective": found.by_scenario[number], "builds": in_words(decided.whole)}
    values = scenario.held()
    row |= {"row_residual": residual(scenario.form, values)}
    row |= outputs_of(model, network, decided.whole)
    if setup.audit_every and member.number % setup.audit_every == 0:
        row |= _audited(scenario, found, number, values)
    return row


def _audited(scenario: Scenario, found: TwoStage, number: int, values: Array) -> Row:
    """The audit of a scenario: the targets that it may miss are soft there, at no price."""
    outcome = replace(found.outcome, objective=found.by_scenario[number], values=values)
    case = _missing(scenario.network.case, [one for one in found.reached if not one.met[number]])
    plan = make_plan(replace(scenario.network, case=case), scenario.model, outcome)
    checked = audit(case, plan.frames, plan.value_cny, None)
    row: Row = {"audit_passed": float(checked.passed), "audit_residual": checked.worst_residual}
    if not checked.passed:
        row |= {"status": "rejected", "reason": text(checked.failures[0].message, "en")}
    return row


def _missing(case: Case, missed: Sequence[Reached]) -> Case:
    names = {one.chance.target for one in missed}
    targets = (
        replace(row, hard=False, price_cny_per_t=0.0) if row.hard and row.name in names else row
        for row in case.targets
    )
    return replace(case, targets=tuple(targets))
