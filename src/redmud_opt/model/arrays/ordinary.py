"""Ordinary Pyomo constraints and objectives that a user declares beside the arrays, read one by one."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from pyomo.repn import generate_standard_repn

from redmud_opt.model.arrays.columns import ColumnData, Columns, domain_facts
from redmud_opt.model.arrays.hooks import ArrayModelError


class Linear(NamedTuple):
    """One linear expression: constant + sum of coef * variable."""

    element: Any  # the ConstraintData or ObjectiveData it was read from
    variables: tuple[Any, ...]
    coefs: tuple[float, ...]
    constant: float


def constraint(element: Any) -> Linear:
    """Read an ordinary constraint."""
    _ = element.expr  # a templatised constraint writes its own expression only when asked for `expr`
    return linear(element, element.body)


def linear(element: Any, expression: Any) -> Linear:
    """Read an expression with Pyomo's own walker; fixed variables become part of the constant."""
    if expression is None:
        return Linear(element, (), (), 0.0)
    found = generate_standard_repn(expression, compute_values=True, quadratic=False)
    if not found.is_linear():
        raise ArrayModelError(f"'{element.name}' is not linear; the compiled model takes linear terms only")
    return Linear(element, tuple(found.linear_vars), tuple(found.linear_coefs), float(found.constant))


class OrdinaryVariables:
    """The ordinary Vars met in expressions, grouped by component: each component is one span of columns."""

    def __init__(self, expressions: Iterable[Linear]) -> None:
        self.groups: dict[int, dict[int, Any]] = {}
        self.families: dict[int, Columns] = {}  # the array-backed ones met on the way
        for expression in expressions:
            for variable in expression.variables:
                if isinstance(variable, ColumnData):
                    family = variable.parent_component()
                    self.families[id(family)] = family
                else:
                    group = self.groups.setdefault(id(variable.parent_component()), {})
                    group[id(variable)] = variable
        everything = [variable for group in self.groups.values() for variable in group.values()]
        self.all = everything
        self.place_of = {id(variable): place for place, variable in enumerate(everything)}

    def bounds(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(lower, upper, integrality)."""
        pairs = [variable.bounds for variable in self.all]
        lower = np.array([-np.inf if low is None else low for low, _ in pairs], dtype=np.float64)
        upper = np.array([np.inf if high is None else high for _, high in pairs], dtype=np.float64)
        integer = np.array([domain_facts(variable.domain).integer for variable in self.all], dtype=np.uint8)
        return lower, upper, integer
