"""Ctrl-C and TERM: heard once."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from redmud_opt.i18n import Message, text


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
