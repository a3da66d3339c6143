"""The Python API: the verbs of the command line as functions.

plan = optimise("scenarios/guangxi")        raises CaseFaults, or NoPlan with the reason
print(plan);  plan.frames["flows"];  plan.save("out")
found = compare("runs/base", "runs/dearer");  found.inputs;  found.decisions
write_report("runs/base", "base.html", "zh")
bottlenecks("scenarios/guangxi", gap=0.05).frame("bottlenecks");  worth("scenarios/guangxi", "roast_line")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from redmud_opt.case import Case, load_case
from redmud_opt.i18n import Message, text
from redmud_opt.jobs import actuals as jobs_actuals
from redmud_opt.jobs.baseline import baseline_of, read_baseline
from redmud_opt.jobs.comparing import compare_all
from redmud_opt.jobs.compute import Computed, compute
from redmud_opt.jobs.explaining import DEFAULT_LIMIT_S, QUESTIONS, explain_run
from redmud_opt.jobs.fronts import front_case, read_front
from redmud_opt.jobs.listening import Listener, Stages
from redmud_opt.jobs.outcome import ALGORITHMS, Exit, RunOptions
from redmud_opt.jobs.replaying import ReplayReport, replay_run
from redmud_opt.jobs.reporting import report_run
from redmud_opt.jobs.sweeping import Engine, read_results, sweep
from redmud_opt.model.objective import objective_words
from redmud_opt.plan import Plan
from redmud_opt.solve import Options
from redmud_opt.study import worth as study
from redmud_opt.study.asking import Base, How, NoBase
from redmud_opt.study.comparison import Comparison
from redmud_opt.study.explanation import Explanation
from redmud_opt.study.front import Front
from redmud_opt.study.impossible import Impossible
from redmud_opt.study.sweeps.results import Results


class NoPlan(Exception):
    """There is no plan. `outcome` is infeasible, time, gap, crashed or audit_failed; `messages` say why.

    why: of an infeasible case the reasons, the conflict, and suggestions with the case that each of them makes.
    """

    def __init__(
        self,
        outcome: str,
        messages: tuple[Message, ...] = (),
        rejected: Plan | None = None,
        why: Impossible | None = None,
    ) -> None:
        self.outcome = outcome
        self.messages = messages
        self.rejected = rejected
        self.why = why
        super().__init__(outcome, messages)

    def __str__(self) -> str:
        return self.render("en")

    def render(self, language: str = "en") -> str:
        """The reasons in words."""
        return "\n".join(text(message, language) for message in self.messages) or self.outcome


def optimise(
    case: Case | str | Path,
    *,
    time_limit_s: float | None = None,
    algorithm: str = "auto",
    objective: str | None = None,
    tolerance: float | tuple[float, ...] = (),
    gap: float = 0.0,
    baseline: Plan | str | Path | None = None,
    freeze: int = 0,
) -> Plan:
    """The audited plan of a case, or of a case folder, scenario file or bundled name.

    objective: one goal, levels of goals and sums of goals: "utilisation", "utilisation,emissions",
    "value+120*utilisation"; value is always the last. tolerance: part of its best that each level may give up, one
    for all or one for each but the last.
    gap: relative gap between plan and bound at which a solve with integers may stop; 0: prove the optimum.
    baseline: a plan, or the folder of a run, to plan against; its first `freeze` periods stay as they are.

    Raises CaseFaults for a case with faults (an unbounded one is such a case), NoPlan where there is no plan or where
    it fails its audit, ValueError for an option that does not exist.
    """
    if algorithm not in ALGORITHMS:
        raise ValueError(f"algorithm '{algorithm}' is none of {', '.join(ALGORITHMS)}")
    tolerances = tolerance if isinstance(tolerance, tuple) else (tolerance,)
    if objective is not None:
        objective = objective_words(objective, tolerances)
    elif tolerances:
        raise ValueError("a tolerance needs an objective with levels")
    if not 0 <= gap < 1:
        raise ValueError(f"gap {gap} is no share from 0 to 1")
    loaded = case if isinstance(case, Case) else load_case(case)
    options = RunOptions(
        time_limit_s=time_limit_s, algorithm=algorithm, objective=objective, gap=gap, freeze=freeze
    )
    before = None
    if baseline is not None:
        plan = baseline if isinstance(baseline, Plan) else read_baseline(baseline)
        before = baseline_of(plan, plan.case_name if isinstance(baseline, Plan) else str(baseline), freeze)
    return _plan_of(compute(loaded, options, Stages(Listener()), before))


def compare(*given: str | Path, solve: bool = False, gap: float = 0.0) -> Comparison:
    """Two to four runs, cases or scenarios side by side; the first is what the others are compared with.

    A run brings its plan and its recorded inputs. solve: plans, at this gap, of those that come without one.

    Raises CaseFaults for faults, altered inputs and other horizons, NoPlan where a case has no plan.
    """
    report = compare_all(given, solve=solve, options=RunOptions(gap=gap))
    if report.without_plan is not None:
        _plan_of(report.without_plan[1])
    if report.faults is not None:
        raise report.faults
    assert report.found is not None
    return report.found


def explain(
    run: str | Path, *, time_limit_s: float = DEFAULT_LIMIT_S, **questions: str | tuple[str, ...]
) -> tuple[Explanation, ...]:
    """Answers about the plan of a run, as `redmud-opt explain` gives them; kept in its folder too.

    questions: names of the flags with `_` for `-`, what each is asked about, an empty tuple where about nothing:
    `explain("runs/x", why_not=("line_2",), plan_b="all", bottlenecks=())`. time_limit_s: most of one re-solve.
    Raises CaseFaults for bad asking and for a run that is not there, ValueError for a question that does not exist.
    """
    unknown = sorted(set(questions) - set(QUESTIONS))
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: none of {', '.join(QUESTIONS)}")
    given = {name: (said,) if isinstance(said, str) else said for name, said in questions.items()}
    report = explain_run(run, given or {"bottlenecks": ()}, limit_s=time_limit_s)
    if report.faults is not None:
        raise report.faults
    return report.answers


def bottlenecks(
    case: Case | str | Path,
    *,
    whole: How = "fixed",
    most: int | None = None,
    gap: float = 0.0,
    time_limit_s: float | None = None,
) -> Explanation:
    """What holds the best plan of a case back: its things ranked by what 5 % more of them is worth.

    whole: decisions in whole numbers fixed as the plan has them, or free. gap, time_limit_s: of every solve with
    whole numbers. Raises CaseFaults for a case with faults, NoPlan where there is no plan.
    """
    return study.bottlenecks(_base(case, gap, time_limit_s), whole, most=most)


def replay(run: str | Path) -> ReplayReport:
    """Solves the plan of a run, or of its bundle, again at its whole numbers and compares: `found.same`, `.tables`.

    Raises CaseFaults where there is no plan to replay, or its files are not as recorded.
    """
    report = replay_run(run)
    if report.faults is not None:
        raise report.faults
    return report


def worth(
    case: Case | str | Path, *names: str, gap: float = 0.0, time_limit_s: float | None = None
) -> Explanation:
    """What more of the lines, lanes, yards, outlets, permits, budgets … of these names is worth, fixed and free.

    Raises CaseFaults for faults and for a name that nothing bears, NoPlan where there is no plan.
    """
    return study.worth_of(_base(case, gap, time_limit_s), names)


def _base(case: Case | str | Path, gap: float, time_limit_s: float | None) -> Base:
    """The plan of a case to be asked."""
    loaded = case if isinstance(case, Case) else load_case(case)
    try:
        return Base.solved(loaded, Options(gap=gap, time_limit_s=time_limit_s))
    except NoBase as error:
        raise NoPlan(error.stopped) from error


def front(
    case: str | Path,
    goals: tuple[str, ...] = ("value", "utilisation"),
    *,
    out: str | Path,
    points: int | None = None,
    time_limit_s: float | None = None,
    gap: float = 0.0,
    jobs: int = 1,
    resume: bool = False,
) -> Front:
    """What one goal costs in terms of another: plans from the best of one to the best of the other, kept in `out`.

    points: levels of each goal beside the first, both ends included. time_limit_s, gap: of every point. resume: goes
    on with what `out` holds, asked as it was.

    Raises CaseFaults, and NoPlan where the case has no plan.
    """
    report = front_case(
        case, goals, points=points, time_limit_s=time_limit_s, gap=gap, jobs=jobs, out=out, resume=resume
    )
    if report.faults is not None:
        raise report.faults
    if report.exit is not Exit.PLAN:
        raise NoPlan(report.exit.name.lower(), report.messages)
    return read_front(out)


def run_study(
    study: str | Path | None,
    *,
    out: str | Path,
    plan: str | Path | None = None,
    engine: str = "serial",
    workers: int = 1,
    cluster: str | None = None,
    resume: bool = False,
) -> Results:
    """A study file carried out, kept in `out`: the case of its base solved with some of its numbers moved.

    plan: a run whose plan is that of the base. engine: serial, threads, processes or dask; cluster: of Dask, `local`
    or an address. resume: goes on with what `out` holds.

    Raises CaseFaults, and NoPlan where the case as it stands has none.
    """
    report = sweep(study, out=out, plan=plan, engine=Engine(engine, workers, cluster), resume=resume)
    if report.faults is not None:
        raise report.faults
    if report.results is None:
        raise NoPlan(report.exit.name.lower(), report.messages)
    return report.results


def read_study(folder: str | Path) -> Results:
    """What the folder of a study holds, however far it is. Raises CaseFaults where it is none."""
    return read_results(folder)


def write_report(
    run: str | Path,
    file: str | Path,
    language: str = "en",
    *,
    front: str | Path | None = None,
    study: str | Path | None = None,
) -> Path:
    """Writes the plan of a run as a report, one HTML file or a PDF by the name of `file`; nothing is overwritten.

    front, study: folders of a front and of a study that stand in it. A PDF needs Chromium on the machine. Raises
    CaseFaults.
    """
    written = report_run(run, file, language, front=front, study=study)
    if written.faults is not None:
        raise written.faults
    return written.file


def import_actuals(
    run: str | Path,
    *files: str | Path,
    out: str | Path | None = None,
    columns: Mapping[str, str] | Sequence[str] = (),
    through: str | None = None,
    dry_run: bool = False,
) -> Explanation:
    """What happened, as files tell it, against the plan of a run: deviations with their causes; kept in its folder.

    out: a new case folder that begins where the files end, with the stocks of that day. columns: what columns hold,
    heading → field, remembered for the next time. through: the last period that counts.

    Raises CaseFaults with everything that is wrong with the files, and then nothing is written.
    """
    report = jobs_actuals.import_actuals(
        run, files, out=out, columns=columns, through=through, dry_run=dry_run
    )
    if report.faults is not None:
        raise report.faults
    assert report.answer is not None
    return report.answer


def _plan_of(computed: Computed) -> Plan:
    if computed.faults is not None:
        raise computed.faults
    if computed.plan is None:
        outcome = "audit_failed" if computed.exit is Exit.AUDIT_FAILED else str(computed.stopped)
        raise NoPlan(outcome, computed.messages, computed.rejected, computed.why)
    return computed.plan
