"""SCIP for what HiGHS cannot: products of two columns. Optional: `pip install pyscipopt`.

    minimise sense · (cost · x + offset)   within rows and bounds,   and for every product   Σ left = factor · Σ right

A spatial branch and bound, exact to SCIP's tolerances; for small models, as a check of what the grid of `model.pools`
comes to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from redmud_opt.model.arrays import StandardForm

INFINITE = 1e20


@dataclass(frozen=True)
class Product:
    """Σ of some columns = factor · Σ of others; `factor` is the number of a column of its own in [0, 1]."""

    left: tuple[int, ...]
    factor: int
    right: tuple[int, ...]


@dataclass(frozen=True)
class Exact:
    """What SCIP came to: why it stopped, the best value found, and what no solution can exceed."""

    stopped: str
    value: float | None
    bound: float


def available() -> bool:
    """Whether SCIP is there."""
    try:
        import pyscipopt  # noqa: F401
    except ImportError:
        return False
    return True


def solve_products(
    form: StandardForm,
    factors: int,
    sums: Sequence[Sequence[int]],
    products: Sequence[Product],
    limit_s: float = 60.0,
) -> Exact:
    """The optimum of a form with `factors` more columns in [0, 1], of which those of each of `sums` add up to 1.

    Raises ImportError where SCIP is not installed.
    """
    from pyscipopt import Model, quicksum

    scip = Model()
    scip.hideOutput()
    scip.setParam("limits/time", limit_s)
    columns = _columns(scip, form)
    shares = [scip.addVar(lb=0.0, ub=1.0) for _ in range(factors)]
    _rows(scip, form, columns, quicksum)
    for group in sums:
        scip.addCons(quicksum(shares[k] for k in group) == 1.0)
    for one in products:
        amount = quicksum(columns[k] for k in one.right)
        scip.addCons(quicksum(columns[k] for k in one.left) == shares[one.factor] * amount)
    goal = quicksum(float(form.cost[k]) * columns[k] for k in np.flatnonzero(form.cost))
    scip.setObjective(goal + form.offset, "minimize" if form.sense > 0 else "maximize")
    scip.optimize()
    value = float(scip.getObjVal()) if scip.getNSols() else None
    return Exact(str(scip.getStatus()), value, float(scip.getDualbound()))


def _columns(scip: Any, form: StandardForm) -> list[Any]:
    found = []
    for low, high, whole in zip(form.col_lower, form.col_upper, form.integrality, strict=True):
        bounds = {"lb": _end(low), "ub": _end(high)}
        found.append(scip.addVar(vtype="I" if whole else "C", **bounds))
    return found


def _rows(scip: Any, form: StandardForm, columns: list[Any], quicksum: Any) -> None:
    matrix = form.matrix.tocsr()
    for row, (low, high) in enumerate(zip(form.row_lower, form.row_upper, strict=True)):
        inside = slice(matrix.indptr[row], matrix.indptr[row + 1])
        terms = zip(matrix.indices[inside], matrix.data[inside], strict=True)
        body = quicksum(float(coef) * columns[col] for col, coef in terms)
        if low == high:
            scip.addCons(body == float(low))
            continue
        if np.isfinite(low):
            scip.addCons(body >= float(low))
        if np.isfinite(high):
            scip.addCons(body <= float(high))


def _end(bound: float) -> float | None:
    return float(bound) if np.isfinite(bound) and abs(bound) < INFINITE else None
