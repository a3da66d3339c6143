"""What a study asks: the case, what moves, which members, what is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from redmud_opt.case import Case
from redmud_opt.study.sweeps.designs import Design
from redmud_opt.study.sweeps.parameters import Parameter
from redmud_opt.study.sweeps.ranges import Array

MOST_RUNS = 20_000
"""Members of a study that does not say itself how many there may be."""


@dataclass(frozen=True)
class Limits:
    """time_limit_s: of each member. gap: at which whole numbers are good enough. runs: most members."""

    time_limit_s: float | None = None
    gap: float = 0.0
    runs: int = MOST_RUNS


@dataclass(frozen=True)
class Study:
    """A study as it was read and checked.

    free: whether every member decides its investments anew. audit_every: the audit looks at every so many members;
    1 at all of them, 0 at none. soft_target_cny_per_t: price at which hard targets of the case become soft.
    """

    name: str
    title: Mapping[str, str]
    case: Case = field(repr=False)
    parameters: tuple[Parameter, ...]
    design: Design
    outputs: tuple[str, ...]
    correlation: Array = field(repr=False)
    free: bool = False
    seed: int = 0
    limits: Limits = Limits()
    audit_every: int = 1
    soft_target_cny_per_t: float | None = None
    text: str = field(default="", repr=False)

    @property
    def correlated(self) -> bool:
        """Whether any two parameters are."""
        return bool((self.correlation != np.eye(len(self.parameters))).any())

    def as_record(self) -> dict[str, Any]:
        """What a reader of the results needs; the case and its cells stay out."""
        return {
            "name": self.name,
            "title": dict(self.title),
            "design": self.design.kind,
            "runs": self.design.runs,
            "points": self.design.points,
            "axes": list(self.design.axes),
            "free": self.free,
            "seed": self.seed,
            "audit_every": self.audit_every,
            "outputs": list(self.outputs),
            "parameters": [_record(p) for p in self.parameters],
        }


def _record(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "label_en": parameter.label_en,
        "label_zh": parameter.label_zh,
        "by": parameter.by,
        "low": parameter.low,
        "base": parameter.base,
        "high": parameter.high,
        "distribution": parameter.distribution,
        "from_evidence": parameter.from_evidence,
        "unit": parameter.unit,
        "cells": len(parameter.cells),
    }
