"""From the line to its answer: the verbs in the order of `--help`, and the way in."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
from collections.abc import Sequence

from redmud_opt.cli import asking, cases, solving, taking
from redmud_opt.cli.answers import Answer, Said, crashed, misused
from redmud_opt.cli.interrupt import listening
from redmud_opt.cli.options import Misused, Parser
from redmud_opt.i18n import LANGUAGES, Message
from redmud_opt.jobs import Exit
from redmud_opt.jobs.listening import Cancelled
from redmud_opt.model.objective import BadObjective

VERBS = (
    cases.add_init,
    cases.add_check,
    solving.add_solve,
    cases.add_evidence,
    cases.add_screen,
    cases.add_law,
    asking.add_explain,
    asking.add_compare,
    asking.add_front,
    asking.add_sweep,
    cases.add_import,
    solving.add_actuals,
    taking.add_export,
    taking.add_report,
    solving.add_audit,
    solving.add_replay,
)


def parser() -> Parser:
    """The verbs and their options."""
    shared = Parser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    shared.add_argument("--lang", choices=LANGUAGES, default="en", help="language of messages (default: en)")
    top = Parser(prog="redmud-opt", description="Plans what an aluminium group does with its solid waste.")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=Parser)
    for add in VERBS:
        add(verbs, shared)
    return top


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
