"""The decisions that come first, as places in the compiled model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from redmud_opt.model.arrays import ColumnGroup, Columns, StandardForm
from redmud_opt.solve.outcome import Array

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Decisions:
    """Integer columns that a heuristic rounds, fixes and frees.

    weight: of one decision against another, falling from group to group. clusters: per name a number for each
    decision; the same number is the same label; −1 where the decision has no such name. things: the first names of
    the groups. companions: all other integer columns, with their numbers by the names of things.
    """

    places: Ints
    weight: Array
    clusters: Mapping[str, Ints]
    things: tuple[str, ...] = ()
    companions: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    companion_clusters: Mapping[str, Ints] = field(default_factory=dict)


def decisions(form: StandardForm, groups: Sequence[ColumnGroup]) -> Decisions:
    """Those of the groups that are integer in the form; without any, all integer columns, unclustered."""
    found = [(rank, group, *_columns_of(form, group)) for rank, group in enumerate(groups)]
    found = [part for part in found if len(part[2])]
    if not found:
        every = np.flatnonzero(form.integrality).astype(np.int64)
        return Decisions(every, np.ones(len(every)), {})
    places = np.concatenate([places for _, _, places, _ in found])
    weight = np.concatenate([np.full(len(places), 1.0 / (1 + rank)) for rank, _, places, _ in found])
    names = dict.fromkeys(name for _, group, _, _ in found for name in group.by)
    things = tuple(dict.fromkeys(group.by[0] for _, group, _, _ in found if group.by))
    number: dict[str, dict[object, int]] = {name: {} for name in names}
    clusters = {name: _numbers(name, found, number[name]) for name in names}
    rest = form.integrality.astype(bool)
    rest[places] = False
    companions = np.flatnonzero(rest).astype(np.int64)
    of_companions = {name: _companion_numbers(form, companions, name, number[name]) for name in things}
    return Decisions(places, weight, clusters, things, companions, of_companions)


def _columns_of(form: StandardForm, group: ColumnGroup) -> tuple[Ints, Ints]:
    """(places in the form, positions in the family) of a group's integer columns."""
    for (_, start, stop), source in zip(form.column_blocks, form.column_sources, strict=True):
        if source.component is group.columns:
            positions = np.flatnonzero(form.integrality[start:stop]).astype(np.int64)
            return start + positions, positions
    return np.zeros(0, np.int64), np.zeros(0, np.int64)


def _numbers(
    name: str, found: Sequence[tuple[int, ColumnGroup, Ints, Ints]], number: dict[object, int]
) -> Ints:
    """A number for each decision; `number` is filled with those of the labels."""
    parts = []
    for _, group, _, positions in found:
        if name not in group.by:
            parts.append(np.full(len(positions), -1, np.int64))
            continue
        labels = group.columns.index.labels(name)[positions]
        parts.append(np.array([number.setdefault(label, len(number)) for label in labels], np.int64))
    return np.concatenate(parts)


def _companion_numbers(form: StandardForm, companions: Ints, name: str, number: Mapping[object, int]) -> Ints:
    """The numbers of the labels that companions share with decisions; −1 where they share none."""
    every = np.full(len(form.cost), -1, np.int64)
    for (_, start, stop), source in zip(form.column_blocks, form.column_sources, strict=True):
        family = source.component
        if isinstance(family, Columns) and name in family.index.names and form.integrality[start:stop].any():
            every[start:stop] = [number.get(label, -1) for label in family.index.labels(name)]
    return every[companions]
