"""Land for maps on plain axes: coasts from `data/map/land.json`, cut to a window. No borders are drawn, and nothing
is fetched.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from redmud_opt.case.bundle import bundled

Point = tuple[float, float]
Ring = tuple[Point, ...]


class Window(NamedTuple):
    """Degrees east and north."""

    west: float
    east: float
    south: float
    north: float


@cache
def _rings(name: str) -> tuple[Ring, ...]:
    record = json.loads(bundled("map/land.json").read_text(encoding="utf-8"))
    return tuple(tuple(zip(flat[::2], flat[1::2], strict=True)) for flat in record[name])


def land(window: Window) -> list[Ring]:
    """What of the land lies in a window, closed rings."""
    return list(_cut("land", window))


def inland_sea(window: Window) -> list[Ring]:
    """Water inside the land that lies in a window."""
    return list(_cut("inland_sea", window))


def _cut(name: str, window: Window) -> Iterator[Ring]:
    for ring in _rings(name):
        found = clipped(ring, window)
        if len(found) > 2:
            yield (*found, found[0])


def clipped(ring: Ring, window: Window) -> list[Point]:
    """A polygon cut to a window, side by side (Sutherland and Hodgman)."""
    sides: tuple[tuple[int, float, Callable[[float, float], bool]], ...] = (
        (0, window.west, lambda at, edge: at >= edge),
        (0, window.east, lambda at, edge: at <= edge),
        (1, window.south, lambda at, edge: at >= edge),
        (1, window.north, lambda at, edge: at <= edge),
    )
    points = list(ring)
    for axis, edge, inside in sides:
        points = _one_side(points, axis, edge, inside)
    return points


def _one_side(
    points: list[Point], axis: int, edge: float, inside: Callable[[float, float], bool]
) -> list[Point]:
    found: list[Point] = []
    for k, point in enumerate(points):
        before = points[k - 1]
        if inside(point[axis], edge) != inside(before[axis], edge):
            share = (edge - before[axis]) / (point[axis] - before[axis])
            other = before[1 - axis] + share * (point[1 - axis] - before[1 - axis])
            found.append((edge, other) if axis == 0 else (other, edge))
        if inside(point[axis], edge):
            found.append(point)
    return found
