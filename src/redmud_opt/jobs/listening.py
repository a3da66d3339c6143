"""How a run is heard and stopped while it goes on: stages with their seconds, progress, cancel."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from redmud_opt.i18n import Message
from redmud_opt.solve import Progress


class Cancelled(Exception):
    """The run was asked to stop before it held anything."""


def never() -> bool:
    """Nobody asks to stop."""
    return False


def unheard(_: object) -> None:
    """Nobody listens."""


@dataclass
class Listener:
    """Who hears of a run. `should_stop` is asked between stages and all through the solve.

    on_goal: before the progress of each level of the objective, its goal: value or utilisation. on_point: after each
    point of a front, a message that says so.
    """

    should_stop: Callable[[], bool] = never
    on_stage: Callable[[str], None] = unheard
    on_progress: Callable[[Progress], None] = unheard
    on_goal: Callable[[str], None] = unheard
    note: Callable[[str], None] = unheard
    on_point: Callable[[Message], None] = unheard


@dataclass
class Stages:
    """Runs stages one after the other and keeps their seconds."""

    listener: Listener
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, *, held: bool = False) -> Iterator[None]:
        """One stage. Raises Cancelled at its door if somebody asked to stop, unless a plan is `held` already."""
        if not held and self.listener.should_stop():
            raise Cancelled
        self.listener.on_stage(name)
        self.listener.note(f"stage {name}")
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
