"""The command line: `redmud-opt init | check | solve | audit | evidence | screen | law | explain | compare |
front | sweep | import | import-actuals | export | report | replay`.

Each verb returns what it has to say in words and as a record, and its exit code; `main` prints one of the two. With
`--json` standard output is one JSON object and nothing else. Ctrl-C asks a solve to stop and keeps what it holds; a
second one ends the program at once. Nobody sees a traceback: it goes to a file.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, NoReturn, Protocol, TextIO

from redmud_opt.case import CaseFaults, Fault, init_case
from redmud_opt.i18n import LANGUAGES, Message, text
from redmud_opt.jobs import Exit, Listener, RunOptions, check_case, reaudit, run
from redmud_opt.jobs.actuals import import_actuals
from redmud_opt.jobs.comparing import compare_all
from redmud_opt.jobs.evidence import evidence_of
from redmud_opt.jobs.explaining import DEFAULT_LIMIT_S, QUESTIONS, explain_run
from redmud_opt.jobs.exporting import TAKEN, blank_case, export
from redmud_opt.jobs.fronts import front_case
from redmud_opt.jobs.importing import import_into
from redmud_opt.jobs.law import Reading, law_report
from redmud_opt.jobs.listening import Cancelled, unheard
from redmud_opt.jobs.outcome import ALGORITHMS
from redmud_opt.jobs.replaying import replay_run
from redmud_opt.jobs.reporting import report_run
from redmud_opt.jobs.screening import screen_case
from redmud_opt.jobs.sweeping import ENGINES, Engine, sweep
from redmud_opt.model.objective import BadObjective, objective_words
from redmud_opt.plan.words import gap_words, millions, width
from redmud_opt.solve import Progress


class Answer(Protocol):
    """What a verb has to say."""

    @property
    def exit(self) -> Exit:
        """The exit code."""

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For `--json`."""

    def words(self, language: str = "en") -> str:
        """For people."""


@dataclass(frozen=True)
class Said:
    """An answer of messages and faults alone."""

    exit: Exit
    messages: tuple[Message, ...] = ()
    faults: CaseFaults | None = None
    more: tuple[tuple[str, Any], ...] = ()

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For `--json`."""
        return {
            "exit_code": int(self.exit),
            "faults": [] if self.faults is None else self.faults.as_records(language),
            "messages": [{"key": m.key, "text": text(m, language)} for m in self.messages],
        } | dict(self.more)

    def words(self, language: str = "en") -> str:
        """For people."""
        lines = [] if self.faults is None else [self.faults.render(language)]
        return "\n".join([*lines, *(text(message, language) for message in self.messages)])


# ---- what stands on the line ----------------------------------------------------------------------------------


class Misused(Exception):
    """The line cannot be understood."""


class Parser(argparse.ArgumentParser):
    """Raises instead of exiting with 2, which means infeasible here."""

    def error(self, message: str) -> NoReturn:
        """A line that cannot be understood."""
        raise Misused(f"{message}\n{self.format_usage().rstrip()}")


def seconds(words: str) -> float:
    """A number of seconds that is not negative."""
    value = float(words)
    if not 0 <= value < float("inf"):
        raise ValueError(words)
    return value


def share(words: str) -> float:
    """A share from 0 to below 1: 0.01 is one percent."""
    value = float(words)
    if not 0 <= value < 1:
        raise ValueError(words)
    return value


def count(words: str) -> int:
    """A whole number that is not negative."""
    value = int(words)
    if value < 0:
        raise ValueError(words)
    return value


Verbs = Any
"""argparse's own type of subparsers is private."""

CASE = "a case folder, a scenario file, or the name of a bundled one"


def parser() -> Parser:
    """The verbs and their options."""
    shared = Parser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    shared.add_argument("--lang", choices=LANGUAGES, default="en", help="language of messages (default: en)")
    top = Parser(prog="redmud-opt", description="Plans what an aluminium group does with its solid waste.")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=Parser)
    init = verbs.add_parser(
        "init", parents=[shared], help="write a small case to start from, or a blank workbook"
    )
    init.add_argument("folder", metavar="FOLDER|FILE.xlsx", help="an empty or new folder, or a new workbook")
    init.set_defaults(answer=answer_init)
    check = verbs.add_parser(
        "check", parents=[shared], help="list every fault of a case, and what it rests on"
    )
    check.add_argument("case", metavar="CASE", help=CASE)
    check.set_defaults(answer=answer_check)
    _add_solve(verbs, shared)
    _add_evidence_and_screen(verbs, shared)
    _add_law(verbs, shared)
    _add_explain(verbs, shared)
    _add_compare(verbs, shared)
    _add_front(verbs, shared)
    _add_sweep(verbs, shared)
    _add_import(verbs, shared)
    _add_actuals(verbs, shared)
    _add_export(verbs, shared)
    _add_report(verbs, shared)
    audit = verbs.add_parser("audit", parents=[shared], help="audit a finished run again")
    audit.add_argument("run", metavar="RUN", help="a folder that `solve` wrote")
    audit.set_defaults(answer=answer_audit)
    replay = verbs.add_parser(
        "replay", parents=[shared], help="solve a finished run again at its decisions and compare every table"
    )
    replay.add_argument("run", metavar="RUN|FILE.zip", help="a folder that `solve` wrote, or its bundle")
    replay.set_defaults(answer=answer_replay)
    return top


def _add_solve(verbs: Verbs, shared: Parser) -> None:
    solve = verbs.add_parser("solve", parents=[shared], help="solve, audit, and keep the run as a folder")
    solve.add_argument("case", metavar="CASE", help=CASE)
    solve.add_argument(
        "--time-limit", type=seconds, metavar="SECONDS", help="most seconds the solver may take"
    )
    solve.add_argument(
        "--gap",
        type=share,
        default=0.0,
        metavar="SHARE",
        help="stop once no plan can be better by more than this share, 0.01 for 1 %% (default: 0, prove the best)",
    )
    solve.add_argument(
        "--algorithm", choices=ALGORITHMS, default="auto", help="of the solver (default: by size)"
    )
    solve.add_argument(
        "--objective",
        metavar="LEVELS",
        help="instead of the one that the case states: value, utilisation, emissions, landfilled, several one "
        "after the other (utilisation,value), or a sum (value+120*utilisation-80*emissions)",
    )
    solve.add_argument(
        "--tolerance",
        type=share,
        action="append",
        metavar="SHARE",
        help="part of its best that a level of the objective may give up, given once for all or once for each",
    )
    solve.add_argument(
        "--baseline", metavar="RUN", help="the run to plan against: says what moved, holds change limits"
    )
    solve.add_argument(
        "--freeze",
        type=count,
        default=0,
        metavar="K",
        help="the first K periods stay as the baseline has them (default: 0)",
    )
    solve.add_argument("--out", metavar="DIR", help="folder of the run (default: runs/<case>-<time>)")
    solve.set_defaults(answer=answer_solve)


def _add_evidence_and_screen(verbs: Verbs, shared: Parser) -> None:
    evidence = verbs.add_parser(
        "evidence", parents=[shared], help="say how much of a case or a plan rests on what kind of evidence"
    )
    evidence.add_argument("case", metavar="CASE|RUN", help="a case, or a folder that `solve` wrote")
    evidence.set_defaults(answer=answer_evidence)
    screen = verbs.add_parser(
        "screen", parents=[shared], help="judge every plant and route one by one, before any plan"
    )
    screen.add_argument("case", metavar="CASE", help=CASE)
    screen.add_argument(
        "--library", action="store_true", help="with the routes of the library that the case does not use"
    )
    screen.set_defaults(answer=answer_screen)


def _add_law(verbs: Verbs, shared: Parser) -> None:
    law = verbs.add_parser(
        "law",
        parents=[shared],
        help="list the law that applies to a case, and what another day or pack changes",
    )
    law.add_argument("case", metavar="CASE", help=CASE)
    law.add_argument("--pack", metavar="PACK", help="rule pack instead of the one that the case states")
    law.add_argument("--date", metavar="DAY", help="day whose law applies instead, YYYY-MM-DD")
    law.add_argument(
        "--against-pack", metavar="PACK", help="rule pack to compare with: what has changed since"
    )
    law.add_argument(
        "--against-date", metavar="DAY", help="day whose law to compare with: what has changed since"
    )
    law.add_argument("--solve", action="store_true", help="solve under both laws and compare the plans")
    law.add_argument("--all", action="store_true", help="with rules that speak of nothing in the case")
    law.set_defaults(answer=answer_law)


def _add_explain(verbs: Verbs, shared: Parser) -> None:
    explain = verbs.add_parser(
        "explain", parents=[shared], help="answer questions about the plan of a finished run"
    )
    explain.add_argument("run", metavar="RUN", help="a folder that `solve` wrote")
    explain.add_argument(
        "--time-limit",
        type=seconds,
        default=DEFAULT_LIMIT_S,
        metavar="SECONDS",
        help="most seconds that one re-solve may take (default: 60)",
    )
    for name, question in QUESTIONS.items():
        flag = "--" + name.replace("_", "-")
        if question.metavar is None:
            explain.add_argument(flag, action="store_const", const=(), help=question.help)
        else:
            explain.add_argument(flag, action="append", metavar=question.metavar, help=question.help)
    explain.set_defaults(answer=answer_explain)


def _add_compare(verbs: Verbs, shared: Parser) -> None:
    compare = verbs.add_parser(
        "compare",
        parents=[shared],
        help="set runs, cases or scenarios side by side: inputs, plans, what differs",
    )
    compare.add_argument(
        "given", nargs="+", metavar="RUN|CASE", help="two to four; the others are compared with the first"
    )
    compare.add_argument("--solve", action="store_true", help="solve the cases that come without a plan")
    compare.add_argument(
        "--gap",
        type=share,
        default=0.0,
        metavar="SHARE",
        help="gap at which such a solve may stop (default: 0)",
    )
    compare.add_argument(
        "--time-limit", type=seconds, metavar="SECONDS", help="most seconds that such a solve may take"
    )
    compare.set_defaults(answer=answer_compare)


def _add_front(verbs: Verbs, shared: Parser) -> None:
    front = verbs.add_parser("front", parents=[shared], help="trade one goal for another, point by point")
    front.add_argument("case", metavar="CASE", nargs="?", help=CASE)
    front.add_argument(
        "--goals",
        default="value,utilisation",
        metavar="GOALS",
        help="two or three of value, utilisation, emissions, landfilled (default: value,utilisation)",
    )
    front.add_argument(
        "--points",
        type=count,
        metavar="N",
        help="levels of each goal beside the first, both ends included (default: 9; 4 with three goals)",
    )
    front.add_argument("--time-limit", type=seconds, metavar="SECONDS", help="most seconds of one point")
    front.add_argument("--gap", type=share, default=0.0, metavar="SHARE", help="as in solve, for every point")
    front.add_argument(
        "--jobs", type=count, default=1, metavar="N", help="processes that share the points (default: 1)"
    )
    front.add_argument("--out", metavar="DIR", help="folder of the front (default: runs/<case>-front-<time>)")
    front.add_argument("--resume", action="store_true", help="go on with the front in --out, asked as it was")
    front.set_defaults(answer=answer_front)


def _add_sweep(verbs: Verbs, shared: Parser) -> None:
    sweeping = verbs.add_parser(
        "sweep", parents=[shared], help="solve a case many times with some numbers moved"
    )
    sweeping.add_argument(
        "study", metavar="STUDY.yaml", nargs="?", help="a study file: see docs/sensitivity.md"
    )
    sweeping.add_argument(
        "--plan", metavar="RUN", help="a run of the case whose plan is that of the base (default: solve it)"
    )
    sweeping.add_argument(
        "--engine",
        choices=ENGINES,
        help="where members are solved (default: processes, serial with one worker)",
    )
    sweeping.add_argument(
        "--workers", type=count, default=1, metavar="N", help="members solved at a time (default: 1)"
    )
    sweeping.add_argument(
        "--cluster", metavar="local|ADDRESS", help="of Dask: start one here, or the address of a scheduler"
    )
    sweeping.add_argument("--out", metavar="DIR", help="folder of the study (default: runs/<study>-<time>)")
    sweeping.add_argument("--resume", action="store_true", help="go on with the study in --out")
    sweeping.add_argument("--page", metavar="FILE.html", help="write figures and tables as a page too")
    sweeping.set_defaults(answer=answer_sweep)


def _add_import(verbs: Verbs, shared: Parser) -> None:
    imports = verbs.add_parser(
        "import", parents=[shared], help="take arisings and stocks from one's own table into a case"
    )
    imports.add_argument("case", metavar="CASE", help="the case folder that takes them")
    imports.add_argument("file", metavar="FILE", help="a .csv or .xlsx file")
    imports.add_argument("--sheet", metavar="NAME", help="sheet of the workbook (default: the first)")
    imports.add_argument(
        "--map",
        action="append",
        metavar="HEADING=FIELD",
        help="what a column holds, such as '数量=amount (吨, 湿)' or '处置量=ignore'; may be given often",
    )
    imports.add_argument("--dry-run", action="store_true", help="say what would be written, write nothing")
    imports.set_defaults(answer=answer_import)


def _add_actuals(verbs: Verbs, shared: Parser) -> None:
    actuals = verbs.add_parser(
        "import-actuals",
        parents=[shared],
        help="read what really happened, say what deviates from a plan and why, roll the case on",
    )
    actuals.add_argument("run", metavar="RUN", help="the run whose plan it is held against")
    actuals.add_argument(
        "files", nargs="+", metavar="FILE", help="tickets, manifests, reports: .csv or .xlsx"
    )
    actuals.add_argument(
        "--out", metavar="FOLDER", help="new case folder that begins after the last period reported"
    )
    actuals.add_argument(
        "--map",
        action="append",
        metavar="HEADING=FIELD",
        help="what a column holds, such as '数量=shipped (吨, 湿)' or '车号=ignore'; remembered for the next time",
    )
    actuals.add_argument(
        "--through", metavar="PERIOD", help="the last period that counts (default: as reported)"
    )
    actuals.add_argument("--dry-run", action="store_true", help="say everything, write nothing")
    actuals.set_defaults(answer=answer_actuals)


def _add_export(verbs: Verbs, shared: Parser) -> None:
    export = verbs.add_parser(
        "export",
        parents=[shared],
        help="write a case, a plan or a run as one file, or a case workbook or a run bundle as a folder",
    )
    export.add_argument(
        "source", metavar="CASE|RUN|FILE", help="a case, a run, a case workbook, or a run bundle"
    )
    export.add_argument("target", metavar="FILE|FOLDER", help="what is written; must not be there yet")
    export.add_argument(
        "--what", choices=tuple(TAKEN), default="plan", help="what is taken from a run (default: plan)"
    )
    export.set_defaults(answer=answer_export)


def _add_report(verbs: Verbs, shared: Parser) -> None:
    report = verbs.add_parser(
        "report", parents=[shared], help="write the plan of a run as a report: one HTML file, or a PDF"
    )
    report.add_argument("run", metavar="RUN", help="a folder that `solve` wrote")
    report.add_argument("file", metavar="FILE.html|FILE.pdf", help="what is written; must not be there yet")
    report.add_argument("--front", metavar="DIR", help="a folder that `front` wrote, to stand in the report")
    report.add_argument("--study", metavar="DIR", help="a folder that `sweep` wrote, to stand in the report")
    report.set_defaults(answer=answer_report)


# ---- the verbs ------------------------------------------------------------------------------------------------


def answer_init(asked: argparse.Namespace, _: Interrupt) -> Answer:
    """Writes the starter case."""
    try:
        files = blank_case(asked.folder) if asked.folder.endswith(".xlsx") else init_case(asked.folder)
    except CaseFaults as faults:
        return Said(Exit.FAULTS, faults=faults)
    except OSError as error:
        return cannot_write(asked.folder, error)
    names = tuple(path.name for path in files)
    message = Message("cli.initialised", {"folder": asked.folder, "count": len(names)})
    return Said(Exit.PLAN, (message,), more=(("folder", asked.folder), ("files", names)))


def answer_export(asked: argparse.Namespace, _: Interrupt) -> Answer:
    """A case as a workbook, or back."""
    try:
        files = export(asked.source, asked.target, asked.lang, asked.what)
    except CaseFaults as faults:
        return Said(Exit.FAULTS, faults=faults)
    except OSError as error:
        return cannot_write(asked.target, error)
    names = tuple(str(path) for path in files)
    message = Message("cli.exported", {"target": asked.target, "count": len(names)})
    return Said(Exit.PLAN, (message,), more=(("files", names),))


def answer_report(asked: argparse.Namespace, _: Interrupt) -> Answer:
    """The report of a run."""

    def told(message: Message) -> None:
        print(text(message, asked.lang), file=sys.stderr, flush=True)

    heard = told if sys.stderr.isatty() and not asked.json else unheard
    return report_run(asked.run, asked.file, asked.lang, front=asked.front, study=asked.study, on_stage=heard)


def cannot_write(folder: str, error: OSError) -> Said:
    """A folder that the system refuses."""
    values = {"folder": folder, "why": error.strerror or str(error)}
    return Said(Exit.FAULTS, faults=CaseFaults([Fault("", 0, "", Message("jobs.cannot_write", values))]))


def answer_check(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """Faults, or what the case is and asks."""
    report = check_case(asked.case, Listener(should_stop=interrupt.heard))
    if interrupt.heard():
        raise Cancelled
    return report


def answer_solve(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """A run."""
    objective = asked.objective
    if objective is not None or asked.tolerance:
        objective = objective_words(objective or "", tuple(asked.tolerance or ()))
    options = RunOptions(
        asked.time_limit,
        asked.algorithm,
        objective,
        gap=asked.gap,
        baseline=asked.baseline,
        freeze=asked.freeze,
    )
    listener = Listener(should_stop=interrupt.heard)
    if sys.stderr.isatty() and not asked.json:
        shown = Live(sys.stderr, asked.lang)
        listener = Listener(interrupt.heard, shown.stage, shown.progress, shown.goal)
    return run(asked.case, options=options, out=asked.out, listener=listener)


class Live:
    """Stages, and with integers one line that is written over: seconds, best plan, bound, gap."""

    def __init__(self, stream: TextIO, language: str) -> None:
        self._stream, self._language = stream, language
        self._width = 0
        self._goal = "value"

    def stage(self, stage: str) -> None:
        """A stage begins on a line of its own."""
        end = "\n" if self._width else ""
        self._width = 0
        self._write(end + text(Message(f"cli.stage_{stage}"), self._language) + "\n")

    def goal(self, goal: str) -> None:
        """What the objective counts from now on."""
        self._goal = goal

    def progress(self, progress: Progress) -> None:
        """The line anew; nothing of an LP."""
        if progress.phase == "lp":
            return
        values = {
            "seconds": f"{progress.seconds:.0f}",
            "best": "–" if progress.objective is None else millions(progress.objective),
            "bound": "–" if progress.bound is None else millions(progress.bound),
            "gap": "–" if progress.gap is None else gap_words(progress.gap),
            "unit": text(Message(f"cli.unit_{self._goal}"), self._language),
            "phase": text(Message(f"cli.phase_{progress.phase}"), self._language),
        }
        line = text(Message("cli.progress", values), self._language)
        blank = " " * max(0, self._width - width(line))
        self._width = width(line)
        self._write(f"\r{line}{blank}")

    def _write(self, words: str) -> None:
        self._stream.write(words)
        self._stream.flush()


def answer_audit(asked: argparse.Namespace, _: Interrupt) -> Answer:
    """The audit of a finished run."""
    return reaudit(asked.run)


def answer_replay(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """A recorded plan met again."""
    return replay_run(asked.run, Listener(should_stop=interrupt.heard))


def answer_evidence(asked: argparse.Namespace, _: Interrupt) -> Answer:
    """What a case or a run rests on."""
    return evidence_of(asked.case)


def answer_screen(asked: argparse.Namespace, _: Interrupt) -> Answer:
    """The screening matrix."""
    return screen_case(asked.case, library=asked.library)


def answer_law(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """The law of a case, and what changed of it."""
    against = None
    if asked.against_pack or asked.against_date:
        against = Reading(asked.against_pack or asked.pack, asked.against_date or asked.date)
    elif asked.solve:
        return misused(Message("cli.solve_two_laws"))
    listener = Listener(should_stop=interrupt.heard)
    reading = Reading(asked.pack, asked.date)
    return law_report(
        asked.case, reading, against, solve=asked.solve, everything=asked.all, listener=listener
    )


def answer_explain(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """Answers about a plan; without a flag, what holds it back."""
    questions = {name: found for name in QUESTIONS if (found := getattr(asked, name)) is not None}
    listener = Listener(should_stop=interrupt.heard)
    return explain_run(
        asked.run, questions or {"bottlenecks": ()}, limit_s=asked.time_limit, listener=listener
    )


def answer_compare(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """Runs and cases side by side."""
    options = RunOptions(asked.time_limit, gap=asked.gap)
    listener = Listener(should_stop=interrupt.heard)
    return compare_all(asked.given, solve=asked.solve, options=options, listener=listener)


def answer_front(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """A front, begun or gone on with."""
    listener = Listener(should_stop=interrupt.heard)
    if sys.stderr.isatty() and not asked.json:
        listener.on_point = lambda message: print(text(message, asked.lang), file=sys.stderr, flush=True)
    return front_case(
        asked.case,
        tuple(goal.strip() for goal in asked.goals.split(",")),
        points=asked.points,
        time_limit_s=asked.time_limit,
        gap=asked.gap,
        jobs=asked.jobs,
        out=asked.out,
        resume=asked.resume,
        listener=listener,
    )


def answer_sweep(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """A study, begun or gone on with."""
    listener = Listener(should_stop=interrupt.heard)
    if sys.stderr.isatty() and not asked.json:
        listener.on_point = lambda message: print(text(message, asked.lang), file=sys.stderr, flush=True)
    workers = max(1, asked.workers)
    usual = "dask" if asked.cluster else "processes" if workers > 1 else "serial"
    report = sweep(
        asked.study,
        plan=asked.plan,
        out=asked.out,
        engine=Engine(asked.engine or usual, workers, asked.cluster),
        resume=asked.resume,
        listener=listener,
    )
    return report if asked.page is None else report.write_page(asked.page, asked.lang)


def answer_import(asked: argparse.Namespace, _: Interrupt) -> Answer:
    """One's own arisings and stocks."""
    return import_into(
        asked.case,
        asked.file,
        sheet=asked.sheet,
        columns=asked.map or (),
        dry_run=asked.dry_run,
        language=asked.lang,
    )


def answer_actuals(asked: argparse.Namespace, _: Interrupt) -> Answer:
    """What really happened."""
    return import_actuals(
        asked.run,
        asked.files,
        out=asked.out,
        columns=asked.map or (),
        through=asked.through,
        dry_run=asked.dry_run,
        language=asked.lang,
    )


# ---- stopping and ending --------------------------------------------------------------------------------------


class Interrupt:
    """Hears Ctrl-C and TERM once; the second time the system has its way."""

    def __init__(self, language: str) -> None:
        self._heard = False
        self._language = language

    def heard(self) -> bool:
        """Whether somebody asked to stop."""
        return self._heard

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """The first time."""
        self._heard = True
        signal.signal(number, signal.SIG_DFL)
        print(text(Message("cli.stopping"), self._language), file=sys.stderr, flush=True)


@contextmanager
def listening(language: str) -> Iterator[Interrupt]:
    """Signals go to an Interrupt for a while."""
    interrupt = Interrupt(language)
    numbers = (signal.SIGINT, signal.SIGTERM)
    try:
        before = {number: signal.signal(number, interrupt.on_signal) for number in numbers}
    except ValueError:  # not the main thread
        before = {}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def misused(why: str | Message) -> Said:
    """A line that cannot be acted on."""
    return Said(Exit.FAULTS, faults=CaseFaults([Fault("", 0, "", Message("cli.misused", {"why": why}))]))


def crashed(error: Exception) -> Said:
    """The traceback to a file, one line to the user."""
    trace = "".join(traceback.format_exception(error))
    with tempfile.NamedTemporaryFile(
        "w", prefix="redmud-opt-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(trace)
    values = {"kind": type(error).__name__, "folder": file.name}
    return Said(Exit.CRASHED, (Message("jobs.crashed", values),))


def answer_of(asked: argparse.Namespace) -> Answer:
    """What the verb says; whatever happens there is an answer."""
    try:
        with listening(asked.lang) as interrupt:
            answer: Answer = asked.answer(asked, interrupt)
            return answer
    except (Cancelled, KeyboardInterrupt):
        return Said(Exit.CANCELLED, (Message("jobs.cancelled"),))
    except BadObjective as error:
        return misused(error.message)
    except Exception as error:
        return crashed(error)


def tell(answer: Answer, *, as_json: bool, language: str) -> int:
    """Prints an answer; people read reasons for failure on standard error."""
    if as_json:
        print(json.dumps(answer.as_record(language), ensure_ascii=False, allow_nan=False))
    else:
        print(answer.words(language), file=sys.stdout if answer.exit is Exit.PLAN else sys.stderr)
    sys.stdout.flush()
    return int(answer.exit)


def understood(arguments: Sequence[str]) -> argparse.Namespace | int:
    """The line, or the exit code where it is no line to act on."""
    try:
        return parser().parse_args(arguments)
    except SystemExit as end:  # --help
        return int(end.code or 0)
    except Misused as fault:
        language = next((b for a, b in itertools.pairwise(arguments) if a == "--lang"), "en")
        return tell(
            misused(str(fault)),
            as_json="--json" in arguments,
            language=language if language in LANGUAGES else "en",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        asked = understood(sys.argv[1:] if arguments is None else list(arguments))
        if isinstance(asked, int):
            return asked
        return tell(answer_of(asked), as_json=asked.json, language=asked.lang)
    except BrokenPipeError:  # the reader has gone; nothing more to say to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.CRASHED)
