"""Case → audited plan, or the reason why there is none. The one road that every run takes, whoever asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from redmud_opt.case import Assumptions, Case, CaseFaults, assumptions
from redmud_opt.case.baseline import Baseline
from redmud_opt.i18n import Message
from redmud_opt.jobs.baseline import check_baseline
from redmud_opt.jobs.curve import curve
from redmud_opt.jobs.listening import Listener, Stages
from redmud_opt.jobs.outcome import Exit, RunOptions
from redmud_opt.jobs.rays import unbounded_fault
from redmud_opt.model import build_model
from redmud_opt.model.freezing import standing_against
from redmud_opt.model.remarks import remarks
from redmud_opt.network import Network, build_network
from redmud_opt.plan import Plan, audit, make_plan
from redmud_opt.solve import Options, Outcome
from redmud_opt.study.impossible import Impossible, by_counting, impossible
from redmud_opt.study.meeting import settled
from redmud_opt.study.pools import solve_pools

MOST_FAILURES = 5
"""How many failed checks are named where a plan is rejected; all of them stand in its `audit.csv`."""


@dataclass(frozen=True)
class Computed:
    """What came of a case. `plan` passed its audit, `rejected` did not."""

    exit: Exit
    stopped: str | None
    plan: Plan | None = None
    rejected: Plan | None = None
    messages: tuple[Message, ...] = ()
    faults: CaseFaults | None = None
    size: Mapping[str, int] | None = None
    why: Impossible | None = None


def with_options(case: Case, options: RunOptions) -> Case:
    """The case with the objective that was asked for."""
    if options.objective is None:
        return case
    return replace(case, settings=replace(case.settings, objective=options.objective))


def solver_options(options: RunOptions, listener: Listener) -> Options:
    """Options of the solver session, with the listener's ears."""
    return Options(
        time_limit_s=options.time_limit_s,
        algorithm=options.algorithm,
        threads=options.threads,
        gap=options.gap,
        should_stop=listener.should_stop,
        on_progress=listener.on_progress,
    )


def compute(case: Case, options: RunOptions, stages: Stages, baseline: Baseline | None = None) -> Computed:
    """All stages after reading. Raises Cancelled, and CaseFaults for what only the network shows."""
    case = with_options(case, options)
    check_baseline(case, baseline, options.freeze)
    with stages.stage("network"):
        network = build_network(case, baseline)
    if network.findings:
        return explained(network, options, stages)
    with stages.stage("build"):
        model = build_model(network)
        against = standing_against(model)
    if against:
        return Computed(Exit.INFEASIBLE, "infeasible", messages=tuple(map(by_counting, against)))
    with stages.stage("solve"):
        asked = replace(solver_options(options, stages.listener), keep_basis=True)
        solved = solve_pools(model, network, asked)
        network, model = solved.network, solved.model
        outcome = settled(model, network, solved.outcome, solver_options(options, Listener()))
    stages.listener.note(f"solve stopped: {outcome.stopped}, holds: {outcome.holds}, {outcome.size}")
    if outcome.values is None:
        return without_plan(network, outcome, options, stages)
    with stages.stage("plan", held=True):
        plan = make_plan(network, model, outcome)
        plan = replace(plan, notes=(*plan.notes, *remarks(model, network)))
        if solved.record is not None:
            plan = replace(plan, solve={**plan.solve, "pools": solved.record})
    with stages.stage("audit", held=True):
        plan = plan.with_audit(audit(case, plan.frames, plan.value_cny, baseline))
    return judged(told(plan, case, outcome, stages), outcome)


def told(plan: Plan, case: Case, outcome: Outcome, stages: Stages) -> Plan:
    """The plan with what a reader asks beside it: objective, what its numbers rest on, how the solve came to it."""
    evidence = share_record(assumptions(case))
    provenance = {**plan.provenance, "objective": case.settings.objective, "assumptions": evidence}
    solve = {**plan.solve, "seconds": dict(stages.seconds), "curve": curve(outcome)}
    return replace(plan, provenance=provenance, solve=solve)


def share_record(found: Assumptions) -> dict[str, Any]:
    """Counts of evidence, and the share that rests on assumptions."""
    share = found.resting / found.total if found.total else 0.0
    return {"count": found.resting, "total": found.total, "share": share} | asdict(found)


def judged(plan: Plan, outcome: Outcome) -> Computed:
    """A plan is one only if it passed its audit."""
    size = asdict(outcome.size)
    if plan.audit is not None and plan.audit.passed:
        return Computed(Exit.PLAN, outcome.stopped, plan=plan, size=size)
    failures = () if plan.audit is None else plan.audit.failures
    messages = [Message("jobs.audit_failed", {"count": len(failures)})]
    messages += [Message("jobs.failed_check", {"check": check.message}) for check in failures[:MOST_FAILURES]]
    return Computed(Exit.AUDIT_FAILED, outcome.stopped, rejected=plan, messages=tuple(messages), size=size)


def without_plan(network: Network, outcome: Outcome, options: RunOptions, stages: Stages) -> Computed:
    """Why the solve holds nothing."""
    size: dict[str, Any] = asdict(outcome.size)
    if outcome.stopped == "unbounded":
        faults = CaseFaults([unbounded_fault(outcome.ray, network.case)])
        return Computed(Exit.FAULTS, "unbounded", faults=faults, size=size)
    if outcome.stopped == "infeasible":
        return explained(network, options, stages, size)
    limit = Message("jobs.limit_without_plan", {"seconds": options.time_limit_s or 0.0})
    coarse = Message("jobs.pools_too_coarse")
    ends = {
        "time": (Exit.LIMIT, limit),
        "gap": (Exit.LIMIT, coarse if network.pools else limit),
        "cancelled": (Exit.CANCELLED, Message("jobs.cancelled")),
    }
    trouble = (Exit.CRASHED, Message("jobs.solver_trouble", {"detail": outcome.detail}))
    code, message = ends.get(outcome.stopped, trouble)
    stopped = outcome.stopped if outcome.stopped in ends else "crashed"
    return Computed(code, stopped, messages=(message,), size=size)


def explained(
    network: Network, options: RunOptions, stages: Stages, size: Mapping[str, int] | None = None
) -> Computed:
    """Why there is no plan, and what would give one. What was cut short says so: half an answer is no wrong one."""
    with stages.stage("explain", held=True):
        found = impossible(network, solver_options(options, stages.listener))
    messages = found.messages() or (Message("jobs.infeasible"),)
    return Computed(Exit.INFEASIBLE, "infeasible", messages=messages, size=size, why=found)
