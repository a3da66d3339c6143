"""Verbs about a case before any plan: init, check, evidence, screen, law, import."""

from __future__ import annotations

import argparse

from redmud_opt.case import CaseFaults, init_case
from redmud_opt.cli.answers import Answer, Said, cannot_write, misused
from redmud_opt.cli.interrupt import Interrupt
from redmud_opt.cli.options import CASE, Parser, Verbs
from redmud_opt.i18n import Message
from redmud_opt.jobs import Exit, Listener, check_case
from redmud_opt.jobs.evidence import evidence_of
from redmud_opt.jobs.exporting import blank_case
from redmud_opt.jobs.importing import import_into
from redmud_opt.jobs.law import Reading, law_report
from redmud_opt.jobs.listening import Cancelled
from redmud_opt.jobs.screening import screen_case


def add_init(verbs: Verbs, shared: Parser) -> None:
    """`init` and what may stand behind it."""
    init = verbs.add_parser(
        "init", parents=[shared], help="write a small case to start from, or a blank workbook"
    )
    init.add_argument("folder", metavar="FOLDER|FILE.xlsx", help="an empty or new folder, or a new workbook")
    init.set_defaults(answer=answer_init)


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


def add_check(verbs: Verbs, shared: Parser) -> None:
    """`check` and what may stand behind it."""
    check = verbs.add_parser(
        "check", parents=[shared], help="list every fault of a case, and what it rests on"
    )
    check.add_argument("case", metavar="CASE", help=CASE)
    check.set_defaults(answer=answer_check)


def answer_check(asked: argparse.Namespace, interrupt: Interrupt) -> Answer:
    """Faults, or what the case is and asks."""
    report = check_case(asked.case, Listener(should_stop=interrupt.heard))
    if interrupt.heard():
        raise Cancelled
    return report


def add_evidence(verbs: Verbs, shared: Parser) -> None:
    """`evidence` and what may stand behind it."""
    evidence = verbs.add_parser(
        "evidence", parents=[shared], help="say how much of a case or a plan rests on what kind of evidence"
    )
    evidence.add_argument("case", metavar="CASE|RUN", help="a case, or a folder that `solve` wrote")
    evidence.set_defaults(answer=answer_evidence)


def answer_evidence(asked: argparse.Namespace, _: Interrupt) -> Answer:
    """What a case or a run rests on."""
    return evidence_of(asked.case)


def add_screen(verbs: Verbs, shared: Parser) -> None:
    """`screen` and what may stand behind it."""
    screen = verbs.add_parser(
        "screen", parents=[shared], help="judge every plant and route one by one, before any plan"
    )
    screen.add_argument("case", metavar="CASE", help=CASE)
    screen.add_argument(
        "--library", action="store_true", help="with the routes of the library that the case does not use"
    )
    screen.set_defaults(answer=answer_screen)


def answer_screen(asked: argparse.Namespace, _: Interrupt) -> Answer:
    """The screening matrix."""
    return screen_case(asked.case, library=asked.library)


def add_law(verbs: Verbs, shared: Parser) -> None:
    """`law` and what may stand behind it."""
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


def add_import(verbs: Verbs, shared: Parser) -> None:
    """`import` and what may stand behind it."""
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
