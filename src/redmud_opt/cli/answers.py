"""What a verb has to say: its answer, and the answers of what went wrong."""

from __future__ import annotations

import tempfile
import traceback
from dataclasses import dataclass
from typing import Any, Protocol

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.i18n import Message, text
from redmud_opt.jobs import Exit


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


def cannot_write(folder: str, error: OSError) -> Said:
    """A folder that the system refuses."""
    values = {"folder": folder, "why": error.strerror or str(error)}
    return Said(Exit.FAULTS, faults=CaseFaults([Fault("", 0, "", Message("jobs.cannot_write", values))]))


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
