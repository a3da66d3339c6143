"""Designs: which members a study has. Member 0 is always the case as it stands.

    tornado            every parameter alone at its low and at its high end
    grid               one or two parameters at evenly spaced values, all combinations
    scenarios          values that are given by name
    monte_carlo, latin_hypercube   random by the distributions, correlated as given
    morris, sobol      of SALib: elementary effects, and shares of variance (first and total order)
    stress             every parameter alone at its ends; then the adverse ends together, the worst first
    decisions          random members, of which the first are free to decide; then every decision in every member
    two_stage          members given by name with their probabilities, and one decision for all of them

Random numbers depend on the seed and the design alone, so that a study can be gone on with. Designs of two stages
look at the rows of the first. A Latin hypercube keeps its strata with correlations too: values are dealt out by the
ranks of correlated normal variables.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from redmud_opt.study.chance import Chance
from redmud_opt.study.stochastic import WORST
from redmud_opt.study.sweeps.parameters import Parameter
from redmud_opt.study.sweeps.ranges import Array, pearson_of, quantiles

KINDS = (
    *("tornado", "grid", "scenarios", "latin_hypercube", "monte_carlo", "morris", "sobol"),
    *("stress", "decisions", "two_stage"),
)
SAMPLED = ("latin_hypercube", "monte_carlo", "decisions")
SCREENED = ("morris", "sobol")
TWO_STAGES = ("stress", "decisions", "two_stage")
FREE, FIXED = -1, 0
"""Decisions of a member: free to decide, or those of the plan of the base; above that of candidates."""


@dataclass(frozen=True)
class Design:
    """What is asked: runs of a sample (of sobol and morris: base samples, trajectories), points and axes of a grid.

    candidates: of `decisions`, how many members are free to decide. named: of `scenarios` and `two_stage`, name →
    parameter → value; there with probabilities, what is aimed at, the share of the worst, and chances of targets.
    """

    kind: str
    runs: int = 0
    points: int = 0
    axes: tuple[str, ...] = ()
    candidates: int = 0
    named: dict[str, dict[str, float]] = field(default_factory=dict)
    probabilities: tuple[float, ...] = ()
    aim: str = "expected"
    worst: float = WORST
    chances: tuple[Chance, ...] = ()


@dataclass(frozen=True)
class Member:
    """One member: its number, what it is called, the value of each parameter, whose decisions it has."""

    number: int
    label: str
    values: tuple[float, ...]
    decision: int = FIXED


def members(
    design: Design,
    parameters: Sequence[Parameter],
    seed: int,
    correlation: Array,
    first: int = FIXED,
) -> list[Member]:
    """The members of the first stage. first: whether they decide freely."""
    base = tuple(p.base for p in parameters)
    found: list[tuple[str, tuple[float, ...]]] = [("base", base)]
    if design.kind in ("tornado", "stress"):
        found += ends(parameters)
    elif design.kind == "grid":
        found += grid(design, parameters)
    elif design.kind == "scenarios":
        found += named(design, parameters)
    elif design.kind == "two_stage":
        pass  # the base alone; the others are decided together
    elif design.kind in SAMPLED:
        values = sample(design, parameters, seed, correlation)
        found += [("", tuple(row)) for row in values.tolist()]
    else:
        found += [("", tuple(row)) for row in screened(design, parameters, seed).tolist()]
    free = 1 + design.candidates if design.kind == "decisions" else 0
    if free:
        return [Member(k, label, values, FREE) for k, (label, values) in enumerate(found[:free])]
    return [Member(k, label, values, first) for k, (label, values) in enumerate(found)]


def named(design: Design, parameters: Sequence[Parameter]) -> list[tuple[str, tuple[float, ...]]]:
    """Members that are given by name; what they do not state stays."""
    return [
        (name, tuple(given.get(p.name, p.base) for p in parameters)) for name, given in design.named.items()
    ]


def ends(parameters: Sequence[Parameter]) -> list[tuple[str, tuple[float, ...]]]:
    """Every parameter alone at its ends."""
    base, found = [p.base for p in parameters], []
    for k, parameter in enumerate(parameters):
        for side, value in (("low", parameter.low), ("high", parameter.high)):
            found.append((f"{parameter.name}:{side}", (*base[:k], value, *base[k + 1 :])))
    return found


def grid(design: Design, parameters: Sequence[Parameter]) -> list[tuple[str, tuple[float, ...]]]:
    """All combinations of evenly spaced values of the axes."""
    position = {p.name: k for k, p in enumerate(parameters)}
    axes = [position[name] for name in design.axes]
    values = [np.linspace(parameters[k].low, parameters[k].high, design.points).tolist() for k in axes]
    found = []
    for each in itertools.product(*values):
        row = [p.base for p in parameters]
        for k, value in zip(axes, each, strict=True):
            row[k] = value
        found.append(("", tuple(row)))
    return found


def sample(design: Design, parameters: Sequence[Parameter], seed: int, rank: Array) -> Array:
    """Random values, [runs, parameters]."""
    generator = np.random.default_rng(seed)
    shape = (design.runs, len(parameters))
    normal = generator.standard_normal(shape) @ np.linalg.cholesky(pearson_of(rank)).T
    if design.kind == "monte_carlo":
        share = ndtr(normal)
    else:
        order = normal.argsort(axis=0).argsort(axis=0)
        share = (order + generator.random(shape)) / design.runs
    return np.column_stack([quantiles(p, share[:, k]) for k, p in enumerate(parameters)])


def problem(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """The parameters as SALib has them: shares from 0 to 1, to which the distributions are applied afterwards."""
    return {
        "num_vars": len(parameters),
        "names": [p.name for p in parameters],
        "bounds": [[0.0, 1.0]] * len(parameters),
    }


LEVELS = 4
"""Levels of a Morris trajectory."""


def screened(design: Design, parameters: Sequence[Parameter], seed: int) -> Array:
    """The values of a Morris or Sobol design, in the order in which SALib expects results."""
    share = shares(design, parameters, seed)
    return np.column_stack([quantiles(p, share[:, k]) for k, p in enumerate(parameters)])


def shares(design: Design, parameters: Sequence[Parameter], seed: int) -> Array:
    """The same as shares from 0 to 1."""
    found: Array
    if design.kind == "morris":
        from SALib.sample import morris

        found = morris.sample(problem(parameters), design.runs, num_levels=LEVELS, seed=seed)
    else:
        from SALib.sample import sobol

        found = sobol.sample(problem(parameters), design.runs, calc_second_order=False, seed=seed)
    return found


def second_stage(
    design: Design, parameters: Sequence[Parameter], seed: int, rank: Array, rows: pd.DataFrame, first: int
) -> list[Member]:
    """What a design of two stages asks for when its first stage is done."""
    number = int(rows["member"].max()) + 1
    if design.kind == "stress":
        found = adverse(parameters, rows)
        return [Member(number + k, label, values, first) for k, (label, values) in enumerate(found)]
    if design.kind == "two_stage":
        return [Member(1 + k, label, each, 1) for k, (label, each) in enumerate(named(design, parameters))]
    values = [tuple(p.base for p in parameters), *map(tuple, sample(design, parameters, seed, rank).tolist())]
    count = len(decided(rows))
    return [
        Member(number + k * count + d, f"{k}", each, d) for k, each in enumerate(values) for d in range(count)
    ]


def adverse(parameters: Sequence[Parameter], rows: pd.DataFrame) -> list[tuple[str, tuple[float, ...]]]:
    """The adverse end of the worst parameter, then of the two worst, and so on to all of them.

    Adverse is the end with the lesser objective; an end without a plan is worse than any.
    """
    objective = dict(zip(rows["label"], rows["objective"].fillna(-np.inf), strict=True))
    base = objective["base"]
    worst = []
    for k, parameter in enumerate(parameters):
        low, high = objective[f"{parameter.name}:low"], objective[f"{parameter.name}:high"]
        worst.append((min(low, high), k, parameter.low if low <= high else parameter.high))
    worst = [entry for entry in worst if entry[0] < base]
    values, found = [p.base for p in parameters], []
    for _, k, value in sorted(worst):
        values[k] = value
        found.append((f"+{parameters[k].name}", tuple(values)))
    return found


def decided(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """(what is decided in words, whole numbers as text) of the different decisions of the members that were free."""
    found: dict[str, str] = {}
    free = rows[(rows["decision"] == FREE) & rows["builds"].notna()].sort_values("member")
    for builds, whole in zip(free["builds"], free["whole"], strict=True):
        found.setdefault(builds, whole)
    return list(found.items())
