"""Plain Pyomo: a ConcreteModel with ordinary rules, handed over by `SolverFactory("highs")`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel, Constraint, Objective, RangeSet, SolverFactory, Var, maximize

from benchmarks.given import TABLES, Entries, Given, RowFamily

Term = tuple[str, int, float]


class PlainPyomo:
    """One element object per column and row, one rule call per row; terms grouped by row beforehand."""

    def __init__(self, given: Given) -> None:
        self.given = given

    def build(self) -> None:
        """Var, Constraint and Objective by rule."""
        m = self.model = ConcreteModel()
        for f in self.given.columns.values():
            bounds = list(zip(_open(f.lower), _open(f.upper), strict=True))
            m.add_component(f.name, Var(RangeSet(0, len(f) - 1), bounds=lambda m, k, of=bounds: of[k]))
        for family in self.given.rows.values():
            m.add_component(family.name, Constraint(RangeSet(0, len(family) - 1), rule=_rule(m, family)))
        (terms,) = _grouped(self.given.cost, 1)
        m.objective = Objective(expr=_sum(m, terms), sense=maximize)

    def transfer(self) -> None:
        """What `solve` does before it runs HiGHS."""
        self.solver = SolverFactory("highs")
        self.solver.set_instance(self.model)
        self.highs = self.solver._solver_model

    def frames(self, values: np.ndarray) -> dict[str, pd.DataFrame]:
        """Values into the Vars one by one, as Pyomo loads a solution, and out again into frames."""
        found = {}
        for f in self.given.columns.values():
            variables = list(self.model.component(f.name).values())
            mine = values[f.start : f.start + len(f)].tolist()
            for variable, value in zip(variables, mine, strict=True):
                variable.set_value(value, skip_validation=True)
            if f.name in TABLES:
                found[f.name] = f.frame(np.fromiter((v.value for v in variables), float, len(f)))
        return found


def _open(bounds: np.ndarray) -> list[float | None]:
    return [bound if np.isfinite(bound) else None for bound in bounds.tolist()]


def _grouped(entries: tuple[Entries, ...], rows: int) -> list[list[Term]]:
    """Row → its terms."""
    found: list[list[Term]] = [[] for _ in range(rows)]
    for one in entries:
        for row, col, coef in zip(one.row.tolist(), one.col.tolist(), one.coef.tolist(), strict=True):
            found[row].append((one.columns, col, coef))
    return found


def _sum(m: Any, terms: list[Term]) -> Any:
    return sum(coef * m.component(name)[col] for name, col, coef in terms)


def _rule(m: Any, family: RowFamily) -> Any:
    terms = _grouped(family.entries, len(family))
    lower, upper = _open(family.lower), _open(family.upper)

    def rule(m: Any, k: int) -> Any:
        body = _sum(m, terms[k])
        if lower[k] is None:
            return body <= upper[k]
        return body >= lower[k] if upper[k] is None else body == upper[k]

    return rule
