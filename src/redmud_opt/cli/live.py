"""What a person at a terminal sees of a solve while it goes on."""

from __future__ import annotations

from typing import TextIO

from redmud_opt.i18n import Message, text
from redmud_opt.plan.words import gap_words, millions, width
from redmud_opt.solve import Progress


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
