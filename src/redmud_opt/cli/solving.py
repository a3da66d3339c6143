"""Verbs that make a plan and look after it: solve, audit, replay, import-actuals."""

from __future__ import annotations

import argparse
import sys

from redmud_opt.cli.answers import Answer
from redmud_opt.cli.interrupt import Interrupt
from redmud_opt.cli.live import Live
from redmud_opt.cli.options import CASE, Parser, Verbs, count, seconds, share
from redmud_opt.jobs import Listener, RunOptions, reaudit, run
from redmud_opt.jobs.actuals import import_actuals
from redmud_opt.jobs.outcome import ALGORITHMS
from redmud_opt.jobs.replaying import replay_run
from redmud_opt.model.objective import objective_words


def add_solve(verbs: Verbs, shared: Parser) -> None:
    """`solve` and what may stand behind it."""
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


def add_audit(verbs: Verbs, shared: Parser) -> None:
    """`audit` and what may stand behind it."""
    audit = verbs.add_parser("audit", parents=[shared], help="audit a finished run again")
    audit.add_argument("run", metavar="RUN", help="a folder that `solve` wrote")
    audit.set_defaults(answer=answer_audit)


def answer_audit(asked: argparse.Namespace, _: Interrupt) -> Answer:
    """The audit of a finished run."""
    return reaudit(asked.run)


def add_replay(verbs: Verbs, shared: Parser) -> None:
    """`replay` and what may stand behind it."""
    replay = verbs.add_parser(
        "replay", parents=[shared], help="solve a finished run again at its decisions and compare every table"
    )
    replay.add_argument("run", metavar="RUN|FILE.zip", help="a folder that `solve` wrote, or its bundle")
    replay.set_defaults(answer=answer_replay)


def answer_replay(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """A recorded plan met again."""
    return replay_run(asked.run, Listener(should_stop=interrupt.heard))


def add_actuals(verbs: Verbs, shared: Parser) -> None:
    """`import-actuals` and what may stand behind it."""
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
