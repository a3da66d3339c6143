"""What `explain` says of a finished run: every question is one entry of QUESTIONS, and one flag of the command line.

    report = explain_run("runs/guangxi", {"bottlenecks": None, "why_not": ["lane X"]})
    print(report.words("zh"));  report.as_record("en")

The recorded plan is met again first (`Base.again`): the inputs must be those that were recorded. Answers are kept in
the folder of the run, `explained/<question>.json`, in both languages. Of a run that was proved to have no plan there
is one answer, whatever is asked: why, and what would give it one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.baseline import Baseline
from redmud_opt.i18n import LANGUAGES, Message, Money
from redmud_opt.jobs.baseline import recall_baseline
from redmud_opt.jobs.choosing import ask_alternatives, ask_decisions, ask_pins, ask_regret
from redmud_opt.jobs.compute import solver_options, with_options
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.inputs import recall
from redmud_opt.jobs.listening import Cancelled, Listener
from redmud_opt.jobs.outcome import Report, RunOptions
from redmud_opt.jobs.reaudit import run_fault
from redmud_opt.network import build_network
from redmud_opt.plan import Plan
from redmud_opt.report.labels import labelled
from redmud_opt.study.asking import Base, NoBase
from redmud_opt.study.explanation import Explanation
from redmud_opt.study.impossible import impossible
from redmud_opt.study.planb import plan_b
from redmud_opt.study.why import why_here, why_not
from redmud_opt.study.worth import bottlenecks, next_point, worth_of

FOLDER = "explained"

OF_VALUE_ALONE = ("regret", "impossible")
"""Questions that keep nothing of what an objective asks before value."""

Arguments = Sequence[str] | None


@dataclass(frozen=True)
class Asked:
    """What a question is asked about. limit_s: most seconds that one re-solve with whole numbers may take."""

    base: Base
    plan: Plan
    limit_s: float


@dataclass(frozen=True)
class Question:
    """A question. metavar: what it is asked about, None where about the whole plan. Bad asking raises CaseFaults."""

    answer: Callable[[Asked, Arguments], Explanation]
    help: str
    metavar: str | None = None


def _there_is_a_plan(asked: Asked, _: Arguments) -> Explanation:
    return Explanation("impossible", Message("impossible.possible", {"case": asked.plan.case_name}))


QUESTIONS: dict[str, Question] = {
    "bottlenecks": Question(
        lambda asked, _: bottlenecks(asked.base),
        "what holds the plan back: what 5 %% more of each thing is worth, decisions in whole numbers as they are "
        "(asked if nothing else is)",
    ),
    "bottlenecks_free": Question(
        lambda asked, _: bottlenecks(asked.base, "free", time_limit_s=asked.limit_s),
        "the same with all decisions made anew: a solve per step, an interval each",
    ),
    "worth": Question(
        lambda asked, names: worth_of(asked.base, names or (), time_limit_s=asked.limit_s),
        "what more of a line, lane, yard, outlet, supply, permit, approval, budget, limit or target is worth",
        "NAME",
    ),
    "next_point": Question(
        lambda asked, _: next_point(asked.base),
        "what the next point of utilisation costs, decisions in whole numbers as they are",
    ),
    "next_point_free": Question(
        lambda asked, _: next_point(asked.base, "free", time_limit_s=asked.limit_s),
        "the same with all decisions made anew",
    ),
    "why_not": Question(
        lambda asked, names: why_not(asked.base, names or (), asked.limit_s),
        "why the plan does not use a thing, such as an outlet, lane, line, site, step, or route 'plant>outlet'",
        "THING",
    ),
    "why_here": Question(
        lambda asked, names: why_here(asked.base, names or (), asked.limit_s),
        "why the plan uses a thing: what would be lost without it, and where the tonnes would go",
        "THING",
    ),
    "plan_b": Question(
        lambda asked, names: plan_b(asked.base, names or (), asked.limit_s),
        "what the loss of an outlet would cost: 'all', or one, NAME or NAME@YEAR from a year on",
        "OUTLET",
    ),
    "alternatives": Question(
        lambda asked, given: ask_alternatives(asked.base, given, asked.limit_s),
        "so many plans that are nearly as good (1 %%, or 3@5 for 5 %%) and as different as can be; what all share",
        "N",
    ),
    "decisions": Question(
        lambda asked, given: ask_decisions(asked.base, given, asked.limit_s),
        "the ten decisions that matter, each with the price of reversing it",
    ),
    "pin": Question(
        lambda asked, given: ask_pins(asked.base, given, asked.limit_s),
        "what a wish costs: LINE=built, LINE@2028=built, never, closed, open; OUTLET>=5000, LANE<=200 (t); "
        "builds=frozen, contracts=frozen; may be given often",
        "THING=VALUE",
    ),
    "regret": Question(
        lambda asked, given: ask_regret(asked.base, given, asked.limit_s),
        "what the investments of this plan cost in another case or scenario",
        "CASE",
    ),
    "impossible": Question(
        _there_is_a_plan,
        "why there is no plan, and what would give one; asked by itself of a run without one",
    ),
}

DEFAULT_LIMIT_S = 60.0


@dataclass(frozen=True, kw_only=True)
class ExplainReport(Report):
    """Faults, or the answers. labels: by language, what the case calls its things."""

    folder: Path | None = None
    answers: tuple[Explanation, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    def named(self, language: str) -> tuple[Explanation, ...]:
        """The answers with the label of everything they name, the name behind it; tables keep the names."""
        return tuple(_named(answer, self.labels.get(language, {})) for answer in self.answers)

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON."""
        answers = [answer.as_record(language) for answer in self.named(language)]
        return self.head(language) | {
            "run_dir": None if self.folder is None else str(self.folder),
            "answers": answers,
        }

    def words(self, language: str = "en") -> str:
        """For people."""
        return "\n".join(self._lines(language))

    def _lines(self, language: str) -> Iterator[str]:
        if self.faults is not None:
            yield self.faults.render(language)
        for answer in self.named(language):
            yield from answer.words(language)


def _named(answer: Explanation, labels: Mapping[str, str]) -> Explanation:
    lines = tuple(labelled(line, labels) for line in answer.lines)
    return replace(answer, heading=labelled(answer.heading, labels), lines=lines)


def explain_run(
    run_dir: str | Path,
    questions: Mapping[str, Arguments],
    *,
    limit_s: float = DEFAULT_LIMIT_S,
    listener: Listener | None = None,
) -> ExplainReport:
    """Answers questions about the plan of a run. Faults are a report, not an exception."""
    listener = listener or Listener()
    folder = RunFolder(run_dir)
    try:
        if _is_impossible(folder):
            case, answer = _why_impossible(folder, listener)
            answers: tuple[Explanation, ...] = (answer,)
        else:
            asked = _asked(folder, limit_s, listener)
            case, answers = asked.base.case, tuple(_answers(asked, questions, listener))
    except CaseFaults as faults:
        return ExplainReport(folder=folder.path, faults=faults)
    labels = {language: case.labels(language) for language in LANGUAGES}
    for answer in answers:
        record = {language: _named(answer, labels[language]).as_record(language) for language in LANGUAGES}
        (folder.path / FOLDER).mkdir(exist_ok=True)
        folder.write_json(f"{FOLDER}/{answer.question}.json", record)
    return ExplainReport(folder=folder.path, answers=answers, labels=labels)


def _answers(asked: Asked, questions: Mapping[str, Arguments], listener: Listener) -> Iterator[Explanation]:
    for name, arguments in questions.items():
        listener.on_stage(name)
        yield _with_premises(QUESTIONS[name].answer(asked, arguments), asked.base)
        if listener.should_stop():
            raise Cancelled


def _with_premises(answer: Explanation, base: Base) -> Explanation:
    """An answer with what it rests on: a plan made anew, what the objective asks for before value."""
    lines = answer.lines
    if base.levels and answer.question not in OF_VALUE_ALONE:
        lines = (Message("study.levels_kept", {"levels": base.levels}), *lines)
    if base.network.pools:
        lines = (Message("study.pools_anew", {"value": Money(base.answer.value_cny or 0.0)}), *lines)
    return replace(answer, lines=lines)


def _is_impossible(folder: RunFolder) -> bool:
    """Whether a run ended with the proof that there is no plan."""
    found = folder.path / "result.json"
    return found.is_file() and json.loads(found.read_text(encoding="utf-8"))["status"] == "infeasible"


def _why_impossible(folder: RunFolder, listener: Listener) -> tuple[Case, Explanation]:
    """The case, and the only answer about a run without a plan, whatever is asked."""
    case, options, baseline = _recorded(folder)
    listener.on_stage("impossible")
    found = impossible(build_network(case, baseline), solver_options(options, listener))
    if listener.should_stop():
        raise Cancelled
    return case, found.explanation()


def _recorded(folder: RunFolder) -> tuple[Case, RunOptions, Baseline | None]:
    """What a run was asked for."""
    recorded = recall(folder.path)
    if recorded.case is None:
        raise run_fault("inputs_altered", folder, why=tuple(recorded.changed))
    _, options = folder.read_request()
    baseline, _ = recall_baseline(folder.path)
    return with_options(recorded.case, options), options, baseline


def _asked(folder: RunFolder, limit_s: float, listener: Listener) -> Asked:
    """The plan of a run, met again."""
    if not (folder.path / "options.json").is_file():
        raise run_fault("not_a_run", folder)
    if not folder.holds("plan"):
        raise run_fault("no_plan_here", folder)
    case, options, baseline = _recorded(folder)
    plan = folder.read_plan()
    solver = replace(solver_options(options, listener), time_limit_s=limit_s, on_progress=None)
    try:
        base = Base.again(case, plan, solver, baseline)
    except NoBase as error:
        raise run_fault("not_met_again", folder, why=str(error)) from error
    return Asked(base, plan, limit_s)
