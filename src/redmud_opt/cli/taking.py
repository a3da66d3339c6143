"""Verbs that write files to be taken away: export, report."""

from __future__ import annotations

import argparse
import sys

from redmud_opt.case import CaseFaults
from redmud_opt.cli.answers import Answer, Said, cannot_write
from redmud_opt.cli.interrupt import Interrupt
from redmud_opt.cli.options import Parser, Verbs
from redmud_opt.i18n import Message, text
from redmud_opt.jobs import Exit
from redmud_opt.jobs.exporting import TAKEN, export
from redmud_opt.jobs.listening import unheard
from redmud_opt.jobs.reporting import report_run


def add_export(verbs: Verbs, shared: Parser) -> None:
    """`export` and what may stand behind it."""
    exporting = verbs.add_parser(
        "export",
        parents=[shared],
        help="write a case, a plan or a run as one file, or a case workbook or a run bundle as a folder",
    )
    exporting.add_argument(
        "source", metavar="CASE|RUN|FILE", help="a case, a run, a case workbook, or a run bundle"
    )
    exporting.add_argument("target", metavar="FILE|FOLDER", help="what is written; must not be there yet")
    exporting.add_argument(
        "--what", choices=tuple(TAKEN), default="plan", help="what is taken from a run (default: plan)"
    )
    exporting.set_defaults(answer=answer_export)


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


def add_report(verbs: Verbs, shared: Parser) -> None:
    """`report` and what may stand behind it."""
    report = verbs.add_parser(
        "report", parents=[shared], help="write the plan of a run as a report: one HTML file, or a PDF"
    )
    report.add_argument("run", metavar="RUN", help="a folder that `solve` wrote")
    report.add_argument("file", metavar="FILE.html|FILE.pdf", help="what is written; must not be there yet")
    report.add_argument("--front", metavar="DIR", help="a folder that `front` wrote, to stand in the report")
    report.add_argument("--study", metavar="DIR", help="a folder that `sweep` wrote, to stand in the report")
    report.set_defaults(answer=answer_report)


def answer_report(asked: argparse.Namespace, _: Interrupt) -> Answer:
    """The report of a run."""

    def told(message: Message) -> None:
        print(text(message, asked.lang), file=sys.stderr, flush=True)

    heard = told if sys.stderr.isatty() and not asked.json else unheard
    return report_run(asked.run, asked.file, asked.lang, front=asked.front, study=asked.study, on_stage=heard)
