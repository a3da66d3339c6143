"""Verbs that ask about plans: explain, compare, front, sweep."""

from __future__ import annotations

import argparse
import sys

from redmud_opt.cli.answers import Answer
from redmud_opt.cli.interrupt import Interrupt
from redmud_opt.cli.options import CASE, Parser, Verbs, count, seconds, share
from redmud_opt.i18n import text
from redmud_opt.jobs import Listener, RunOptions
from redmud_opt.jobs.comparing import compare_all
from redmud_opt.jobs.explaining import DEFAULT_LIMIT_S, QUESTIONS, explain_run
from redmud_opt.jobs.fronts import front_case
from redmud_opt.jobs.sweeping import ENGINES, Engine, sweep


def add_explain(verbs: Verbs, shared: Parser) -> None:
    """`explain` and what may stand behind it."""
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


def answer_explain(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """Answers about a plan; without a flag, what holds it back."""
    questions = {name: found for name in QUESTIONS if (found := getattr(asked, name)) is not None}
    listener = Listener(should_stop=interrupt.heard)
    return explain_run(
        asked.run, questions or {"bottlenecks": ()}, limit_s=asked.time_limit, listener=listener
    )


def add_compare(verbs: Verbs, shared: Parser) -> None:
    """`compare` and what may stand behind it."""
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


def answer_compare(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """Runs and cases side by side."""
    options = RunOptions(asked.time_limit, gap=asked.gap)
    listener = Listener(should_stop=interrupt.heard)
    return compare_all(asked.given, solve=asked.solve, options=options, listener=listener)


def _point_by_point(asked: argparse.Namespace, interrupt: Interrupt) -> Listener:
    """Hears of an interrupt, and tells on a terminal how far a long answer is."""
    listener = Listener(should_stop=interrupt.heard)
    if sys.stderr.isatty() and not asked.json:
        listener.on_point = lambda message: print(text(message, asked.lang), file=sys.stderr, flush=True)
    return listener


def add_front(verbs: Verbs, shared: Parser) -> None:
    """`front` and what may stand behind it."""
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


def answer_front(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """A front, begun or gone on with."""
    listener = _point_by_point(asked, interrupt)
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


def add_sweep(verbs: Verbs, shared: Parser) -> None:
    """`sweep` and what may stand behind it."""
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


def answer_sweep(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """A study, begun or gone on with."""
    listener = _point_by_point(asked, interrupt)
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
