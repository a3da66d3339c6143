"""The instances and the variants that are run. Frozen: a number that moves must mean that the code moved.

To run something else, add an instance with a new name; never edit one that has results.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.mip.synthetic import MipSpec, make_case
from redmud_opt.case import Case, load_case
from redmud_opt.model.formulation import FORMULATION, Family

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"

MIP_REGISTRY: tuple[MipSpec, ...] = (
    MipSpec("builds_60", refineries=3, works=4, markets=3, years=7, seed=1),
    MipSpec("builds_250", refineries=8, works=14, markets=8, years=8, seed=2),
    MipSpec("builds_600", refineries=14, works=28, markets=14, years=10, seed=3),
)
"""Named after the number of integer build decisions, roughly."""

MIP_TINY = MipSpec("builds_tiny", refineries=1, works=4, markets=2, years=3, seed=0)
"""For tests: every kind of decision, and a solve of a second or so."""

INSTANCES: tuple[str, ...] = ("guangxi", *(spec.name for spec in MIP_REGISTRY))


@dataclass(frozen=True)
class Variant:
    """What is switched on; everything else is the same."""

    name: str
    label: str
    links: bool
    starts: bool
    neighbourhood: bool


VARIANTS: tuple[Variant, ...] = (
    Variant("weak", "weak", links=False, starts=False, neighbourhood=False),
    Variant("links", "+ links", links=True, starts=False, neighbourhood=False),
    Variant("starts", "+ starts", links=True, starts=True, neighbourhood=False),
    Variant("neighbourhood", "+ neighbourhood", links=True, starts=True, neighbourhood=True),
)
"""Each one adds to the one before."""

LINKS = "add_links"
"""The family of the formulation that the weak variant goes without."""


def spec_named(name: str) -> MipSpec | None:
    """The synthetic instance of that name; None if it is a scenario."""
    return {spec.name: spec for spec in (*MIP_REGISTRY, MIP_TINY)}.get(name)


def case_named(name: str) -> Case:
    """The case of an instance."""
    spec = spec_named(name)
    return load_case(SCENARIOS / name) if spec is None else make_case(spec)


def variant_named(name: str) -> Variant:
    """The variant of that name."""
    known = {variant.name: variant for variant in VARIANTS}
    if name not in known:
        raise KeyError(f"no variant is called '{name}'; there are {', '.join(known)}")
    return known[name]


def formulation_of(variant: Variant) -> tuple[Family, ...]:
    """The families of the model, with the links or without."""
    without = tuple(family for family in FORMULATION if family.__name__ != LINKS)
    if len(without) == len(FORMULATION):
        raise LookupError(f"the formulation has no family '{LINKS}': there is nothing to compare")
    return FORMULATION if variant.links else without
