"""Paths: the chains of steps that take the tonnes of a source to their fates, the greatest first.

    path = source → site → process → site → … → fate      tonnes = the least of what is left on its steps   [origin t]
    cost = Σ over its steps: money of the source on the step ÷ its tonnes on the step                       [CNY/t]

All periods together. From the traced flows of a source the greatest step is followed from each place, its tonnes are
taken off, and so on until little is left: one way of many to split a flow into paths, and labelled so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.plan.steps import FATE, PILE, RUN, SOURCE, STREAM, Fate, Source, State
from redmud_opt.plan.tracing import Array, Borne, Tracing

BETWEEN = " > "
"""Stands between the names of a path."""

MOST = 20
"""Paths of a source at most."""

LEAST = 0.005
"""Of the tonnes of a source: what is left after that is not split further."""

Place = tuple[Any, ...]
Step = tuple[Place, Place]

PATH_COLUMNS = ("site", "material", "waste_class", "given", "path", "fate", "at", "origin_t", "cny_per_t")


def path_table(tracing: Tracing, borne: Sequence[Borne]) -> pd.DataFrame:
    """The greatest paths of every source. `borne`: money on wastes."""
    places = _Places(tracing)
    tonnes, money = (_stacked(part) for part in (_tonnes(tracing, places), _money(tracing, places, borne)))
    rows: list[tuple[object, ...]] = []
    for column, source in enumerate(tracing.sources):
        rows += _paths(source, _of_source(tonnes, column), _of_source(money, column))
    return pd.DataFrame(rows, columns=list(PATH_COLUMNS))


def _stacked(by_step: dict[Step, Array]) -> tuple[list[Step], Array]:
    """Steps, and [step, source]."""
    return list(by_step), np.array(list(by_step.values())) if by_step else np.zeros((0, 0))


def _of_source(stacked: tuple[list[Step], Array], column: int) -> dict[Step, float]:
    """What a source has on its steps."""
    steps, amounts = stacked
    own = amounts[:, column] if len(steps) else np.zeros(0)
    return {steps[k]: float(own[k]) for k in np.flatnonzero(own)}


class _Places:
    """States without their periods and cohorts."""

    def __init__(self, tracing: Tracing) -> None:
        self.streams = tracing.steps.book.streams
        self.of = [self._place(state) for state in tracing.steps.states]

    def _place(self, state: State) -> Place:
        if state.kind in (SOURCE, FATE):
            return (state.kind, *state.names)
        if state.kind == RUN:
            line, process, point, stream, _ = state.names
            return RUN, process, line, point, self._lineage(stream)
        where, stream, _ = state.names
        return state.kind, where, self._lineage(stream)

    def _lineage(self, stream: str) -> str:
        return self.streams[stream].lineage.name if stream else ""


def _tonnes(tracing: Tracing, places: _Places) -> dict[Step, Array]:
    """Tonnes of every source on every step; what stays where it is, is no step."""
    found: defaultdict[Step, Array] = defaultdict(lambda: np.zeros(len(tracing.sources)))
    shares = tracing.goes_to.tocoo()
    for i, j, share in zip(*shares.coords, shares.data, strict=True):
        start, end = places.of[i], places.of[j]
        if tracing.waste[i] and start != end and share > 0.0:
            found[start, end] += share * tracing.through[i]
    return found


def _money(tracing: Tracing, places: _Places, borne: Sequence[Borne]) -> dict[Step, Array]:
    """Money of every source on every step, and (place, place) on what passes a place."""
    found: defaultdict[Step, Array] = defaultdict(lambda: np.zeros(len(tracing.sources)))
    for b in borne:
        found[places.of[b.before], places.of[b.after]] += b.amount * tracing.share_from[b.before]
    return found


def _paths(
    source: Source, tonnes: dict[Step, float], money: dict[Step, float]
) -> Iterator[tuple[object, ...]]:
    passes: defaultdict[Place, float] = defaultdict(float)
    left: defaultdict[Place, dict[Place, float]] = defaultdict(dict)
    for (start, end), amount in tonnes.items():
        passes[start] += amount
        left[start][end] = amount

    def unit(step: Step) -> float:
        whole = passes[step[0]] if step[0] == step[1] else tonnes.get(step, 0.0)
        return money.get(step, 0.0) / whole if whole > 0.0 else 0.0

    whole = passes[SOURCE, source]
    found: dict[tuple[str, Fate], list[float]] = {}
    for _ in range(MOST):
        path = _greatest(left, (SOURCE, source))
        if path is None or sum(left[SOURCE, source].values()) <= LEAST * whole:
            break
        steps = list(pairwise(path))
        amount = min(left[start][end] for start, end in steps)
        for start, end in steps:
            left[start][end] -= amount
        cost = sum(unit(step) + unit((step[0], step[0])) for step in steps)
        same = found.setdefault((BETWEEN.join(_names(path)), path[-1][1]), [0.0, 0.0])
        same[0] += amount
        same[1] += amount * cost
    for (words, fate), (amount, money_cny) in sorted(found.items(), key=lambda item: -item[1][0]):
        yield (*source, words, *fate, amount, money_cny / amount)


def _greatest(left: dict[Place, dict[Place, float]], start: Place) -> list[Place] | None:
    """The greatest step from each place, none twice, up to a fate; None where the way ends in a ring.

    A place may come again: what lay in a yard goes on from the site that it was put there from.
    """
    path, gone = [start], set[Step]()
    while path[-1][0] != FATE:
        here = path[-1]
        ahead = {end: t for end, t in left.get(here, {}).items() if t > 0.0 and (here, end) not in gone}
        if not ahead:
            return None
        path.append(max(ahead, key=lambda end: ahead[end]))
        gone.add((here, path[-1]))
    return path


def _names(path: Sequence[Place]) -> list[str]:
    """Sites, storages and processes, none twice in a row."""
    names = [str(place[1]) for place in path if place[0] in (STREAM, PILE, RUN)]
    return [name for k, name in enumerate(names) if k == 0 or names[k - 1] != name]
