"""The instances that are timed. Frozen: a number that moves must mean that the code moved.

To time something else, add an instance with a new name; never edit one that has results.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BenchSpec:
    """A synthetic case: so many sites, wastes that arise, and quarters, drawn with a seed."""

    name: str
    sites: int
    materials: int
    periods: int
    seed: int


REGISTRY: tuple[BenchSpec, ...] = (
    BenchSpec("small", sites=12, materials=4, periods=8, seed=1),
    BenchSpec("medium", sites=24, materials=6, periods=12, seed=2),
    BenchSpec("large", sites=40, materials=9, periods=24, seed=3),
)
"""From about 8 thousand to about 300 thousand columns."""

TINY = BenchSpec("tiny", sites=6, materials=3, periods=5, seed=0)
"""For tests: every family of rows has members, and a solve takes milliseconds."""


def spec_of(name: str) -> BenchSpec:
    """The instance of that name."""
    known = {spec.name: spec for spec in (*REGISTRY, TINY)}
    if name not in known:
        raise KeyError(f"no instance is called '{name}'; there are {', '.join(known)}")
    return known[name]
